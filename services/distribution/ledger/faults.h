#pragma once

#include <functional>
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

inline constexpr int64_t kProofAccountsMax = 100'000;

// How far a walk through everything has come.
struct ProofMark {
  int64_t account_id = 0;  // accounts up to this one are proved
  bool accounts_proved = false;
  std::string movement_id = "00000000-0000-0000-0000-000000000000";  // ids up to it are
  bool done = false;
  // Of the next step, kProofAccountsMax at most. 0: no account is left, but perhaps movements of
  // accounts that are gone.
  int64_t accounts_wanted = 1000;
};

struct ProofStep {
  int64_t accounts = 0;
  int64_t movements = 0;
  std::vector<std::string> findings;
};

// Looks at a part of everything, and moves the mark on: every balance is the sum of its movements,
// archived ones too, each movement goes on from what the one before it left on its accounts and
// fits both of them, a reversal is the mirror of its original and the only one, what closed months
// keep is what their movements add up to, no reservation outlasts its end, and no id stands twice.
// A step is a few statements, each of one moment, and takes as long as some 200,000 movements need;
// one account is never divided.
ProofStep ProveNext(pqxx::transaction_base& tx, absl::Time now, ProofMark& mark);

// All steps, as long as `goes` says so; its findings are of no use after it said no.
std::vector<std::string> FindLedgerFaults(
    pqxx::transaction_base& tx, absl::Time now,
    const std::function<bool()>& goes = [] { return true; });

// Looks at all accounts, and at the movements since a mark. That what was posted before it still
// agrees is not looked at again.
std::vector<std::string> FindFreshFaults(pqxx::transaction_base& tx, absl::Time now,
                                         const WatchMark& mark);

// The largest posting number that was given out; its movement may not be committed yet.
int64_t ReadLastNumber(pqxx::transaction_base& tx);

// For the checks above: this transaction's statements may take so long, an hour at most.
void AllowLongStatements(pqxx::transaction_base& tx, absl::Duration time);

}  // namespace qingqu::distribution
