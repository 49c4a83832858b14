#pragma once

#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/distribution/ledger/stored_movement.h"
#include "services/distribution/stock_reports.h"

namespace qingqu::distribution {

// An account as it is now.
struct AccountState {
  BalanceRow balance;
  bool may_be_reserved = false;
  absl::Time changed_at;      // when its last movement was posted
  absl::Time archived_until;  // what was posted before may be in a detached partition
};

// Nothing when there is none, or none that the caller sees.
std::optional<AccountState> ReadAccount(pqxx::transaction_base& tx, int64_t account_id);

// Where a movement stands in the history of its account. Within one account neither part ever
// goes back, so what was posted up to a key stays the same for ever.
struct HistoryKey {
  absl::Time posted_at;
  int64_t posting_number = std::numeric_limits<int64_t>::max();
  friend bool operator<(const HistoryKey& one, const HistoryKey& other) {
    return std::tie(one.posted_at, one.posting_number) <
           std::tie(other.posted_at, other.posting_number);
  }
};

struct HistoryRow {
  HistoryKey key;
  std::string movement_id;
};

// Those that the caller sees, in the order given.
std::vector<StoredMovement> FindInOrder(pqxx::transaction_base& tx,
                                        const std::vector<HistoryRow>& rows);

// Of one item, and of one lot when that is not empty, after a time of posting and a number.
struct MovementPage {
  std::string item_id;
  std::string lot_number;
  absl::Time after_time = absl::UnixEpoch();
  int64_t after = 0;
  int rows_max = 0;
};
// Oldest first.
std::vector<HistoryRow> ListMovements(pqxx::transaction_base& tx, const MovementPage& page);

// The functions below look at all movements, whoever sees them: they run beyond the caller's
// scope, for an account that the caller sees.

// The account's movements up to `until`, newest first.
std::vector<HistoryRow> ListHistory(pqxx::transaction_base& tx, int64_t account_id,
                                    const HistoryKey& until, int rows_max);

// The account's movements that took effect at or before `as_of` but were posted after it, up to
// `until`, newest first.
std::vector<HistoryRow> ListBackdated(pqxx::transaction_base& tx, int64_t account_id,
                                      absl::Time as_of, const HistoryKey& until, int rows_max);

struct PastBalance {
  int64_t on_hand = 0;
  int64_t reserved = 0;
};

// What the account held after all movements up to `until`. Read backwards from what it holds now,
// in the same snapshot, so it needs no movement before `until`. Two index probes, and for what is
// reserved the movements since that reserved or let go.
PastBalance ReadPastBalance(pqxx::transaction_base& tx, const AccountState& now,
                            const HistoryKey& until);

// What the movements of ListBackdated add up to.
int64_t SumBackdated(pqxx::transaction_base& tx, int64_t account_id, absl::Time as_of,
                     const HistoryKey& until);

}  // namespace qingqu::distribution
