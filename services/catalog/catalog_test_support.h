#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/db/connection_pool.h"
#include "common/db/query.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "services/catalog/class_handlers.h"
#include "services/catalog/codes/code_cancellation_handlers.h"
#include "services/catalog/codes/code_handlers.h"
#include "services/catalog/codes/code_import_handlers.h"
#include "services/catalog/item_change_handlers.h"
#include "services/catalog/item_handlers.h"
#include "services/catalog/registrations/registration_handlers.h"
#include "services/catalog/supplier_handlers.h"
#include "tests/support/test_database.h"

namespace qingqu::catalog {

// All statements of the catalogue, those of imports included.
std::vector<const db::Query*> CatalogQueries();

// A fresh database with the catalogue's handlers on it.
class CatalogDatabase {
 public:
  explicit CatalogDatabase(int connections_max = 4)
      : pool(database.NewPool("catalog", CatalogQueries(), connections_max)) {}

  // Proposed by wang and approved by li.
  v1::Supplier ApprovedSupplier(std::string_view id, std::string_view credit_code);
  v1::Item ApprovedItem(std::string_view id, int number);

  // The names of what was executed on the one connection of the pool.
  std::set<std::string> ExecutedStatements();

  testing::TestDatabase database;
  std::unique_ptr<db::ConnectionPool> pool;
  SupplierHandlers suppliers{pool.get()};
  ItemHandlers items{pool.get()};
  ItemChangeHandlers item_changes{pool.get()};
  RegistrationHandlers registrations{pool.get()};
  ClassHandlers classes{pool.get()};
  CodeHandlers codes{pool.get()};
  CodeImportHandlers code_imports{pool.get()};
  CodeCancellationHandlers code_cancellations{pool.get()};
};

// A procurement officer who proposes, and an approver.
CallContext Wang();
CallContext Li();
// Of the alliance `east`.
CallContext AllianceApprover(std::string_view user_id);

// The GTIN-14 with this number and its check digit.
std::string Gtin(int64_t number);

v1::CreateSupplierRequest SupplierRequest(std::string_view id, std::string_view credit_code);

// Identifiers and code made of `number`: the base unit's is Gtin(10 * number), the pack's
// Gtin(10 * number + 1).
v1::CreateItemRequest ItemRequest(std::string_view id, int number);

inline constexpr std::string_view kCreditCode = "91350100M000100Y43";
inline constexpr std::string_view kOtherCreditCode = "91110000000000001H";

}  // namespace qingqu::catalog
