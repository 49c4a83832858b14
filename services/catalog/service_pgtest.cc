#include <set>
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "common/db/import_queries.h"
#include "common/rpc/method_registry.h"
#include "qingqu/catalog/v1/catalog_service.grpc.pb.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/imports/item_import_handlers.h"
#include "services/catalog/item_search.h"
#include "services/catalog/lists/application_handlers.h"
#include "services/catalog/lists/approved_list_handlers.h"
#include "services/catalog/mapping/mapping_test_support.h"
#include "services/catalog/merges/item_merge_handlers.h"
#include "services/catalog/prices/price_handlers.h"
#include "services/catalog/purchase/purchase_check_handlers.h"
#include "services/catalog/queries.h"
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
    const bool approves =
        rpc::ReadMethods(Service())->at(method.name()).permission.ends_with(".approve");
    const std::string answer = host_.AnswerToEmpty(
        method, host_.Authorization(approves ? Li().principal : Wang().principal));
    if (method.name() == "SearchItems") {
      EXPECT_THAT(answer, ::testing::AnyOf("OK", "SEARCH_NOT_READY"));
      continue;
    }
    const bool may_be_empty =
        (method.name().starts_with("List") && method.name() != "ListItemVersions") ||
        method.name() == "GetClassStatistics" || method.name() == "BatchGetItems";
    EXPECT_EQ(answer, may_be_empty ? "OK" : "INVALID_FIELD") << method.name();
  }
}

TEST_F(FaceTest, EachMethodOnRegistrationsIsWired) {
  const auto& service = *v1::CreateRegistrationRequest::descriptor()->file()->service(0);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host_.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    const bool approves =
        rpc::ReadMethods(service)->at(method.name()).permission.ends_with(".approve");
    const bool may_be_empty =
        method.name() == "ListRegistrations" || method.name() == "ParseRegistrationNumbers";
    EXPECT_EQ(host_.AnswerToEmpty(
                  method, host_.Authorization(approves ? Li().principal : Wang().principal)),
              may_be_empty ? "OK" : "INVALID_FIELD")
        << method.name();
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

void AskAboutPurchases(CatalogDatabase& catalog) {
  PurchaseCheckHandlers purchases(catalog.pool.get());
  v1::MayBuyRequest may_buy;
  may_buy.set_institution("institutions/none");
  may_buy.set_supplier("suppliers/kangda");
  may_buy.set_item("items/screw");
  EXPECT_FALSE(purchases.MayBuy(Li(), may_buy).ok());
  v1::SetPurchaseRuleRequest set_rule;
  set_rule.mutable_rule()->set_reason("r");
  EXPECT_TRUE(
      purchases.SetPurchaseRule(testing::CallBy("chen", "bureau_administrator"), set_rule).ok());
  EXPECT_TRUE(purchases.ListPurchaseRules(Li(), {}).ok());
}

void SetPrices(CatalogDatabase& catalog) {
  PriceHandlers prices(catalog.pool.get());
  v1::BatchSetPricesRequest set_prices;
  set_prices.set_reason("r");
  v1::Price& price = *set_prices.add_prices();
  price.set_kind(v1::PRICE_KIND_CEILING);
  price.set_item("items/screw");
  price.set_amount("1");
  const auto bureau = [] { return testing::CallBy("chen", "bureau_administrator"); };
  const auto prices_set = prices.BatchSetPrices(bureau(), set_prices);
  ASSERT_TRUE(prices_set.ok());
  EXPECT_TRUE(prices.BatchSetPrices(bureau(), set_prices).ok());
  v1::ClosePriceRequest close_price;
  close_price.set_name(prices_set->results(0).price().name());
  close_price.set_reason("r");
  EXPECT_FALSE(prices.ClosePrice(bureau(), close_price).ok());
  v1::GetPriceRequest get_price;
  get_price.set_name(close_price.name());
  EXPECT_TRUE(prices.GetPrice(bureau(), get_price).ok());
  EXPECT_TRUE(prices.ListPrices(bureau(), {}).ok());
  v1::BatchFindPricesRequest find_prices;
  find_prices.set_institution("institutions/none");
  find_prices.add_items("items/screw");
  EXPECT_FALSE(prices.BatchFindPrices(bureau(), find_prices).ok());
  v1::ComparePricesRequest compare_prices;
  compare_prices.add_items("items/screw");
  EXPECT_TRUE(prices.ComparePrices(bureau(), compare_prices).ok());
}

void ChangeLists(CatalogDatabase& catalog) {
  ApprovedListHandlers lists(catalog.pool.get());
  v1::CreateApprovedListRequest create;
  create.set_approved_list_id("east");
  create.mutable_approved_list()->set_display_name("l");
  create.mutable_approved_list()->set_holder("alliances/east");
  create.mutable_approved_list()->set_reason("r");
  EXPECT_TRUE(lists.CreateApprovedList(Wang(), create).ok());
  v1::ApproveApprovedListRequest approve;
  approve.set_name("approvedLists/east");
  EXPECT_TRUE(lists.ApproveApprovedList(Li(), approve).ok());
  for (const char* change : {"add", "remove", "end"}) {
    v1::ProposeListChangeRequest propose;
    propose.set_list_change_id(change);
    propose.mutable_list_change()->set_approved_list(approve.name());
    propose.mutable_list_change()->set_reason("r");
    if (std::string(change) == "add") propose.mutable_list_change()->add_additions("items/screw");
    if (std::string(change) == "remove") propose.mutable_list_change()->add_removals("items/screw");
    propose.mutable_list_change()->set_ends_list(std::string(change) == "end");
    EXPECT_TRUE(lists.ProposeListChange(Wang(), propose).ok()) << change;
    v1::ApproveListChangeRequest approve_change;
    approve_change.set_name(std::string("listChanges/") + change);
    EXPECT_TRUE(lists.ApproveListChange(Li(), approve_change).ok()) << change;
  }
  create.set_approved_list_id("another");
  EXPECT_TRUE(lists.CreateApprovedList(Wang(), create).ok());
  v1::WithdrawApprovedListRequest withdraw;
  withdraw.set_name("approvedLists/another");
  withdraw.set_reason("写错了");
  EXPECT_TRUE(lists.WithdrawApprovedList(Wang(), withdraw).ok());
  v1::GetApprovedListRequest get;
  get.set_name(approve.name());
  EXPECT_TRUE(lists.GetApprovedList(Li(), get).ok());
  EXPECT_TRUE(lists.ListApprovedLists(Li(), {}).ok());
  v1::ListApprovedListEntriesRequest entries;
  entries.set_approved_list(approve.name());
  EXPECT_TRUE(lists.ListApprovedListEntries(Li(), entries).ok());
  v1::ListListChangesRequest changes;
  changes.set_approved_list(approve.name());
  EXPECT_TRUE(lists.ListListChanges(Li(), changes).ok());
}

// After ChangeLists.
void Apply(CatalogDatabase& catalog) {
  PutList(catalog.database, {"hospital", "county-hospital", ""});
  ApplicationHandlers applications(catalog.pool.get());
  const auto by = [](const char* user_id, const char* role) {
    return testing::CallBy(user_id, role);
  };
  v1::SubmitApplicationRequest submit;
  submit.set_application_id("a");
  submit.mutable_application()->set_approved_list("approvedLists/hospital");
  submit.mutable_application()->set_item("items/screw");
  submit.mutable_application()->set_department("departments/ward-a");
  submit.mutable_application()->set_reason("r");
  EXPECT_TRUE(applications.SubmitApplication(by("sun", "department_nurse"), submit).ok());
  EXPECT_FALSE(applications.SubmitApplication(by("sun", "department_nurse"), submit).ok());
  v1::WithdrawApplicationRequest withdraw;
  withdraw.set_name("applications/a");
  withdraw.set_reason("r");
  EXPECT_TRUE(applications.WithdrawApplication(by("sun", "department_nurse"), withdraw).ok());
  v1::ResubmitApplicationRequest again;
  again.set_name(withdraw.name());
  again.set_reason("r");
  EXPECT_TRUE(applications.ResubmitApplication(by("sun", "department_nurse"), again).ok());
  v1::ReviewForDepartmentRequest review;
  review.set_name(withdraw.name());
  review.set_approve(true);
  EXPECT_TRUE(applications.ReviewForDepartment(by("zhou", "approver"), review).ok());
  v1::GetApplicationRequest get;
  get.set_name(withdraw.name());
  EXPECT_TRUE(applications.GetApplication(by("zhou", "approver"), get).ok());
  EXPECT_TRUE(applications.ListApplications(by("zhou", "approver"), {}).ok());
}

void ImportAnItem(CatalogDatabase& catalog) {
  ItemImportHandlers imports(catalog.pool.get());
  v1::CreateItemImportRequest create;
  const auto import = imports.CreateItemImport(Wang(), create);
  ASSERT_TRUE(import.ok());
  catalog.database.Execute(
      "UPDATE catalog.import SET touched_at = now() - interval '2 days' WHERE kind = 'item'");
  v1::AppendItemRowsRequest append;
  append.set_item_import(imports.CreateItemImport(Wang(), create)->name());
  v1::ItemRow& row = *append.add_rows();
  row.set_item_id("imported");
  row.set_display_name("x");
  row.set_registration_number("鲁济械备20190001号");
  row.set_national_code("C14010100100001000000000099");
  row.set_device_identifier(Gtin(990));
  row.set_base_unit("支");
  row.set_manufacturer("x");
  EXPECT_TRUE(imports.AppendItemRows(Wang(), append).ok());
  v1::FinishItemImportRequest finish;
  finish.set_item_import(append.item_import());
  EXPECT_TRUE(imports.FinishItemImport(Wang(), finish).ok());
}

void MergeItems(MappingDatabase& catalog) {
  ItemMergeHandlers merges(catalog.pool.get(), &catalog.search);
  v1::ProposeItemMergeRequest propose;
  propose.mutable_item_merge()->set_item("items/syringe-10");
  propose.mutable_item_merge()->set_into_item("items/gauze");
  propose.mutable_item_merge()->set_base_units(1);
  propose.mutable_item_merge()->set_reason("r");
  const auto proposed = merges.ProposeItemMerge(Wang(), propose);
  ASSERT_TRUE(proposed.ok());
  v1::ApproveItemMergeRequest approve;
  approve.set_name(proposed->name());
  EXPECT_TRUE(merges.ApproveItemMerge(Li(), approve).ok());
  EXPECT_TRUE(merges.ListItemMerges(Li(), {}).ok());
  v1::ProposeItemReinstatementRequest reinstatement;
  reinstatement.set_name("items/syringe-10");
  reinstatement.set_reason("r");
  EXPECT_FALSE(catalog.items.ProposeItemReinstatement(Wang(), reinstatement).ok());
}

// All that is asked about registrations and changes of `screw`.
void WalkChanges(CatalogDatabase& catalog) {
  v1::ProposeItemChangeRequest change;
  change.mutable_item()->set_name("items/screw");
  change.mutable_update_mask()->add_paths("packs");
  v1::Pack& box = *change.mutable_item()->add_packs();
  box.set_device_identifier(Gtin(9001));
  box.set_unit("盒");
  box.set_base_units(20);
  change.set_reason("r");
  v1::BatchUpdateItemsRequest batch;
  *batch.add_requests() = change;
  EXPECT_TRUE(catalog.item_changes.BatchUpdateItems(Wang(), batch).ok());
  v1::ListItemVersionsRequest versions;
  versions.set_name("items/screw");
  EXPECT_TRUE(catalog.item_changes.ListItemVersions(Wang(), versions).ok());
  v1::ApproveItemChangeRequest approve;
  approve.set_name(catalog.item_changes.ListItemChanges(Li(), {})->changes(0).name());
  EXPECT_TRUE(catalog.item_changes.ApproveItemChange(Li(), approve).ok());
  v1::GetItemRequest get;
  get.set_name("items/screw");
  get.mutable_as_of()->set_seconds(4'000'000'000);
  EXPECT_TRUE(catalog.items.GetItem(Li(), get).ok());

  const std::string name =
      catalog.registrations.ListRegistrations(Li(), {})->registrations(0).name();
  v1::SuspendRegistrationRequest suspend;
  suspend.set_name(name);
  suspend.set_reason("r");
  EXPECT_TRUE(catalog.registrations.SuspendRegistration(Wang(), suspend).ok());
  v1::ProposeRegistrationResumptionRequest resume;
  resume.set_name(name);
  resume.set_reason("r");
  v1::ApproveRegistrationRequest approve_registration;
  approve_registration.set_name(name);
  approve_registration.set_change(
      catalog.registrations.ProposeRegistrationResumption(Wang(), resume)->open_change().name());
  EXPECT_TRUE(catalog.registrations.ApproveRegistration(Li(), approve_registration).ok());
  v1::GetRegistrationRequest get_registration;
  get_registration.set_name(name);
  EXPECT_TRUE(catalog.registrations.GetRegistration(Li(), get_registration).ok());
  get_registration.set_as_of_date("2000-01-01");
  EXPECT_FALSE(catalog.registrations.GetRegistration(Li(), get_registration).ok());
  v1::ListRegistrationVersionsRequest registration_versions;
  registration_versions.set_name(name);
  EXPECT_TRUE(catalog.registrations.ListRegistrationVersions(Li(), registration_versions).ok());
}

void ImportClasses(CatalogDatabase& catalog) {
  v1::ListClassesRequest list_classes;
  list_classes.set_parent("classes/c03");
  EXPECT_FALSE(catalog.classes.ListClasses(Wang(), list_classes).ok());
  EXPECT_TRUE(catalog.classes.GetClassStatistics(Wang(), {}).ok());
  ASSERT_TRUE(catalog.classes.CreateClassImport(Wang(), {}).ok());
  catalog.database.Execute(
      "UPDATE catalog.import SET touched_at = now() - interval '2 days' WHERE kind = 'class'");
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
  finish.set_validate_only(true);
  EXPECT_TRUE(catalog.classes.FinishClassImport(Wang(), finish).ok());
  finish.set_validate_only(false);
  EXPECT_TRUE(catalog.classes.FinishClassImport(Wang(), finish).ok());
}

// Walks through all there is on one connection, then asks PostgreSQL which statements it never ran.
TEST(CatalogQueriesTest, EachIsExecuted) {
  MappingDatabase catalog(1);
  ExecuteEachMappingQuery(catalog);
  MergeItems(catalog);
  ImportAnItem(catalog);
  catalog.ApprovedSupplier("kangda", kCreditCode);
  catalog.ApprovedItem("screw", 11);
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
  lookup.set_device_identifier(Gtin(110));
  EXPECT_TRUE(catalog.items.LookupDeviceIdentifier(Li(), lookup).ok());
  WalkChanges(catalog);
  const SystemClock clock;
  ItemSearch search(catalog.pool.get(), &clock, {});
  EXPECT_TRUE(search.Look().ok());
  EXPECT_TRUE(search.Look().ok());
  v1::CreateItemRequest taken = ItemRequest("plate", 12);
  taken.mutable_item()->set_device_identifier(Gtin(110));
  EXPECT_FALSE(catalog.items.CreateItem(Wang(), taken).ok());

  ImportClasses(catalog);
  AskAboutPurchases(catalog);
  SetPrices(catalog);
  ChangeLists(catalog);
  Apply(catalog);

  // Those of the folders below are executed by the tests there.
  const std::set<std::string> executed = catalog.ExecutedStatements();
  for (const db::Query* query : db::WithImportQueries(queries::kAllQueries)) {
    EXPECT_TRUE(executed.contains(query->name)) << query->name;
  }
}

}  // namespace
}  // namespace qingqu::catalog
