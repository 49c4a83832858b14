#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/distribution/ledger/book.h"
#include "services/distribution/ledger/command.h"
#include "services/distribution/ledger/plan.h"

namespace qingqu::distribution {

// What commands are about, as far as it does not depend on balances; locks the reservations that
// they name and adds them, with their accounts and lots, to the book. A fixed number of statements.
Facts ReadFacts(pqxx::transaction_base& tx, const std::vector<const Command*>& commands,
                Book& book);

// Which account has which id, as far as this process has met them: accounts are never removed and
// keep their ids. Forgets everything when it grows too large. Thread-safe.
class AccountIds {
 public:
  // By AccountText; 0 for an account that is not known here.
  int64_t Find(const std::string& account_text);
  void Keep(const std::string& account_text, int64_t account_id);

 private:
  static constexpr size_t kAccountsMax = 200'000;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, int64_t> ids_;  // guarded by mutex_
};

// Reads the lots of the book, locks its accounts in the order of their ids, and finds the pieces
// that are to come in, who sent what is to arrive, and what accounts held where it matters to what
// is posted at `now` or later. Returns when the last of the accounts changed.
absl::Time LockBook(pqxx::transaction_base& tx, const Facts& facts, const std::vector<Plan>& plans,
                    absl::Time now, AccountIds& known, Book& book);

// Writes what changed: lots, accounts that are new, reservations, reversals; then balances. New
// accounts get their ids. Somebody else may have made the same lot or account since it was looked
// for: then the statement fails (unique violation), and the batch is to be decided again.
absl::Status WriteNewOfBook(pqxx::transaction_base& tx, absl::Time posted_at, Book& book);
absl::Status WriteBalancesOfBook(pqxx::transaction_base& tx, absl::Time posted_at,
                                 const Book& book);

}  // namespace qingqu::distribution
