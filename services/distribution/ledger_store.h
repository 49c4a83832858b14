#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::distribution {

// An account by what makes it unique, besides its condition, which is "available".
struct AccountKey {
  std::string kind;  // "stock", "transit", "supply", "use"
  std::string location_id;
  std::string item_id;
  std::string lot_id;
  std::string serial;
  std::string owner;                // "alliances/east", "institutions/h1"
  std::string institution_id;       // who sees it; "": the whole alliance
  std::string department_id;        // who sees it besides, of the institution; may be ""
  std::string from_institution_id;  // in transit: who sees it besides; else ""
  std::string from_department_id;   // in transit: where it comes from; else ""
};

// Opens the accounts that are not there yet, locks all of them in the order of their ids until the
// transaction ends, and returns the ids in the order of `keys`. Two statements, however many keys.
std::vector<int64_t> OpenAccounts(pqxx::transaction_base& tx, const std::string& alliance_id,
                                  const std::vector<AccountKey>& keys);

// A place of the ledger's own: "transit/t1" of one transfer, "contra/supply/east" of an alliance,
// "contra/use/h1" of an institution.
struct LedgerPlace {
  std::string location_id;
  std::string kind;
  std::string alliance_id;
  std::string institution_id;  // "": the whole alliance
  absl::Time created_at;
};
void EnsureLedgerPlace(pqxx::transaction_base& tx, const LedgerPlace& place);

// Why and between which places goods move. `from` and `to` are seen by the institutions named, or
// by the whole alliance.
struct PostingDocument {
  std::string kind;      // "receive", "transfer_out", "transfer_in", "use"
  std::string document;  // "receipts/r1"
  std::string actor_id;
  absl::Time posted_at;
  std::string alliance_id;
  std::string from_location_id;
  std::string from_institution_id;
  std::string to_location_id;
  std::string to_institution_id;
  std::string from_department_id;  // besides, of the institutions; may be empty
  std::string to_department_id;
  std::string bound_for_location_id = {};  // of what goes into transit: where it is to arrive
};

// `quantity` base units go from the credit account to the debit account.
struct Posting {
  int64_t debit_account_id = 0;
  int64_t credit_account_id = 0;
  std::string item_id;
  std::string lot_id;
  std::string serial;
  int64_t quantity = 0;
  int document_line = 0;
};

// Writes a movement for each posting, with an id computed from the document, its kind and its place
// in the list, and changes the balances. The accounts are locked already, and the journal has its
// entry. A movement is posted when the document says, or later when one of its accounts has changed
// since, or when the last closed period ended, and takes effect then. Six statements, however many
// postings. FAILED_PRECONDITION BALANCE_TOO_LARGE for each line that brings an account beyond what
// the ledger holds, or LOCATION_CLOSED; INTERNAL when an account is not the caller's to change.
absl::Status Post(pqxx::transaction_base& tx, const PostingDocument& document,
                  const std::vector<Posting>& postings);

}  // namespace qingqu::distribution
