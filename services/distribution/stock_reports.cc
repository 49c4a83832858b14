#include "services/distribution/stock_reports.h"

#include "pqxx/pqxx"

#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {

std::vector<BalanceRow> ListBalances(pqxx::transaction_base& tx, const BalancePage& page,
                                     const BalanceFilter& filter) {
  std::vector<BalanceRow> balances;
  for (const auto& row : tx.exec_prepared(
           queries::kListBalances.name, page.location_id, page.item_id, page.sort_date,
           page.lot_number, page.account_id, page.rows_max, filter.location_id, filter.item_id)) {
    balances.push_back({.account_id = row["account_id"].as<int64_t>(),
                        .location_id = row["location_id"].as<std::string>(),
                        .item_id = row["item_id"].as<std::string>(),
                        .lot_id = row["lot_id"].as<std::string>(),
                        .lot_number = row["lot_number"].as<std::string>(),
                        .serial = row["serial"].as<std::string>(),
                        .expiry_date = row["expiry_date"].as<std::string>(),
                        .sort_date = row["sort_date"].as<std::string>(),
                        .owner = row["owner"].as<std::string>(),
                        .condition = row["condition"].as<std::string>(),
                        .on_hand = row["on_hand"].as<int64_t>(),
                        .reserved = row["reserved"].as<int64_t>()});
  }
  return balances;
}

}  // namespace qingqu::distribution
