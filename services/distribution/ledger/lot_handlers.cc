#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/auth/alliance_scope.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/errors.h"
#include "services/distribution/item_store.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/period_store.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kSterilisationLotMax = 20;
constexpr int kRegistrationMax = 100;
constexpr int kReasonMax = 200;

std::string IdOf(const std::string& name) { return name.substr(name.find('/') + 1); }

std::string ReadLotId(const std::string& name, FieldViolations& violations) {
  constexpr std::string_view kPrefix = "lots/";
  if (name.rfind(kPrefix, 0) == 0) {
    const absl::StatusOr<Uuid> id = Uuid::Parse(std::string_view(name).substr(kPrefix.size()));
    if (id.ok()) return id->ToString();
  }
  violations.Add("name", "must be lots/{lot}");
  return "";
}

void CheckDate(std::string_view field, const std::string& text, FieldViolations& violations) {
  if (!text.empty()) violations.AddIfError(field, CivilDate::Parse(text).status());
}

void CheckFacts(const v1::Lot& lot, FieldViolations& violations) {
  CheckDate("lot.expiry_date", lot.expiry_date(), violations);
  CheckDate("lot.manufacture_date", lot.manufacture_date(), violations);
  if (CodePointCount(lot.sterilisation_lot()) > kSterilisationLotMax) {
    violations.Add("lot.sterilisation_lot", "must be at most 20 characters");
  }
  if (CodePointCount(lot.registration()) > kRegistrationMax) {
    violations.Add("lot.registration", "must be at most 100 characters");
  }
  // Both as YYYY-MM-DD.
  if (!lot.expiry_date().empty() && lot.manufacture_date() > lot.expiry_date()) {
    violations.Add("lot.manufacture_date", "must not lie after the expiry");
  }
}

bool SameFacts(const v1::Lot& one, const v1::Lot& other) {
  return one.expiry_date() == other.expiry_date() &&
         one.manufacture_date() == other.manufacture_date() &&
         one.sterilisation_lot() == other.sterilisation_lot() &&
         one.registration() == other.registration();
}

absl::StatusOr<v1::Lot> ReadLot(pqxx::transaction_base& tx, const std::string& lot_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadLot.name, lot_id);
  if (rows.empty()) return LotNotFound(lot_id);
  const pqxx::row row = rows[0];
  v1::Lot lot;
  lot.set_name("lots/" + lot_id);
  lot.set_item("items/" + row["item_id"].as<std::string>());
  lot.set_lot(row["lot_number"].as<std::string>());
  lot.set_expiry_date(row["expiry_date"].as<std::string>());
  lot.set_manufacture_date(row["manufacture_date"].as<std::string>());
  lot.set_sterilisation_lot(row["sterilisation_lot"].as<std::string>());
  lot.set_registration(row["registration"].as<std::string>());
  return lot;
}

absl::Status CheckCorrectable(pqxx::transaction_base& tx, const std::string& lot_id,
                              const v1::Lot& stored, const v1::CorrectLotRequest& request) {
  if (stored.lot().empty()) {
    return LotNotCorrectable("LOT_WITHOUT_NUMBER",
                             "goods without a lot number are known by their expiry: take them out "
                             "by a stocktake and in again with the right one");
  }
  if (!SameFacts(stored, request.known())) return LotChanged(lot_id);
  const std::string item_id = IdOf(stored.item());
  const auto items = ReadItems(tx, {item_id});
  const auto item = items.find(item_id);
  if (request.lot().expiry_date().empty() && item != items.end() && item->second.expiry_tracked) {
    return LotNotCorrectable("EXPIRY_MISSING", "the item is tracked by expiry");
  }
  if (!tx.exec_prepared(queries::kFindRecalled.name, item_id, lot_id).empty()) {
    return LotNotCorrectable("LOT_RECALLED",
                             "goods of the lot are recalled: what is known of it is evidence "
                             "until the recall is lifted or the goods are gone");
  }
  return absl::OkStatus();
}

// The alliances that have or had goods of the lot. LOT_ELSEWHERE when the caller acts for none of
// them.
absl::StatusOr<std::vector<std::string>> ListHolders(pqxx::transaction_base& tx,
                                                     const auth::Principal& principal,
                                                     const v1::Lot& lot) {
  std::vector<std::string> alliances;
  bool is_holder = principal.scope == auth::Scope::kCounty;
  for (const auto& row :
       tx.exec_prepared(queries::kListLotAlliances.name, IdOf(lot.item()), IdOf(lot.name()))) {
    alliances.push_back(row["alliance_id"].as<std::string>());
    is_holder = is_holder || alliances.back() == principal.alliance_id;
  }
  if (is_holder) return alliances;
  return MakeError(
      absl::StatusCode::kPermissionDenied, "LOT_ELSEWHERE",
      "your alliance never had goods of the lot; an alliance that has them corrects it");
}

// As the journal tells it, before and after.
std::string DetailsOf(const v1::Lot& before, const v1::Lot& after) {
  return fmt::format(R"({{"before":{},"after":{}}})", ToJson(before), ToJson(after));
}

// Each alliance that has or had the goods finds it in its own journal. A later expiry makes goods
// issuable that were not, as an override does, and is as red.
void JournalCorrection(pqxx::transaction_base& tx, const CallContext& call,
                       const std::string& reason, const std::vector<std::string>& holders,
                       const v1::Lot& before, const v1::Lot& after) {
  std::vector<const char*> events{"lot.corrected"};
  const bool extended = !before.expiry_date().empty() &&
                        (after.expiry_date().empty() || after.expiry_date() > before.expiry_date());
  if (extended) events.push_back("lot.expiry_extended");
  for (const std::string& alliance_id : holders) {
    for (const char* event : events) {
      db::AppendJournal(
          tx, call,
          {.event = event,
           .resource = after.name(),
           .subjects = {after.item(), db::LotSubject(IdOf(after.item()), after.lot())},
           .alliance_id = alliance_id,
           .reason = reason,
           .details_json = DetailsOf(before, after)});
    }
  }
}

}  // namespace

absl::StatusOr<v1::Lot> LedgerHandlers::GetLot(const CallContext& call,
                                               const v1::GetLotRequest& request) {
  FieldViolations violations;
  const std::string lot_id = ReadLotId(request.name(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) { return ReadLot(tx, lot_id); });
}

// Alone in the ledger for a moment, as when a month is closed: whatever is posted knows either what
// was known before, or what is known now.
absl::StatusOr<v1::Lot> LedgerHandlers::CorrectLot(const CallContext& call,
                                                   const v1::CorrectLotRequest& request) {
  FieldViolations violations;
  const std::string lot_id = ReadLotId(request.lot().name(), violations);
  CheckFacts(request.lot(), violations);
  if (TrimAsciiSpace(request.reason()).empty() || CodePointCount(request.reason()) > kReasonMax) {
    violations.Add("reason", "must be 1 to 200 characters");
  }
  if (SameFacts(request.lot(), request.known())) {
    violations.Add("lot", "must differ from what is known");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return db::RunIdempotent<v1::Lot>(
      *pool_, call, request, db::TransactionOptions{.beyond_scope = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Lot> {
        LockLedger(tx);
        QINGQU_ASSIGN_OR_RETURN(const v1::Lot before, ReadLot(tx, lot_id));
        QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> holders,
                                ListHolders(tx, call.principal, before));
        QINGQU_RETURN_IF_ERROR(CheckCorrectable(tx, lot_id, before, request));
        const v1::Lot& told = request.lot();
        tx.exec_prepared(queries::kCorrectLot.name, lot_id, told.expiry_date(),
                         told.manufacture_date(), told.sterilisation_lot(), told.registration());
        QINGQU_ASSIGN_OR_RETURN(const v1::Lot after, ReadLot(tx, lot_id));
        JournalCorrection(tx, call, request.reason(), holders, before, after);
        return after;
      });
}

}  // namespace qingqu::distribution
