#include "services/procurement/fact_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/procurement/queries.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {

ItemFactsById ReadItems(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids) {
  ItemFactsById items;
  for (const auto& row : tx.exec_prepared(queries::kReadItems.name, db::TextArray(item_ids))) {
    items.emplace(
        row["item_id"].as<std::string>(),
        ItemFacts{.approved = row["approved"].as<bool>(),
                  .device_class = row["device_class"].as<int>(),
                  .registration_expire_date = ReadOptionalDate(row["registration_expire_date"]),
                  .lot_tracked = row["lot_tracked"].as<bool>(),
                  .serial_tracked = row["serial_tracked"].as<bool>(),
                  .expiry_tracked = row["expiry_tracked"].as<bool>()});
  }
  return items;
}

std::optional<SupplierFacts> ReadSupplier(pqxx::transaction_base& tx,
                                          const std::string& supplier_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadSupplier.name, supplier_id);
  if (rows.empty()) return std::nullopt;
  return SupplierFacts{.approved = rows[0]["approved"].as<bool>(),
                       .licence_expire_date = ReadOptionalDate(rows[0]["licence_expire_date"]),
                       .licence_class = rows[0]["licence_class"].as<int>()};
}

bool SeesAlliance(pqxx::transaction_base& tx, const std::string& alliance_id) {
  return !tx.exec_prepared(queries::kFindAlliance.name, alliance_id).empty();
}

std::optional<Owner> FindDepartment(pqxx::transaction_base& tx, const std::string& department_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindDepartment.name, department_id);
  if (rows.empty()) return std::nullopt;
  return Owner{.institution_id = rows[0]["institution_id"].as<std::string>(),
               .alliance_id = rows[0]["alliance_id"].as<std::string>()};
}

std::optional<std::string> FindCentralStore(pqxx::transaction_base& tx,
                                            const std::string& location_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindCentralStore.name, location_id);
  if (rows.empty()) return std::nullopt;
  return rows[0]["alliance_id"].as<std::string>();
}

}  // namespace qingqu::procurement
