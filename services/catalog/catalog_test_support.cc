#include "services/catalog/catalog_test_support.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/udi/gs1_checks.h"
#include "services/catalog/all_queries.h"

namespace qingqu::catalog {

std::vector<const db::Query*> CatalogQueries() { return {kAllQueries.begin(), kAllQueries.end()}; }

CallContext Wang() { return testing::CallBy("wang", "procurement_officer"); }
CallContext Li() { return AllianceApprover("li"); }
CallContext AllianceApprover(std::string_view user_id) {
  CallContext call = testing::CallBy(user_id, "approver");
  call.principal.scope = auth::Scope::kAlliance;
  call.principal.institution_id.clear();
  return call;
}

std::string Gtin(int64_t number) {
  const std::string digits = fmt::format("{:013}", 690'000'000'000 + number);
  return digits + udi::CheckDigitOf(digits);
}

v1::CreateSupplierRequest SupplierRequest(std::string_view id, std::string_view credit_code) {
  v1::CreateSupplierRequest request;
  request.set_supplier_id(std::string(id));
  v1::Supplier& supplier = *request.mutable_supplier();
  supplier.set_display_name("康达医疗器械有限公司");
  supplier.set_credit_code(std::string(credit_code));
  supplier.set_licence_number("鲁济食药监械经营许20190001号");
  supplier.set_licence_expire_date("2099-12-31");
  return request;
}

v1::CreateItemRequest ItemRequest(std::string_view id, int number) {
  v1::CreateItemRequest request;
  request.set_item_id(std::string(id));
  v1::Item& item = *request.mutable_item();
  item.set_display_name("空心螺钉");
  item.set_specification("4.0×30");
  item.set_registration_number("国械注准20193130123");
  item.set_registration_expire_date("2099-12-31");
  item.set_device_class(v1::DEVICE_CLASS_III);
  item.set_national_code(fmt::format("C03050107901001{:012}", number));
  item.set_device_identifier(Gtin(int64_t{10} * number));
  item.set_base_unit("支");
  item.set_manufacturer("某厂");
  item.set_lot_tracked(true);
  v1::Pack& pack = *item.add_packs();
  pack.set_device_identifier(Gtin(int64_t{10} * number + 1));
  pack.set_unit("盒");
  pack.set_base_units(10);
  return request;
}

v1::Supplier CatalogDatabase::ApprovedSupplier(std::string_view id, std::string_view credit_code) {
  QINGQU_CHECK(suppliers.CreateSupplier(Wang(), SupplierRequest(id, credit_code)).ok());
  v1::ApproveSupplierRequest request;
  request.set_name(fmt::format("suppliers/{}", id));
  const auto approved = suppliers.ApproveSupplier(Li(), request);
  QINGQU_CHECK(approved.ok());
  return *approved;
}

std::set<std::string> CatalogDatabase::ExecutedStatements() {
  auto lease = pool->Acquire(absl::InfiniteFuture());
  QINGQU_CHECK(lease.ok());
  pqxx::nontransaction tx(*lease->connection().session);
  // A statement is prepared at its first execution, or not there at all.
  std::set<std::string> executed;
  for (const auto& statement :
       tx.exec("SELECT name FROM pg_prepared_statements WHERE generic_plans + custom_plans > 0")) {
    executed.insert(statement[0].as<std::string>());
  }
  return executed;
}

v1::Item CatalogDatabase::ApprovedItem(std::string_view id, int number) {
  QINGQU_CHECK(items.CreateItem(Wang(), ItemRequest(id, number)).ok());
  v1::ApproveItemRequest request;
  request.set_name(fmt::format("items/{}", id));
  const auto approved = items.ApproveItem(Li(), request);
  QINGQU_CHECK(approved.ok());
  return *approved;
}

}  // namespace qingqu::catalog
