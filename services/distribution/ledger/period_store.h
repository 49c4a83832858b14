#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/distribution/ledger/period.h"
#include "services/distribution/stock_reports.h"

namespace qingqu::distribution {

// Holder -> end of its last closed month: nothing takes effect before it any more, and nothing is
// posted before it either. True until the end of a transaction that has entered the ledger
// (EnterLedger) before it asks.
std::map<std::string, absl::Time> ReadClosedUntil(pqxx::transaction_base& tx);

// Has the ledger alone until the transaction ends: nobody who posts is on the way, and whoever
// comes waits.
void LockLedger(pqxx::transaction_base& tx);

struct ClosedPeriod {
  PeriodKey key;
  absl::Time closed_at;
  std::string closed_by;
};

// Whose goods are meant, for the row-level security.
struct PeriodSide {
  std::string alliance_id;
  std::string institution_id;  // "": the whole alliance
};

std::optional<CivilDate> ReadLastClosed(pqxx::transaction_base& tx, const std::string& holder);
void InsertPeriod(pqxx::transaction_base& tx, const ClosedPeriod& period, const PeriodSide& side);

// Nothing when it is not closed, or not the caller's to see.
std::optional<ClosedPeriod> FindPeriod(pqxx::transaction_base& tx, const PeriodKey& key);

// Newest first, before the month and holder of `before`; only of `holder` when not empty.
std::vector<ClosedPeriod> ListPeriods(pqxx::transaction_base& tx, const PeriodKey& before,
                                      const std::string& holder, int rows_max);

// Writes the balances of `key` and of the months before it where they are missing. The months are
// closed already, so it makes no difference when this is done, how often, or by how many at once.
// Runs beyond the caller's scope.
void WriteMissingBalances(pqxx::transaction_base& tx, const PeriodKey& key);

struct PeriodBalanceRow {
  BalanceRow account;  // as it is now
  int64_t opening = 0;
  int64_t received = 0;
  int64_t issued = 0;
  int64_t closing = 0;
};
// In the order of the accounts' ids, after `after_account`.
std::vector<PeriodBalanceRow> ListPeriodBalances(pqxx::transaction_base& tx, const PeriodKey& key,
                                                 int64_t after_account, int rows_max);

}  // namespace qingqu::distribution
