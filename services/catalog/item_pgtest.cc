#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/page_token.h"
#include "common/status/status.h"
#include "services/catalog/catalog_test_support.h"

namespace qingqu::catalog {
namespace {

class ItemTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  absl::StatusOr<v1::Item> Approve(const CallContext& call, const std::string& etag = "") {
    v1::ApproveItemRequest request;
    request.set_name("items/screw");
    request.set_etag(etag);
    return items.ApproveItem(call, request);
  }
  absl::StatusOr<v1::Item> Suspend(const CallContext& call, const std::string& etag = "") {
    v1::SuspendItemRequest request;
    request.set_name("items/screw");
    request.set_etag(etag);
    request.set_reason("registration withdrawn");
    return items.SuspendItem(call, request);
  }
  absl::StatusOr<v1::Item> Get(const std::string& name) {
    v1::GetItemRequest request;
    request.set_name(name);
    return items.GetItem(Li(), request);
  }
  absl::StatusOr<v1::LookupDeviceIdentifierResponse> Lookup(const std::string& identifier) {
    v1::LookupDeviceIdentifierRequest request;
    request.set_device_identifier(identifier);
    return items.LookupDeviceIdentifier(Li(), request);
  }
};

TEST_F(ItemTest, IsProposedReadApprovedAndSuspended) {
  v1::CreateItemRequest request = ItemRequest("screw", 1);
  request.mutable_item()->set_registration_number("国械注准 2019-3-13-0123");
  const auto proposed = items.CreateItem(Wang(), request);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->registration_number(), "国械注准20193130123");
  EXPECT_EQ(proposed->state(), v1::APPROVAL_STATE_PROPOSED);
  EXPECT_EQ(Get("items/screw")->SerializeAsString(), proposed->SerializeAsString());

  EXPECT_EQ(ErrorReason(Suspend(Li()).status()), "ITEM_NOT_APPROVED");
  EXPECT_EQ(ErrorReason(Approve(AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(Li(), "2").status()), "ETAG_MISMATCH");
  const CallContext approving = Li();
  const auto approved = Approve(approving, "1");
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(Approve(approving, "1")->SerializeAsString(), approved->SerializeAsString());
  EXPECT_EQ(ErrorReason(Approve(Li()).status()), "ITEM_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "1").status()), "ETAG_MISMATCH");
  ASSERT_TRUE(Suspend(Li(), approved->etag()).ok());
  EXPECT_EQ(Get("items/screw")->state(), v1::APPROVAL_STATE_SUSPENDED);
  EXPECT_EQ(database.Value("SELECT string_agg(event, ' ' ORDER BY sequence) FROM journal.entry"),
            "item.proposed item.approved item.suspended");
  EXPECT_EQ(database.Value("SELECT details ->> 'device_identifier' FROM journal.entry LIMIT 1"),
            Gtin(10));
}

TEST_F(ItemTest, AnApproverOfOneInstitutionDecidesNothingForAll) {
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("screw", 1)).ok());
  const CallContext narrow = testing::CallBy("sun", "approver");
  EXPECT_EQ(ErrorReason(Approve(narrow).status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(Approve(narrow).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Get("items/screw")->state(), v1::APPROVAL_STATE_PROPOSED);
  ASSERT_TRUE(Approve(Li()).ok());
  EXPECT_EQ(ErrorReason(Suspend(narrow).status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(Get("items/screw")->state(), v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(ErrorReason(items.CreateItem(narrow, ItemRequest("plate", 2)).status()),
            "SCOPE_TOO_NARROW");
}

TEST_F(ItemTest, PagesThatAreNotOfThisListAreInvalidFields) {
  v1::ListItemsRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(ErrorReason(items.ListItems(Li(), request).status()), "INVALID_FIELD");
  request.set_page_size(0);
  request.set_page_token("x");
  EXPECT_EQ(ErrorReason(items.ListItems(Li(), request).status()), "INVALID_FIELD");
  request.set_page_token(
      EncodePageToken({std::string("a\0b", 3)}, "items state=0 national_code_prefix="));
  EXPECT_EQ(ErrorReason(items.ListItems(Li(), request).status()), "INVALID_FIELD");
  request.clear_page_token();
  request.set_state(static_cast<v1::ApprovalState>(99));
  EXPECT_EQ(ErrorReason(items.ListItems(Li(), request).status()), "INVALID_FIELD");
}

TEST_F(ItemTest, ApprovalNeedsARegistrationInForce) {
  v1::CreateItemRequest request = ItemRequest("screw", 1);
  request.mutable_item()->set_registration_expire_date("2020-01-01");
  ASSERT_TRUE(items.CreateItem(Wang(), request).ok());
  EXPECT_EQ(ErrorReason(Approve(Li()).status()), "REGISTRATION_EXPIRED");
}

TEST_F(ItemTest, AFilingHasNoExpiry) {
  v1::CreateItemRequest request = ItemRequest("screw", 1);
  request.mutable_item()->set_registration_number("鲁济械备20190001号");
  request.mutable_item()->set_registration_expire_date("");
  request.mutable_item()->set_device_class(v1::DEVICE_CLASS_I);
  request.mutable_item()->clear_packs();
  ASSERT_TRUE(items.CreateItem(Wang(), request).ok());
  const auto approved = Approve(Li());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->registration_expire_date(), "");
  EXPECT_EQ(approved->packs_size(), 0);
}

TEST_F(ItemTest, BadInputIsRefusedBeforeAnythingIsWritten) {
  v1::CreateItemRequest request = ItemRequest("screw", 1);
  request.mutable_item()->set_device_identifier("6901234567893");
  request.mutable_item()->set_device_class(v1::DEVICE_CLASS_II);
  const absl::Status status = items.CreateItem(Wang(), request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Get("items/screw").status()), "ITEM_NOT_FOUND");
}

TEST_F(ItemTest, IdsAndIdentifiersAreTakenOnce) {
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("screw", 1)).ok());
  EXPECT_EQ(ErrorReason(items.CreateItem(Wang(), ItemRequest("screw", 2)).status()), "ITEM_EXISTS");
  v1::CreateItemRequest with_taken_pack = ItemRequest("plate", 3);
  with_taken_pack.mutable_item()->mutable_packs(0)->set_device_identifier(Gtin(10));
  const absl::Status status = items.CreateItem(Wang(), with_taken_pack).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrorReason(status), "DEVICE_IDENTIFIER_TAKEN");
  EXPECT_EQ(ErrorDetails(status).at("item"), "items/screw");
  v1::CreateItemRequest with_taken_base = ItemRequest("plate", 3);
  with_taken_base.mutable_item()->set_device_identifier(Gtin(11).substr(1));
  EXPECT_EQ(ErrorReason(items.CreateItem(Wang(), with_taken_base).status()),
            "DEVICE_IDENTIFIER_TAKEN")
      << "a GTIN-13 of the same number";
  EXPECT_TRUE(items.CreateItem(Wang(), ItemRequest("plate", 3)).ok())
      << "a refused proposal takes nothing";
}

TEST_F(ItemTest, OfManyRacersForOneIdentifierOneWins) {
  std::atomic<int> won{0};
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> racers;
    for (int racer = 0; racer < 8; ++racer) {
      racers.emplace_back([&, racer] {
        v1::CreateItemRequest request = ItemRequest(fmt::format("item-{}", racer), racer + 1);
        // The same two identifiers, every other time the other way round.
        request.mutable_item()->set_device_identifier(Gtin(racer % 2 == 0 ? 900 : 901));
        request.mutable_item()->mutable_packs(0)->set_device_identifier(
            Gtin(racer % 2 == 0 ? 901 : 900));
        const auto created = items.CreateItem(Wang(), request);
        if (created.ok()) ++won;
        if (ErrorReason(created.status()) == "DEVICE_IDENTIFIER_TAKEN") ++taken;
      });
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(taken, 7);
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item"), "1");
}

TEST_F(ItemTest, LookupFindsTheItemAndThePack) {
  ApprovedItem("screw", 1);
  const auto base = Lookup(Gtin(10));
  ASSERT_TRUE(base.ok()) << base.status();
  EXPECT_EQ(base->item().name(), "items/screw");
  EXPECT_EQ(base->base_units(), 1);
  EXPECT_EQ(base->item().packs(0).base_units(), 10);
  EXPECT_EQ(Lookup(Gtin(11))->base_units(), 10);
  EXPECT_EQ(Lookup(Gtin(11).substr(1))->base_units(), 10) << "a GTIN-13";
  EXPECT_EQ(ErrorReason(Lookup(Gtin(12)).status()), "DEVICE_IDENTIFIER_UNKNOWN");
  EXPECT_EQ(ErrorReason(Lookup("123").status()), "INVALID_FIELD");
}

TEST_F(ItemTest, BatchGetKeepsTheOrderAsked) {
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("a", 1)).ok());
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("b", 2)).ok());
  v1::BatchGetItemsRequest request;
  for (const char* name : {"items/b", "items/a", "items/b"}) request.add_names(name);
  const auto found = items.BatchGetItems(Li(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->items_size(), 3);
  EXPECT_EQ(found->items(0).name(), "items/b");
  EXPECT_EQ(found->items(1).name(), "items/a");
  EXPECT_EQ(found->items(2).name(), "items/b");
  request.add_names("items/none");
  const absl::Status missing = items.BatchGetItems(Li(), request).status();
  EXPECT_EQ(ErrorReason(missing), "ITEM_NOT_FOUND");
  EXPECT_NE(missing.message().find("items/none"), absl::string_view::npos);
  request.add_names("x");
  EXPECT_EQ(ErrorReason(items.BatchGetItems(Li(), request).status()), "INVALID_FIELD");
  for (int count = 0; count < 1000; ++count) request.add_names("items/a");
  EXPECT_EQ(ErrorReason(items.BatchGetItems(Li(), request).status()), "INVALID_FIELD");
  EXPECT_EQ(items.BatchGetItems(Li(), {})->items_size(), 0);
}

TEST_F(ItemTest, ListsByStateAndNationalCode) {
  ApprovedItem("a", 1);
  ApprovedItem("b", 20);
  v1::CreateItemRequest other = ItemRequest("c", 3);
  other.mutable_item()->set_national_code("C02050107901001000000000003");
  ASSERT_TRUE(items.CreateItem(Wang(), other).ok());
  v1::ListItemsRequest request;
  const auto names = [&] {
    std::string joined;
    const auto listed = items.ListItems(Li(), request);
    if (!listed.ok()) return ErrorReason(listed.status());
    for (const v1::Item& item : listed->items()) joined += item.name() + " ";
    return joined;
  };
  EXPECT_EQ(names(), "items/a items/b items/c ");
  request.set_state(v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(names(), "items/a items/b ");
  request.set_national_code_prefix("C02");
  EXPECT_EQ(names(), "");
  request.clear_state();
  EXPECT_EQ(names(), "items/c ");
  request.set_national_code_prefix("C");
  EXPECT_EQ(names(), "items/a items/b items/c ");
  request.set_national_code_prefix("C03050107901001000000000020");
  EXPECT_EQ(names(), "items/b ");
  request.set_national_code_prefix("C03%");
  EXPECT_EQ(names(), "INVALID_FIELD");
  request.set_national_code_prefix("C03");
  request.set_page_size(1);
  const auto first = items.ListItems(Li(), request);
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(names(), "items/b ");
}

TEST_F(ItemTest, TheNationalCodesIndexServesPrefixes) {
  EXPECT_EQ(database.Value("SELECT count(*) FROM pg_index JOIN pg_opclass ON pg_opclass.oid = "
                           "indclass[0] WHERE indexrelid = 'catalog.item_national_code'::regclass "
                           "AND opcname = 'text_pattern_ops'"),
            "1");
}

TEST_F(ItemTest, ThePublishedViewsServeOtherServices) {
  ApprovedItem("screw", 1);
  pqxx::connection other(database.conninfo_as("distribution"));
  pqxx::nontransaction tx(other);
  const pqxx::row pack = tx.exec1(
      "SELECT identifier.item_id, base_units, unit, state, lot_tracked FROM "
      "catalog_pub.device_identifier AS identifier JOIN catalog_pub.item USING (item_id) WHERE "
      "device_identifier = " +
      tx.quote(Gtin(11)));
  EXPECT_EQ(pack["item_id"].as<std::string>(), "screw");
  EXPECT_EQ(pack["base_units"].as<int64_t>(), 10);
  EXPECT_EQ(pack["unit"].as<std::string>(), "盒");
  EXPECT_EQ(pack["state"].as<std::string>(), "approved");
  EXPECT_TRUE(pack["lot_tracked"].as<bool>());
  EXPECT_EQ(tx.exec1("SELECT unit FROM catalog_pub.device_identifier WHERE base_units = 1")[0]
                .as<std::string>(),
            "支");
  EXPECT_THROW(tx.exec("SELECT * FROM catalog.item"), pqxx::insufficient_privilege);
}

}  // namespace
}  // namespace qingqu::catalog
