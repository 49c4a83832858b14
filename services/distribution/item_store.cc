#include "services/distribution/item_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

scanning::ItemFacts FactsOf(const pqxx::row& row) {
  return {.item_id = row["item_id"].as<std::string>(),
          .lot_tracked = row["lot_tracked"].as<bool>(),
          .serial_tracked = row["serial_tracked"].as<bool>(),
          .expiry_tracked = row["expiry_tracked"].as<bool>(),
          .high_value = row["high_value"].as<bool>(),
          .suspended = row["suspended"].as<bool>()};
}

}  // namespace

std::map<std::string, scanning::ItemFacts> ReadScannedItems(
    pqxx::transaction_base& tx, const std::vector<std::string>& device_identifiers) {
  std::map<std::string, scanning::ItemFacts> items;
  for (const auto& row :
       tx.exec_prepared(queries::kReadScannedItems.name, db::TextArray(device_identifiers))) {
    scanning::ItemFacts facts = FactsOf(row);
    facts.base_units_per_pack = row["base_units"].as<int64_t>();
    items.emplace(row["device_identifier"].as<std::string>(), std::move(facts));
  }
  return items;
}

std::map<std::string, scanning::ItemFacts> ReadItems(pqxx::transaction_base& tx,
                                                     const std::vector<std::string>& item_ids) {
  std::map<std::string, scanning::ItemFacts> items;
  for (const auto& row : tx.exec_prepared(queries::kReadItems.name, db::TextArray(item_ids))) {
    scanning::ItemFacts facts = FactsOf(row);
    items.emplace(facts.item_id, std::move(facts));
  }
  return items;
}

}  // namespace qingqu::distribution
