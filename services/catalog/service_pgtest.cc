#include <set>
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "qingqu/catalog/v1/catalog_service.grpc.pb.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/item_search.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

class FaceTest : public ::testing::Test {
 protected:
  std::string Token(std::string_view user_id, std::string_view role) {
    return host_.Authorization(testing::PrincipalOf(user_id, role, "county-hospital", "east"));
  }

  testing::TestHost host_{{CatalogSpec()}};
};

const google::protobuf::ServiceDescriptor& Service() {
  return *v1::GetItemRequest::descriptor()->file()->FindServiceByName("CatalogService");
}

TEST_F(FaceTest, EachMethodIsWiredAndGuarded) {
  for (int index = 0; index < Service().method_count(); ++index) {
    const auto& method = *Service().method(index);
    EXPECT_EQ(host_.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    const bool approves = method.name().starts_with("Approve") ||
                          method.name().starts_with("Suspend") ||
                          method.name().starts_with("Reinstate");
    const std::string answer = host_.AnswerToEmpty(
        method, host_.Authorization(approves ? Li().principal : Wang().principal));
    if (method.name() == "SearchItems") {
      EXPECT_THAT(answer, ::testing::AnyOf("OK", "SEARCH_NOT_READY"));
      continue;
    }
    const bool may_be_empty = method.name().starts_with("List") ||
                              method.name() == "GetClassStatistics" ||
                              method.name() == "BatchGetItems";
    EXPECT_EQ(answer, may_be_empty ? "OK" : "INVALID_FIELD") << method.name();
  }
}

TEST_F(FaceTest, AnItemGoesThroughTheWire) {
  const auto stub = v1::CatalogService::NewStub(host_.channel());
  v1::CreateItemRequest request = ItemRequest("screw", 1);
  request.set_request_id(testing::NewRequestId());
  v1::Item created;
  grpc::ClientContext context;
  context.AddMetadata("authorization", Token("wang", "procurement_officer"));
  const grpc::Status status = stub->CreateItem(&context, request, &created);
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::GetItemRequest get;
  get.set_name("items/screw");
  v1::Item read;
  grpc::ClientContext nurse;
  nurse.AddMetadata("authorization", Token("nurse", "department_nurse"));
  ASSERT_TRUE(stub->GetItem(&nurse, get, &read).ok());
  EXPECT_EQ(read.SerializeAsString(), created.SerializeAsString());
}

TEST(CatalogQueriesTest, EachCanBePrepared) {
  const testing::TestDatabase database;
  EXPECT_EQ(database.PrepareAll("catalog", CatalogQueries()), "");
}

// Walks through all there is on one connection, then asks PostgreSQL which statements it never ran.
TEST(CatalogQueriesTest, EachIsExecuted) {
  CatalogDatabase catalog(1);
  catalog.ApprovedSupplier("kangda", kCreditCode);
  catalog.ApprovedItem("screw", 1);
  v1::GetSupplierRequest get_supplier;
  get_supplier.set_name("suppliers/kangda");
  EXPECT_TRUE(catalog.suppliers.GetSupplier(Li(), get_supplier).ok());
  EXPECT_TRUE(catalog.suppliers.ListSuppliers(Li(), {}).ok());
  v1::GetItemRequest get_item;
  get_item.set_name("items/screw");
  EXPECT_TRUE(catalog.items.GetItem(Li(), get_item).ok());
  v1::BatchGetItemsRequest batch_get;
  batch_get.add_names("items/screw");
  EXPECT_TRUE(catalog.items.BatchGetItems(Li(), batch_get).ok());
  v1::ListItemsRequest list_items;
  EXPECT_TRUE(catalog.items.ListItems(Li(), list_items).ok());
  list_items.set_national_code_prefix("C03");
  EXPECT_TRUE(catalog.items.ListItems(Li(), list_items).ok());
  v1::LookupDeviceIdentifierRequest lookup;
  lookup.set_device_identifier(Gtin(10));
  EXPECT_TRUE(catalog.items.LookupDeviceIdentifier(Li(), lookup).ok());
  const SystemClock clock;
  ItemSearch search(catalog.pool.get(), &clock, {});
  EXPECT_TRUE(search.Look().ok());
  EXPECT_TRUE(search.Look().ok());
  v1::CreateItemRequest taken = ItemRequest("plate", 2);
  taken.mutable_item()->set_device_identifier(Gtin(10));
  EXPECT_FALSE(catalog.items.CreateItem(Wang(), taken).ok());

  v1::ListClassesRequest list_classes;
  list_classes.set_parent("classes/c03");
  EXPECT_FALSE(catalog.classes.ListClasses(Wang(), list_classes).ok());
  EXPECT_TRUE(catalog.classes.GetClassStatistics(Wang(), {}).ok());
  ASSERT_TRUE(catalog.classes.CreateClassImport(Wang(), {}).ok());
  catalog.database.Execute("UPDATE catalog.import SET touched_at = now() - interval '2 days'");
  v1::AppendClassRowsRequest append;
  append.set_class_import(catalog.classes.CreateClassImport(Wang(), {})->name());
  v1::ClassRow& row = *append.add_rows();
  row.set_class_code("C03050107901001");
  for (auto* name :
       {row.mutable_first_level(), row.mutable_second_level(), row.mutable_third_level(),
        row.mutable_generic_name(), row.mutable_material(), row.mutable_feature()}) {
    *name = "x";
  }
  row.set_generic_code("079");
  row.set_material_code("01");
  row.set_feature_code("001");
  for (const int64_t batch_number : {0, 1, 1}) {
    append.set_batch_number(batch_number);
    EXPECT_TRUE(catalog.classes.AppendClassRows(Wang(), append).ok());
  }
  v1::FinishClassImportRequest finish;
  finish.set_class_import(append.class_import());
  EXPECT_TRUE(catalog.classes.FinishClassImport(Wang(), finish).ok());

  auto lease = catalog.pool->Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(lease.ok());
  pqxx::nontransaction tx(*lease->connection().session);
  // A statement is prepared at its first execution, or not there at all.
  std::set<std::string> executed;
  for (const auto& statement :
       tx.exec("SELECT name FROM pg_prepared_statements WHERE generic_plans + custom_plans > 0")) {
    executed.insert(statement[0].as<std::string>());
  }
  for (const db::Query* query : CatalogQueries()) {
    EXPECT_TRUE(executed.contains(query->name)) << query->name;
  }
}

}  // namespace
}  // namespace qingqu::catalog
