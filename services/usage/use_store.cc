#include "services/usage/use_store.h"

#include <map>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status_macros.h"
#include "services/usage/errors.h"
#include "services/usage/queries.h"

namespace qingqu::usage {
namespace {

constexpr const char* kInstantFormat = "%Y-%m-%d %H:%M:%E*S%Ez";

std::string Text(const pqxx::row& row, const char* column) {
  return row[column].is_null() ? "" : row[column].as<std::string>();
}

// PostgreSQL writes "+00" where Abseil expects "+00:00" or "+0000".
absl::Time Instant(const pqxx::row& row, const char* column) {
  absl::Time time;
  std::string error;
  absl::ParseTime("%Y-%m-%d %H:%M:%E*S%Ez", row[column].as<std::string>() + ":00", &time, &error);
  return time;
}

UseState ParseState(const std::string& text) {
  if (text == "posted") return UseState::kPosted;
  if (text == "refused") return UseState::kRefused;
  return UseState::kPending;
}

// '{a,b}' of plain role names, which need no quotes.
std::vector<std::string> ParseRoles(const std::string& literal) {
  std::vector<std::string> roles;
  std::string role;
  for (const char character : literal.substr(1)) {
    if (character != ',' && character != '}') {
      role += character;
      continue;
    }
    if (!role.empty()) roles.push_back(role);
    role.clear();
  }
  return roles;
}

Use UseFromRow(const pqxx::row& row) {
  Use use{.use_id = row["use_id"].as<std::string>(),
          .location_id = row["location_id"].as<std::string>(),
          .institution_id = row["institution_id"].as<std::string>(),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .department_id = Text(row, "department_id"),
          .state = ParseState(row["state"].as<std::string>()),
          .patient_pseudonym = Text(row, "patient_pseudonym"),
          .procedure = Text(row, "procedure"),
          .doctor = Text(row, "doctor"),
          .used_at = Instant(row, "used_at"),
          .recorder_id = row["recorder_id"].as<std::string>(),
          .recorder_roles = ParseRoles(row["recorder_roles"].as<std::string>()),
          .recorder_for_id = Text(row, "recorder_for_id"),
          .delegation_id = Text(row, "delegation_id"),
          .created_at = Instant(row, "created_at"),
          .line_count = row["line_count"].as<int>()};
  if (!row["refusal_code"].is_null()) {
    use.refusal = Refusal{.code = static_cast<absl::StatusCode>(row["refusal_code"].as<int>()),
                          .reason = Text(row, "refusal_reason"),
                          .message = Text(row, "refusal_message"),
                          .details = pqxx::binarystring(row["refusal_details"]).str()};
  }
  return use;
}

UseLine LineFromRow(const pqxx::row& row) {
  UseLine line{.item_id = row["item_id"].as<std::string>(),
               .lot = row["lot"].as<std::string>(),
               .serial = row["serial"].as<std::string>(),
               .quantity = Quantity(row["quantity"].as<int64_t>()),
               .input = {.scan = row["scan"].as<std::string>(),
                         .pi_scan = row["pi_scan"].as<std::string>(),
                         .packs = row["packs"].as<int64_t>()}};
  if (!row["expiry_date"].is_null()) {
    const absl::StatusOr<CivilDate> expiry = CivilDate::Parse(row["expiry_date"].as<std::string>());
    if (expiry.ok()) line.expiry = *expiry;
  }
  return line;
}

void InsertLines(pqxx::transaction_base& tx, const Use& use) {
  db::ArrayBuilder items, lots, serials, expiries, quantities, packs, scans, pi_scans;
  for (const UseLine& line : use.lines) {
    items.AddText(line.item_id);
    lots.AddText(line.lot);
    serials.AddText(line.serial);
    expiries.AddTextOrNull(line.expiry.has_value() ? line.expiry->ToString() : "");
    quantities.AddInteger(line.quantity.base_units());
    packs.AddInteger(line.input.packs);
    scans.AddText(line.input.scan);
    pi_scans.AddText(line.input.pi_scan);
  }
  tx.exec_prepared(queries::kInsertUseLines.name, use.use_id, use.institution_id, use.alliance_id,
                   items.Build(), lots.Build(), serials.Build(), expiries.Build(),
                   quantities.Build(), packs.Build(), scans.Build(), pi_scans.Build(),
                   use.department_id);
}

}  // namespace

absl::StatusOr<UseLocation> FindLocation(pqxx::transaction_base& tx,
                                         const std::string& location_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindLocation.name, location_id);
  if (rows.empty()) return LocationNotFound(location_id);
  return UseLocation{.location_id = location_id,
                     .kind = Text(rows[0], "kind"),
                     .institution_id = Text(rows[0], "institution_id"),
                     .alliance_id = Text(rows[0], "alliance_id"),
                     .department_id = Text(rows[0], "department_id")};
}

ScannedItems FindScannedItems(pqxx::transaction_base& tx,
                              const std::vector<scanning::ScannedPack>& packs) {
  std::vector<std::string> identifiers;
  identifiers.reserve(packs.size());
  for (const scanning::ScannedPack& pack : packs) identifiers.push_back(pack.device_identifier);
  std::map<std::string, scanning::ItemFacts> known;
  for (const auto& row :
       tx.exec_prepared(queries::kFindScannedItems.name, db::TextArray(identifiers))) {
    known[row["device_identifier"].as<std::string>()] = {
        .item_id = row["item_id"].as<std::string>(),
        .base_units_per_pack = row["base_units"].as<int64_t>(),
        .lot_tracked = row["lot_tracked"].as<bool>(),
        .serial_tracked = row["serial_tracked"].as<bool>(),
        .expiry_tracked = row["expiry_tracked"].as<bool>(),
        .high_value = row["high_value"].as<bool>()};
  }
  ScannedItems items;
  items.reserve(packs.size());
  for (const std::string& identifier : identifiers) {
    const auto found = known.find(identifier);
    items.push_back(found == known.end() ? std::nullopt : std::optional(found->second));
  }
  return items;
}

absl::Status InsertUse(pqxx::transaction_base& tx, const Use& use) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertUse.name, use.use_id, use.location_id, use.institution_id, use.alliance_id,
      use.patient_pseudonym, use.procedure, use.doctor,
      absl::FormatTime(kInstantFormat, use.used_at, absl::UTCTimeZone()),
      static_cast<int>(use.lines.size()), use.has_high_value, use.recorder_id,
      db::TextArray(use.recorder_roles), use.department_id, use.recorder_for_id, use.delegation_id);
  if (inserted.affected_rows() == 0) return UseExists(use.use_id);
  InsertLines(tx, use);
  return absl::OkStatus();
}

void KeepPeople(pqxx::transaction_base& tx, const Use& use, const privacy::PseudonymKey& key) {
  std::vector<std::string> pseudonyms, kinds, ids;
  const auto add = [&](privacy::PersonKind kind, const std::string& id) {
    if (id.empty()) return;
    pseudonyms.push_back(
        key.PseudonymOf({.kind = kind, .institution_id = use.institution_id, .id = id}));
    kinds.emplace_back(privacy::CollectionOf(kind));
    ids.push_back(id);
  };
  add(privacy::PersonKind::kPatient, use.patient_pseudonym);
  add(privacy::PersonKind::kDoctor, use.doctor);
  if (ids.empty()) return;
  tx.exec_prepared(queries::kKeepPeople.name, use.institution_id, use.alliance_id,
                   db::TextArray(pseudonyms), db::TextArray(kinds), db::TextArray(ids));
}

absl::StatusOr<ResolvedPerson> FindPerson(pqxx::transaction_base& tx, privacy::PersonKind kind,
                                          const std::string& pseudonym) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindPerson.name,
                                             std::string(privacy::CollectionOf(kind)), pseudonym);
  if (rows.empty()) return PseudonymNotFound();
  return ResolvedPerson{.person_id = Text(rows[0], "person_id"),
                        .institution_id = Text(rows[0], "institution_id")};
}

absl::StatusOr<Use> ReadUse(pqxx::transaction_base& tx, const std::string& use_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadUse.name, use_id);
  if (rows.empty()) return UseNotFound(use_id);
  Use use = UseFromRow(rows[0]);
  for (const auto& row : tx.exec_prepared(queries::kReadUseLines.name, use_id)) {
    use.lines.push_back(LineFromRow(row));
  }
  return use;
}

Uses ListUses(pqxx::transaction_base& tx, const UsePage& page) {
  const pqxx::result rows =
      page.department_id.empty()
          ? tx.exec_prepared(queries::kListUses.name, page.location_id, page.after_created_at,
                             page.after_use_id, page.size)
          : tx.exec_prepared(queries::kListUsesOfDepartment.name, page.location_id,
                             page.after_created_at, page.after_use_id, page.size,
                             page.department_id);
  Uses result;
  for (const auto& row : rows) {
    result.uses.push_back(UseFromRow(row));
    result.keys.push_back({row["created_at"].as<std::string>(), row["use_id"].as<std::string>()});
  }
  return result;
}

bool TakeLease(pqxx::transaction_base& tx, const std::string& use_id, absl::Duration duration) {
  return tx.exec_prepared(queries::kTakeLease.name, use_id, absl::ToInt64Seconds(duration))
             .affected_rows() == 1;
}

void ReleaseLease(pqxx::transaction_base& tx, const std::string& use_id) {
  tx.exec_prepared(queries::kReleaseLease.name, use_id);
}

bool MarkPosted(pqxx::transaction_base& tx, const std::string& use_id) {
  return tx.exec_prepared(queries::kMarkPosted.name, use_id).affected_rows() == 1;
}

bool MarkRefused(pqxx::transaction_base& tx, const std::string& use_id, const Refusal& refusal) {
  return tx.exec_prepared(queries::kMarkRefused.name, use_id, static_cast<int>(refusal.code),
                          refusal.reason, refusal.message,
                          pqxx::binarystring(refusal.details.data(), refusal.details.size()))
             .affected_rows() == 1;
}

std::vector<std::string> ListPending(pqxx::transaction_base& tx, absl::Duration older_than,
                                     int limit) {
  std::vector<std::string> ids;
  for (const auto& row :
       tx.exec_prepared(queries::kListPending.name, absl::ToInt64Seconds(older_than), limit)) {
    ids.push_back(row["use_id"].as<std::string>());
  }
  return ids;
}

}  // namespace qingqu::usage
