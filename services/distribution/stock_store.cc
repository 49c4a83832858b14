#include "services/distribution/stock_store.h"

#include <set>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

std::vector<Stock> StocksOf(const pqxx::result& rows) {
  std::vector<Stock> stocks;
  stocks.reserve(rows.size());
  for (const auto& row : rows) {
    stocks.push_back({.account_id = row["account_id"].as<int64_t>(),
                      .item_id = row["item_id"].as<std::string>(),
                      .lot_id = row["lot_id"].as<std::string>(),
                      .lot_number = row["lot_number"].as<std::string>(),
                      .serial = row["serial"].as<std::string>(),
                      .owner = row["owner"].as<std::string>(),
                      .expiry = DateOf(row["expiry_date"]),
                      .available = row["available"].as<int64_t>()});
  }
  return stocks;
}

// Two columns of an unnest.
struct Pairs {
  db::ArrayBuilder first;
  db::ArrayBuilder second;
  void Add(std::string_view one, std::string_view other) {
    first.AddText(one);
    second.AddText(other);
  }
};

}  // namespace

std::vector<Stock> LockStock(pqxx::transaction_base& tx, const std::string& location_id,
                             const std::vector<std::string>& item_ids, CivilDate lasting_until) {
  return StocksOf(tx.exec_prepared(queries::kLockStockOfItems.name, location_id,
                                   db::TextArray(item_ids), lasting_until.ToString()));
}

std::vector<Stock> LockWantedStock(pqxx::transaction_base& tx, const std::string& location_id,
                                   const std::vector<Wanted>& wanted, CivilDate today) {
  std::set<std::string> items;
  Pairs pieces;
  Pairs lots;
  db::ArrayBuilder any;
  for (const Wanted& one : wanted) {
    items.emplace(one.item_id);
    if (!one.serial.empty()) {
      pieces.Add(one.item_id, one.serial);
    } else if (!one.lot_number.empty()) {
      lots.Add(one.item_id, one.lot_number);
    } else {
      any.AddText(one.item_id);
    }
  }
  return StocksOf(tx.exec_prepared(queries::kLockStockWanted.name, location_id,
                                   db::TextArray({items.begin(), items.end()}),
                                   pieces.first.Build(), pieces.second.Build(), lots.first.Build(),
                                   lots.second.Build(), any.Build(), today.ToString()));
}

LotExpiries FindLots(pqxx::transaction_base& tx, const std::vector<Wanted>& wanted) {
  std::set<std::pair<std::string_view, std::string_view>> asked;
  Pairs pairs;
  for (const Wanted& one : wanted) {
    if (one.lot_number.empty() || !asked.emplace(one.item_id, one.lot_number).second) continue;
    pairs.Add(one.item_id, one.lot_number);
  }
  LotExpiries expiries;
  for (const auto& row :
       tx.exec_prepared(queries::kFindLots.name, pairs.first.Build(), pairs.second.Build())) {
    expiries.insert({{row["item_id"].as<std::string>(), row["lot_number"].as<std::string>()},
                     DateOf(row["expiry_date"])});
  }
  return expiries;
}

}  // namespace qingqu::distribution
