#include "services/distribution/ledger_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/base/uuid.h"
#include "common/db/array.h"
#include "common/status/line_problems.h"
#include "common/status/status_macros.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/book.h"
#include "services/distribution/ledger/movement_store.h"
#include "services/distribution/ledger/period_store.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

struct LockedAccount {
  int64_t on_hand = 0;
  int64_t reserved = 0;
  bool lowered = false;
};
using LockedAccounts = std::map<int64_t, LockedAccount>;

// Also moves `posted_at` on to the last change of any of them.
LockedAccounts ReadAccounts(pqxx::transaction_base& tx, const std::vector<Posting>& postings,
                            absl::Time& posted_at) {
  std::set<int64_t> wanted;
  for (const Posting& posting : postings) {
    wanted.insert({posting.debit_account_id, posting.credit_account_id});
  }
  LockedAccounts accounts;
  for (const auto& row :
       tx.exec_prepared(queries::kReadBalances.name,
                        db::IntegerArray(std::vector<int64_t>(wanted.begin(), wanted.end())))) {
    accounts[row["account_id"].as<int64_t>()] = {.on_hand = row["on_hand"].as<int64_t>(),
                                                 .reserved = row["reserved"].as<int64_t>()};
    posted_at = std::max(posted_at, InstantOf(row["changed_us"]));
  }
  return accounts;
}

// The end of the last closed month of all who may hold what the document moves.
absl::Time ClosedUntil(pqxx::transaction_base& tx, const PostingDocument& document) {
  const std::map<std::string, absl::Time> closed = ReadClosedUntil(tx);
  absl::Time until = absl::InfinitePast();
  for (const std::string& holder :
       {"alliances/" + document.alliance_id, "institutions/" + document.from_institution_id,
        "institutions/" + document.to_institution_id}) {
    const auto found = closed.find(holder);
    if (found != closed.end()) until = std::max(until, found->second);
  }
  return until;
}

// Changes the balances in the order of the postings. Adds BALANCE_TOO_LARGE.
std::vector<MovementWrite> Apply(const PostingDocument& document, absl::Time posted_at,
                                 const std::vector<Posting>& postings, LockedAccounts& accounts,
                                 LineProblems& problems) {
  std::vector<MovementWrite> movements;
  movements.reserve(postings.size());
  for (const Posting& posting : postings) {
    LockedAccount& credit = accounts[posting.credit_account_id];
    LockedAccount& debit = accounts[posting.debit_account_id];
    credit.on_hand -= posting.quantity;
    credit.lowered = true;
    debit.on_hand += posting.quantity;
    if (debit.on_hand > kBalanceMax || credit.on_hand < -kBalanceMax) {
      problems.Add(static_cast<size_t>(posting.document_line) - 1, "", "BALANCE_TOO_LARGE",
                   "the ledger holds at most 10^15 units of anything");
    }
    const std::string name =
        fmt::format("movement/{}/{}/{}", document.document, document.kind, movements.size() + 1);
    movements.push_back({.movement_id = UuidV7FromText(posted_at, name).ToString(),
                         .kind = document.kind,
                         .debit_account_id = posting.debit_account_id,
                         .credit_account_id = posting.credit_account_id,
                         .quantity = posting.quantity,
                         .moved = posting.quantity,
                         .debit_after = debit.on_hand,
                         .credit_after = credit.on_hand,
                         .document_line = posting.document_line,
                         .actor_id = document.actor_id,
                         .alliance_id = document.alliance_id,
                         .from_location_id = document.from_location_id,
                         .from_institution_id = document.from_institution_id,
                         .to_location_id = document.to_location_id,
                         .to_institution_id = document.to_institution_id,
                         .from_department_id = document.from_department_id,
                         .to_department_id = document.to_department_id,
                         .document = document.document});
  }
  return movements;
}

absl::Status WriteBalances(pqxx::transaction_base& tx, absl::Time posted_at,
                           const LockedAccounts& accounts) {
  std::vector<BalanceWrite> lowered;
  std::vector<BalanceWrite> raised;
  for (const auto& [account_id, account] : accounts) {
    (account.lowered ? lowered : raised)
        .push_back(
            {.account_id = account_id, .on_hand = account.on_hand, .reserved = account.reserved});
  }
  return SetBalances(tx, posted_at, lowered, raised);
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
  db::ArrayBuilder departments;
  db::ArrayBuilder from_institutions;
  db::ArrayBuilder from_departments;
  for (const AccountKey& key : keys) {
    kinds.AddText(key.kind);
    locations.AddText(key.location_id);
    items.AddText(key.item_id);
    lots.AddText(key.lot_id);
    serials.AddText(key.serial);
    owners.AddText(key.owner);
    institutions.AddTextOrNull(key.institution_id);
    departments.AddTextOrNull(key.department_id);
    from_departments.AddTextOrNull(key.from_department_id);
    from_institutions.AddTextOrNull(key.from_institution_id);
  }
  tx.exec_prepared(queries::kOpenAccounts.name, kinds.Build(), locations.Build(), items.Build(),
                   lots.Build(), serials.Build(), owners.Build(), institutions.Build(),
                   departments.Build(), from_institutions.Build(), from_departments.Build(),
                   alliance_id);
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
  if (postings.empty()) return absl::OkStatus();
  EnterLedger(tx);
  // A place may have been closed while the document was on its way; none closes from here on.
  const pqxx::result closed =
      tx.exec_prepared(queries::kFindClosedLocation.name, document.from_location_id,
                       document.to_location_id, document.bound_for_location_id);
  if (!closed.empty()) return LocationClosed(closed[0]["location_id"].as<std::string>());
  absl::Time posted_at = document.posted_at;
  LockedAccounts accounts = ReadAccounts(tx, postings, posted_at);
  // Into a month that was closed while the document was on its way nothing is posted; nor by a
  // clock that is behind that of the process that closed it.
  const absl::Time closed_until = ClosedUntil(tx, document);
  posted_at = std::max(posted_at, closed_until);
  LineProblems problems;
  const std::vector<MovementWrite> movements =
      Apply(document, posted_at, postings, accounts, problems);
  QINGQU_RETURN_IF_ERROR(problems.ToStatus());
  InsertMovements(tx, posted_at, movements);
  return WriteBalances(tx, posted_at, accounts);
}

}  // namespace qingqu::distribution
