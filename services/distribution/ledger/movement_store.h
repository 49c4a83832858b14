#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::distribution {

// A row of the movement table. Ids of accounts that it does not have are 0; texts that it does not
// have are empty.
struct MovementWrite {
  std::string movement_id;
  std::string kind;
  int64_t debit_account_id = 0;
  int64_t credit_account_id = 0;
  int64_t quantity = 0;
  int64_t moved = 0;
  int64_t held = 0;
  int64_t debit_after = 0;
  int64_t credit_after = 0;
  std::optional<absl::Time> effective_at;  // when it is not the time of posting
  int document_line = 0;
  bool expiry_overridden = false;
  std::string actor_id;
  std::string actor_for_id;  // for whom, of a delegation; may be empty
  std::string alliance_id;
  std::string from_location_id;
  std::string from_institution_id;  // who sees it, besides the other side; "": the whole alliance
  std::string to_location_id;
  std::string to_institution_id;
  std::string from_department_id;  // who sees it besides, of the institution; may be empty
  std::string to_department_id;
  std::string document;
  std::string reason;
  std::string linked_group;
  std::string reservation_id;
  std::string original_id;
  std::string content_hash;  // of what was asked for; none for what a document posts
  std::string refusal_json;
};

// Appends movements in their order; one statement. The transaction has its journal entry already.
void InsertMovements(pqxx::transaction_base& tx, absl::Time posted_at,
                     const std::vector<MovementWrite>& movements);

// What an account, locked by the caller, holds from now on.
struct BalanceWrite {
  int64_t account_id = 0;
  int64_t on_hand = 0;
  int64_t reserved = 0;
};

// Writes balances; at most two statements. Those that were `lowered` come first: a piece must have
// left one place before it arrives at another, because the index that holds it in one place is
// checked row by row. INTERNAL when an account is missing or not the caller's to change.
absl::Status SetBalances(pqxx::transaction_base& tx, absl::Time posted_at,
                         const std::vector<BalanceWrite>& lowered,
                         const std::vector<BalanceWrite>& raised);

// Shares the ledger with whoever else posts, until the transaction ends; waits for a period that
// is being closed. Comes before the time of posting is taken.
void EnterLedger(pqxx::transaction_base& tx);

}  // namespace qingqu::distribution
