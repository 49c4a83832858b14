#include "services/distribution/ledger_store.h"

#include <map>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/base/uuid.h"
#include "common/db/array.h"
#include "common/status/status_macros.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

void InsertMovements(pqxx::transaction_base& tx, const PostingDocument& document,
                     const std::vector<Posting>& postings) {
  db::ArrayBuilder ids;
  db::ArrayBuilder debits;
  db::ArrayBuilder credits;
  db::ArrayBuilder items;
  db::ArrayBuilder lots;
  db::ArrayBuilder serials;
  db::ArrayBuilder quantities;
  db::ArrayBuilder lines;
  int64_t position = 0;
  for (const Posting& posting : postings) {
    const std::string name =
        fmt::format("movement/{}/{}/{}", document.document, document.kind, ++position);
    ids.AddText(UuidFromText(name).ToString());
    debits.AddInteger(posting.debit_account_id);
    credits.AddInteger(posting.credit_account_id);
    items.AddText(posting.item_id);
    lots.AddText(posting.lot_id);
    serials.AddText(posting.serial);
    quantities.AddInteger(posting.quantity);
    lines.AddInteger(posting.document_line);
  }
  tx.exec_prepared(queries::kInsertMovements.name, ids.Build(), debits.Build(), credits.Build(),
                   items.Build(), lots.Build(), serials.Build(), quantities.Build(), lines.Build(),
                   document.kind, document.document, document.actor_id,
                   InstantText(document.posted_at), document.alliance_id, document.from_location_id,
                   document.from_institution_id, document.to_location_id,
                   document.to_institution_id);
}

absl::Status ChangeBalances(pqxx::transaction_base& tx, const std::map<int64_t, int64_t>& changes) {
  db::ArrayBuilder accounts;
  db::ArrayBuilder quantities;
  for (const auto& [account_id, quantity] : changes) {
    accounts.AddInteger(account_id);
    quantities.AddInteger(quantity);
  }
  const pqxx::result changed =
      tx.exec_prepared(queries::kChangeBalances.name, accounts.Build(), quantities.Build());
  if (changed.affected_rows() == changes.size()) return absl::OkStatus();
  return absl::InternalError("an account of a posting is missing or not visible");
}

}  // namespace

std::vector<int64_t> OpenAccounts(pqxx::transaction_base& tx, const std::string& alliance_id,
                                  const std::vector<AccountKey>& keys) {
  db::ArrayBuilder kinds;
  db::ArrayBuilder locations;
  db::ArrayBuilder items;
  db::ArrayBuilder lots;
  db::ArrayBuilder serials;
  db::ArrayBuilder owners;
  db::ArrayBuilder institutions;
  db::ArrayBuilder from_institutions;
  for (const AccountKey& key : keys) {
    kinds.AddText(key.kind);
    locations.AddText(key.location_id);
    items.AddText(key.item_id);
    lots.AddText(key.lot_id);
    serials.AddText(key.serial);
    owners.AddText(key.owner);
    institutions.AddTextOrNull(key.institution_id);
    from_institutions.AddTextOrNull(key.from_institution_id);
  }
  tx.exec_prepared(queries::kOpenAccounts.name, kinds.Build(), locations.Build(), items.Build(),
                   lots.Build(), serials.Build(), owners.Build(), institutions.Build(),
                   from_institutions.Build(), alliance_id);
  std::vector<int64_t> account_ids(keys.size());
  size_t found = 0;
  for (const auto& row :
       tx.exec_prepared(queries::kLockAccounts.name, locations.Build(), items.Build(), lots.Build(),
                        serials.Build(), owners.Build())) {
    account_ids[row["position"].as<size_t>() - 1] = row["account_id"].as<int64_t>();
    ++found;
  }
  QINGQU_CHECK(found == keys.size());
  return account_ids;
}

void EnsureLedgerPlace(pqxx::transaction_base& tx, const LedgerPlace& place) {
  tx.exec_prepared(queries::kEnsureLedgerPlace.name, place.location_id, place.kind,
                   place.alliance_id, place.institution_id, InstantText(place.created_at));
}

absl::Status Post(pqxx::transaction_base& tx, const PostingDocument& document,
                  const std::vector<Posting>& postings) {
  std::map<int64_t, int64_t> lowered;
  std::map<int64_t, int64_t> raised;
  for (const Posting& posting : postings) {
    lowered[posting.credit_account_id] -= posting.quantity;
    raised[posting.debit_account_id] += posting.quantity;
  }
  if (postings.empty()) return absl::OkStatus();
  InsertMovements(tx, document, postings);
  // A piece must have left one place before it arrives at another: the index that holds it in one
  // place is checked row by row.
  QINGQU_RETURN_IF_ERROR(ChangeBalances(tx, lowered));
  return ChangeBalances(tx, raised);
}

}  // namespace qingqu::distribution
