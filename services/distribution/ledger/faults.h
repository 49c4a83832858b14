#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::distribution {

// What is wrong with the ledger, each a sentence for people, up to 100. Nothing of this changes
// anything. Runs beyond the caller's scope, or it finds what the caller does not see missing.

// The last movement of those that were walked through, and when it was the last.
struct WatchMark {
  int64_t posting_number = 0;
  absl::Time walked_at = absl::UnixEpoch();
};

// Looks at everything: every balance is the sum of its movements, archived ones too, and each
// movement goes on from what the one before it left on its accounts. Three statements, each of one
// moment.
std::vector<std::string> FindLedgerFaults(pqxx::transaction_base& tx);

// Looks at all accounts, and at the movements since a mark. That what was posted before it still
// agrees is not looked at again.
std::vector<std::string> FindFreshFaults(pqxx::transaction_base& tx, const WatchMark& mark);

// The largest posting number that was given out; its movement may not be committed yet.
int64_t ReadLastNumber(pqxx::transaction_base& tx);

// For the checks above: this transaction's statements may take so long, an hour at most.
void AllowLongStatements(pqxx::transaction_base& tx, absl::Duration time);

}  // namespace qingqu::distribution
