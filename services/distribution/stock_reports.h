#pragma once

#include <optional>
#include <string>
#include <vector>

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

}  // namespace qingqu::distribution
