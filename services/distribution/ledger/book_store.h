#pragma once

#include <set>
#include <string>
#include <vector>

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

// Reads the lots of the book, locks its accounts in the order of their ids, and finds the pieces
// that are to come in. Returns when the last of the accounts changed.
absl::Time LockBook(pqxx::transaction_base& tx, const std::vector<Plan>& plans, Book& book);

// Writes what changed: lots, accounts that are new, reservations, reversals; then balances. New
// accounts get their ids. Somebody else may have made the same lot or account since it was looked
// for: then the statement fails (unique violation), and the batch is to be decided again.
absl::Status WriteNewOfBook(pqxx::transaction_base& tx, absl::Time posted_at, Book& book);
absl::Status WriteBalancesOfBook(pqxx::transaction_base& tx, absl::Time posted_at,
                                 const Book& book);

}  // namespace qingqu::distribution
