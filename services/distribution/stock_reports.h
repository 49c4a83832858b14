#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::distribution {

// What is on hand of one account.
struct BalanceRow {
  int64_t account_id = 0;
  std::string location_id;
  std::string item_id;
  std::string lot_id;
  std::string lot_number;
  std::string serial;
  std::string expiry_date;  // "" when there is none
  std::string sort_date;    // the same, "infinity" when there is none
  std::string owner;
  std::string condition;
  int64_t on_hand = 0;
  int64_t reserved = 0;
};

// After the row with this key; a new page begins before all rows.
struct BalancePage {
  std::string location_id;
  std::string item_id;
  std::string sort_date = "-infinity";
  std::string lot_number;
  int64_t account_id = 0;
  int rows_max = 0;
};

// Only of a location or item, when not empty.
struct BalanceFilter {
  std::string location_id;
  std::string item_id;
};
std::vector<BalanceRow> ListBalances(pqxx::transaction_base& tx, const BalancePage& page,
                                     const BalanceFilter& filter);

struct MovementRow {
  int64_t posting_number = 0;
  std::string movement_id;
  std::string kind;
  std::string item_id;
  std::string lot_number;
  std::string serial;
  std::string from_location_id;
  std::string to_location_id;
  int64_t quantity = 0;
  std::string document;
  absl::Time posted_at;
  std::string actor_id;
};

// Of one item, and of one lot when that is not empty, after a time of posting and a number.
struct MovementPage {
  std::string item_id;
  std::string lot_number;
  absl::Time after_time = absl::UnixEpoch();
  int64_t after = 0;
  int rows_max = 0;
};
std::vector<MovementRow> ListMovements(pqxx::transaction_base& tx, const MovementPage& page);

struct LedgerCounts {
  int64_t accounts = 0;
  int64_t movements = 0;
};
LedgerCounts CountLedger(pqxx::transaction_base& tx);
// One sentence for each thing that is wrong, up to 100.
std::vector<std::string> FindLedgerFaults(pqxx::transaction_base& tx);

}  // namespace qingqu::distribution
