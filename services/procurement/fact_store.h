#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "services/procurement/catalog_facts.h"

namespace qingqu::procurement {

// What other services publish, read through their views. Items that do not exist are left out.
ItemFactsById ReadItems(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids);
std::optional<SupplierFacts> ReadSupplier(pqxx::transaction_base& tx,
                                          const std::string& supplier_id);

// Whether there is such an alliance, and the caller is of it or sees all.
bool SeesAlliance(pqxx::transaction_base& tx, const std::string& alliance_id);

struct Owner {
  std::string institution_id;
  std::string alliance_id;
};
// Nothing when there is no such department, or the caller does not see its institution.
std::optional<Owner> FindDepartment(pqxx::transaction_base& tx, const std::string& department_id);

// The alliance of a central store; nothing when there is no such store or the caller does not see
// the alliance.
std::optional<std::string> FindCentralStore(pqxx::transaction_base& tx,
                                            const std::string& location_id);

}  // namespace qingqu::procurement
