#include "services/distribution/ledger/stored_movement.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/rpc/timestamp.h"
#include "services/distribution/ledger/movement_kind.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

StoredMovement StoredMovementOf(const pqxx::row& row) {
  StoredMovement movement{.movement_id = row["movement_id"].as<std::string>(),
                          .posting_number = row["posting_number"].as<int64_t>(),
                          .kind = row["kind"].as<std::string>(),
                          .item_id = row["item_id"].as<std::string>(),
                          .lot_id = row["lot_id"].as<std::string>(),
                          .lot_number = row["lot_number"].as<std::string>(),
                          .expiry_date = row["expiry_date"].as<std::string>(),
                          .manufacture_date = row["manufacture_date"].as<std::string>(),
                          .sterilisation_lot = row["sterilisation_lot"].as<std::string>(),
                          .registration = row["registration"].as<std::string>(),
                          .serial = row["serial"].as<std::string>(),
                          .from_location_id = row["from_location_id"].as<std::string>(),
                          .to_location_id = row["to_location_id"].as<std::string>(),
                          .debit_account_id = row["debit_account_id"].as<int64_t>(),
                          .credit_account_id = row["credit_account_id"].as<int64_t>(),
                          .from_owner = row["from_owner"].as<std::string>(),
                          .to_owner = row["to_owner"].as<std::string>(),
                          .from_condition = row["from_condition"].as<std::string>(),
                          .to_condition = row["to_condition"].as<std::string>(),
                          .quantity = row["quantity"].as<int64_t>(),
                          .moved = row["moved"].as<int64_t>(),
                          .held = row["held"].as<int64_t>(),
                          .debit_after = row["debit_after"].as<int64_t>(),
                          .credit_after = row["credit_after"].as<int64_t>(),
                          .effective_at = InstantOf(row["effective_us"]),
                          .posted_at = InstantOf(row["posted_us"]),
                          .document = row["document"].as<std::string>(),
                          .reason = row["reason"].as<std::string>(),
                          .linked_group = row["linked_group"].as<std::string>(),
                          .reservation_id = row["reservation_id"].as<std::string>(),
                          .original_id = row["original_id"].as<std::string>(),
                          .expiry_overridden = row["expiry_overridden"].as<bool>(),
                          .actor_id = row["actor_id"].as<std::string>(),
                          .actor_for_id = row["actor_for_id"].as<std::string>(),
                          .from_institution_id = row["from_institution_id"].as<std::string>(),
                          .to_institution_id = row["to_institution_id"].as<std::string>(),
                          .from_department_id = row["from_department_id"].as<std::string>(),
                          .to_department_id = row["to_department_id"].as<std::string>(),
                          .content_hash = row["content_hash"].as<std::string>(),
                          .refusal_json = row["refusal"].as<std::string>()};
  if (!row["expires_us"].is_null()) movement.expires_at = InstantOf(row["expires_us"]);
  return movement;
}

constexpr std::string_view kContra = "contra/";
constexpr std::string_view kTransit = "transit/";

bool IsContra(const std::string& location_id) { return location_id.rfind(kContra, 0) == 0; }

// The two ends of "transit/{from}/{to}", the place of goods that are sent without a document; empty
// for any other place.
std::pair<std::string, std::string> DirectTransfer(const std::string& location_id) {
  if (location_id.rfind(kTransit, 0) != 0) return {};
  const size_t slash = location_id.find('/', kTransit.size());
  if (slash == std::string::npos) return {};
  return {location_id.substr(kTransit.size(), slash - kTransit.size()),
          location_id.substr(slash + 1)};
}

void SetPlaces(const StoredMovement& movement, v1::Movement& proto) {
  std::string from = movement.from_location_id;
  std::string to = movement.to_location_id;
  if (proto.kind() == v1::MOVEMENT_KIND_TRANSFER_OUT) {
    const std::string destination = DirectTransfer(to).second;
    if (!destination.empty()) to = destination;
  }
  if (proto.kind() == v1::MOVEMENT_KIND_TRANSFER_IN) {
    const std::string source = DirectTransfer(from).first;
    if (!source.empty()) from = source;
  }
  proto.set_from_location(PlaceName(from));
  proto.set_to_location(PlaceName(to));
}

void SetGoods(const StoredMovement& movement, v1::Movement& proto) {
  if (!movement.item_id.empty()) proto.set_item("items/" + movement.item_id);
  proto.set_lot(movement.lot_number);
  proto.set_serial(movement.serial);
  proto.set_expiry_date(movement.expiry_date);
  proto.set_manufacture_date(movement.manufacture_date);
  proto.set_sterilisation_lot(movement.sterilisation_lot);
  proto.set_registration(movement.registration);
  // The other side of the double entry is no owner of goods, and has no state of its own.
  const bool enters = IsContra(movement.from_location_id) || movement.from_owner.empty();
  proto.set_owner(enters ? movement.to_owner : movement.from_owner);
  const std::string& condition = enters ? movement.to_condition : movement.from_condition;
  if (!condition.empty()) proto.set_condition(ConditionOf(condition));
  if (!enters && !IsContra(movement.to_location_id) && !movement.to_condition.empty() &&
      movement.to_condition != movement.from_condition) {
    proto.set_to_condition(ConditionOf(movement.to_condition));
  }
}

}  // namespace

std::map<std::string, StoredMovement> FindMovements(pqxx::transaction_base& tx,
                                                    const std::vector<std::string>& movement_ids) {
  std::map<std::string, StoredMovement> movements;
  if (movement_ids.empty()) return movements;
  const auto [min, max] = std::minmax_element(movement_ids.begin(), movement_ids.end());
  for (const auto& row :
       tx.exec_prepared(queries::kFindMovements.name, db::TextArray(movement_ids), *min, *max)) {
    StoredMovement movement = StoredMovementOf(row);
    movements.emplace(movement.movement_id, std::move(movement));
  }
  return movements;
}

std::set<std::string> FindArchived(pqxx::transaction_base& tx,
                                   const std::vector<std::string>& movement_ids) {
  std::set<std::string> archived;
  for (const auto& row :
       tx.exec_prepared(queries::kFindArchived.name, db::TextArray(movement_ids))) {
    archived.insert(row["movement_id"].as<std::string>());
  }
  return archived;
}

absl::Time ReadArchivedUntil(pqxx::transaction_base& tx) {
  return InstantOf(tx.exec_prepared(queries::kReadArchivedUntil.name)[0]["archived_us"]);
}

std::string PlaceName(const std::string& location_id) {
  if (location_id.empty()) return "";
  if (location_id.find('/') == std::string::npos) return "locations/" + location_id;
  if (!IsContra(location_id)) return location_id;
  return location_id.substr(0, location_id.find('/', kContra.size()));
}

v1::Movement ToProto(const StoredMovement& movement) {
  v1::Movement proto;
  proto.set_name("movements/" + movement.movement_id);
  proto.set_kind(KindOf(movement.kind));
  SetGoods(movement, proto);
  SetPlaces(movement, proto);
  proto.set_quantity(movement.quantity);
  proto.set_document(movement.document);
  *proto.mutable_post_time() = rpc::ToTimestamp(movement.posted_at);
  *proto.mutable_effective_time() = rpc::ToTimestamp(movement.effective_at);
  proto.set_actor("users/" + movement.actor_id);
  proto.set_reason(movement.reason);
  proto.set_group(movement.linked_group);
  proto.set_override_expiry(movement.expiry_overridden);
  if (!movement.reservation_id.empty()) {
    proto.set_reservation("reservations/" + movement.reservation_id);
  }
  if (!movement.original_id.empty()) proto.set_original("movements/" + movement.original_id);
  if (movement.expires_at.has_value()) {
    *proto.mutable_expire_time() = rpc::ToTimestamp(*movement.expires_at);
  }
  proto.set_from_balance(movement.credit_after);
  proto.set_to_balance(movement.debit_after);
  return proto;
}

v1::Movement AnswerOf(const StoredMovement& movement, const auth::Principal& principal) {
  v1::Movement proto = ToProto(movement);
  if (principal.scope == auth::Scope::kDepartment) {
    if (IsContra(movement.from_location_id)) proto.clear_from_balance();
    if (IsContra(movement.to_location_id)) proto.clear_to_balance();
  }
  if (!movement.lot_number.empty()) proto.clear_expiry_date();
  proto.clear_manufacture_date();
  proto.clear_sterilisation_lot();
  proto.clear_registration();
  return proto;
}

}  // namespace qingqu::distribution
