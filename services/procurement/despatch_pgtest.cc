#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

class DespatchTest : public ::testing::Test {
 protected:
  DespatchTest() {
    world_.Agree({.id = "a-syringe", .item = "syringe"});
    world_.Agree({.id = "a-stent", .item = "stent"});
    world_.Agree({.id = "a-gauze", .item = "gauze"});
    world_.PlaceAccepted("o1", {{"syringe", 10}, {"stent", 3}, {"gauze", 4}});
  }

  absl::StatusOr<v1::Despatch> Create(const v1::CreateDespatchRequest& request) {
    return world_.handlers().CreateDespatch(TestWorld::Supplier(), request);
  }

  static v1::CreateDespatchRequest StentRequest(const std::string& id,
                                                const std::vector<std::string>& serials) {
    v1::CreateDespatchRequest request =
        TestWorld::DespatchRequest(id, "o1", 2, static_cast<int64_t>(serials.size()));
    for (const std::string& serial : serials) {
      request.mutable_despatch()->mutable_lines(0)->add_serials(serial);
    }
    return request;
  }

  TestWorld world_;
};

TEST_F(DespatchTest, SaysWhatIsOnItsWay) {
  v1::CreateDespatchRequest request = StentRequest("d1", {"S2", "S1"});
  request.mutable_despatch()->set_tracking_number("SF123");
  request.mutable_despatch()->mutable_lines(0)->set_manufacture_date("2026-01-01");
  v1::DespatchLine& gauze = *request.mutable_despatch()->add_lines();
  gauze.set_order_line_number(3);
  gauze.set_quantity(4);
  const auto despatch = Create(request);
  ASSERT_TRUE(despatch.ok()) << despatch.status();
  EXPECT_EQ(despatch->supplier(), "suppliers/good");
  EXPECT_EQ(despatch->alliance(), "alliances/east");
  EXPECT_EQ(despatch->deliver_to(), "locations/store-east");
  EXPECT_EQ(despatch->lines(0).item(), "items/stent");
  EXPECT_THAT(despatch->lines(0).serials(), ElementsAre("S1", "S2"));
  EXPECT_EQ(despatch->lines(1).lot(), "");
  v1::GetDespatchRequest get;
  get.set_name("despatches/d1");
  const auto read = world_.handlers().GetDespatch(TestWorld::Officer(), get);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), despatch->SerializeAsString());
  EXPECT_EQ(world_.ReadOrder("o1").lines(1).quantity_despatched(), 2);
  EXPECT_EQ(world_.ReadOrder("o1").lines(2).quantity_despatched(), 4);
  EXPECT_EQ(world_.database().Value("SELECT subjects @> '{orders/o1,items/stent/lots/L1}'"
                                    " FROM journal.entry WHERE event = 'despatch.announced'"),
            "t");
}

TEST_F(DespatchTest, IsPublishedForReceipts) {
  ASSERT_TRUE(Create(StentRequest("d1", {"S1"})).ok());
  const auto published = [this](const std::string& columns, const std::string& view) {
    return world_.database().Value("SELECT set_config('qingqu.scope', 'system', false); SELECT " +
                                   columns + " FROM procurement_pub." + view);
  };
  EXPECT_EQ(published("concat_ws(' ', order_id, supplier_id, alliance_id, deliver_to_location_id)",
                      "despatch"),
            "o1 good east store-east");
  EXPECT_EQ(published("concat_ws(' ', item_id, lot, expiry_date, quantity)", "despatch_line"),
            "stent L1 2099-01-01 1");
  EXPECT_EQ(published("serial", "despatch_serial"), "S1");
  EXPECT_EQ(published("string_agg(user_id || ' ' || role, ',' ORDER BY user_id)", "order_actor"),
            "approver-wang approver,nurse-li requester,officer-zhao orderer");
}

TEST_F(DespatchTest, NamesWhatTheItemsRequire) {
  v1::CreateDespatchRequest request = TestWorld::DespatchRequest("d1", "o1", 2, 2);
  request.mutable_despatch()->mutable_lines(0)->clear_lot();
  request.mutable_despatch()->mutable_lines(0)->clear_expiry_date();
  request.mutable_despatch()->mutable_lines(0)->add_serials("S1");
  v1::DespatchLine& gauze = *request.mutable_despatch()->add_lines();
  gauze.set_order_line_number(3);
  gauze.set_quantity(1);
  gauze.add_serials("S1");
  const auto refused = Create(request);
  EXPECT_EQ(ReasonOf(refused), "INVALID_FIELD");
  EXPECT_THAT(BadFields(refused.status()),
              ElementsAre("despatch.lines[0].lot", "despatch.lines[0].expiry_date",
                          "despatch.lines[0].serials", "despatch.lines[1].serials"));
}

TEST_F(DespatchTest, NamesEveryBadField) {
  v1::CreateDespatchRequest request = TestWorld::DespatchRequest("d1", "o1", 1, 0);
  v1::DespatchLine& line = *request.mutable_despatch()->mutable_lines(0);
  line.set_lot(" L1");
  line.set_expiry_date("2099-13-01");
  line.add_serials("S1");
  line.add_serials("S1");
  line.add_serials(std::string(21, 'x'));
  request.mutable_despatch()->set_tracking_number(std::string(101, 'x'));
  EXPECT_THAT(BadFields(Create(request).status()), ElementsAre("despatch.tracking_number"));
  request.mutable_despatch()->clear_tracking_number();
  EXPECT_THAT(BadFields(Create(request).status()),
              ElementsAre("despatch.lines[0].quantity", "despatch.lines[0].lot",
                          "despatch.lines[0].expiry_date", "despatch.lines[0].serials[2]",
                          "despatch.lines[0].serials"));
  EXPECT_THAT(BadFields(Create(TestWorld::DespatchRequest("d1", "o1", 4, 1)).status()),
              ElementsAre("despatch.lines[0].order_line_number"));
  request = TestWorld::DespatchRequest("d1", "o1", 1, 1);
  request.mutable_despatch()->mutable_lines(0)->set_manufacture_date("2099-01-02");
  EXPECT_THAT(BadFields(Create(request).status()),
              ElementsAre("despatch.lines[0].manufacture_date"));
  request.mutable_despatch()->mutable_lines(0)->set_manufacture_date("2098-01-02");
  EXPECT_THAT(BadFields(Create(request).status()),
              ElementsAre("despatch.lines[0].manufacture_date"));
}

TEST_F(DespatchTest, GoodsLastBeyondToday) {
  CallContext call = TestWorld::Supplier();
  call.received_at =
      absl::FromCivil(absl::CivilSecond(2026, 11, 21, 12, 0, 0), absl::UTCTimeZone());
  v1::CreateDespatchRequest request = TestWorld::DespatchRequest("d1", "o1", 1, 1);
  request.mutable_despatch()->mutable_lines(0)->set_expiry_date("2026-11-21");
  const auto refused = world_.handlers().CreateDespatch(call, request);
  EXPECT_EQ(ReasonOf(refused), "LOT_EXPIRED");
  EXPECT_THAT(BadFields(refused.status()), ElementsAre("despatch.lines[0].expiry_date"));
  request.mutable_despatch()->mutable_lines(0)->set_expiry_date("2026-11-22");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateDespatch(call, request)), "OK");
}

TEST_F(DespatchTest, TheSupplierMustBeLicensedNow) {
  const auto request = TestWorld::DespatchRequest("d1", "o1", 1, 1);
  world_.database().Execute(
      "UPDATE catalog_pub.supplier SET licence_expire_date = '2020-01-01' WHERE supplier_id = "
      "'good'");
  EXPECT_EQ(ReasonOf(Create(request)), "LICENCE_EXPIRED");
  // Items of class I need no licence.
  EXPECT_EQ(ReasonOf(Create(TestWorld::DespatchRequest("d2", "o1", 3, 1))), "OK");
  world_.database().Execute(
      "UPDATE catalog_pub.supplier SET state = 'suspended' WHERE supplier_id = 'good'");
  EXPECT_EQ(ReasonOf(Create(request)), "SUPPLIER_NOT_BUYABLE");
  world_.database().Execute(
      "UPDATE catalog_pub.supplier SET state = 'approved', licence_expire_date = '2099-01-01';"
      "UPDATE catalog_pub.item SET state = 'suspended' WHERE item_id = 'syringe'");
  EXPECT_EQ(ReasonOf(Create(request)), "ITEM_NOT_BUYABLE");
}

TEST_F(DespatchTest, NoMoreThanAcceptedOverAllDespatches) {
  EXPECT_EQ(ReasonOf(Create(TestWorld::DespatchRequest("d1", "o1", 1, 11))), "MORE_THAN_ACCEPTED");
  EXPECT_EQ(ReasonOf(Create(TestWorld::DespatchRequest("d1", "o1", 1, 7))), "OK");
  const auto refused = Create(TestWorld::DespatchRequest("d2", "o1", 1, 4));
  EXPECT_EQ(ReasonOf(refused), "MORE_THAN_ACCEPTED");
  EXPECT_THAT(BadFields(refused.status()), ElementsAre("despatch.lines[0].quantity"));
  v1::CreateDespatchRequest split = TestWorld::DespatchRequest("d2", "o1", 1, 2);
  *split.mutable_despatch()->add_lines() = split.despatch().lines(0);
  EXPECT_EQ(ReasonOf(Create(split)), "MORE_THAN_ACCEPTED");
  split.mutable_despatch()->mutable_lines(1)->set_quantity(1);
  split.mutable_despatch()->mutable_lines(1)->set_lot("L2");
  EXPECT_EQ(ReasonOf(Create(split)), "OK");
}

TEST_F(DespatchTest, RacingDespatchesKeepWhatIsAccepted) {
  std::vector<std::string> reasons(8);
  const int sent = CountSuccesses(8, [&](int i) {
    const auto result = Create(TestWorld::DespatchRequest(fmt::format("d{}", i), "o1", 1, 4));
    reasons[static_cast<size_t>(i)] = ReasonOf(result);
    return result.ok();
  });
  EXPECT_EQ(sent, 2);
  std::erase(reasons, "OK");
  EXPECT_THAT(reasons, Each("MORE_THAN_ACCEPTED"));
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_despatched(), 8);
}

TEST_F(DespatchTest, ALotHasOneExpiry) {
  ASSERT_TRUE(Create(TestWorld::DespatchRequest("d1", "o1", 1, 1)).ok());
  v1::CreateDespatchRequest request = TestWorld::DespatchRequest("d2", "o1", 1, 1);
  request.mutable_despatch()->mutable_lines(0)->set_expiry_date("2098-01-01");
  const auto refused = Create(request);
  EXPECT_EQ(ReasonOf(refused), "LOT_EXPIRY_CONFLICT");
  EXPECT_THAT(BadFields(refused.status()), ElementsAre("despatch.lines[0].expiry_date"));
  // Within one despatch as well.
  request.mutable_despatch()->mutable_lines(0)->set_lot("L2");
  *request.mutable_despatch()->add_lines() = request.despatch().lines(0);
  request.mutable_despatch()->mutable_lines(1)->set_expiry_date("2097-01-01");
  EXPECT_EQ(ReasonOf(Create(request)), "LOT_EXPIRY_CONFLICT");
  request.mutable_despatch()->mutable_lines(1)->set_expiry_date("2098-01-01");
  EXPECT_EQ(ReasonOf(Create(request)), "OK");
}

TEST_F(DespatchTest, WhatOneSupplierAnnouncesDoesNotBindAnother) {
  ASSERT_TRUE(Create(TestWorld::DespatchRequest("d1", "o1", 1, 1)).ok());
  world_.Agree({.id = "other", .item = "syringe", .supplier = "other"});
  world_.Request("r-other", {{"syringe", 10}});
  v1::CreateOrderRequest order = TestWorld::OrderRequest("o-other", "r-other", {10});
  order.mutable_order()->set_supplier("suppliers/other");
  ASSERT_EQ(ReasonOf(world_.handlers().CreateOrder(TestWorld::Officer(), order)), "OK");
  v1::RespondToOrderRequest respond;
  respond.set_name("orders/o-other");
  respond.set_accept_all(true);
  const CallContext other = TestWorld::OtherSupplier();
  ASSERT_EQ(ReasonOf(world_.handlers().RespondToOrder(other, respond)), "OK");
  v1::CreateDespatchRequest request = TestWorld::DespatchRequest("d-other", "o-other", 1, 1);
  request.mutable_despatch()->mutable_lines(0)->set_expiry_date("2098-01-01");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateDespatch(TestWorld::OtherSupplier(), request)), "OK");
}

TEST_F(DespatchTest, APieceIsDespatchedOnce) {
  ASSERT_TRUE(Create(StentRequest("d1", {"S1", "S2"})).ok());
  const auto refused = Create(StentRequest("d2", {"S2"}));
  EXPECT_EQ(ReasonOf(refused), "SERIAL_ALREADY_DESPATCHED");
  EXPECT_THAT(BadFields(refused.status()), ElementsAre("despatch.lines[0].serials"));
  EXPECT_EQ(world_.ReadOrder("o1").lines(1).quantity_despatched(), 2);
  EXPECT_EQ(ReasonOf(Create(StentRequest("d2", {"S3"}))), "OK");
}

TEST_F(DespatchTest, RacingDespatchesSendAPieceOnce) {
  EXPECT_EQ(CountSuccesses(6,
                           [&](int i) {
                             const std::string id = fmt::format("d{}", i);
                             return Create(StentRequest(id, {"S1"})).ok();
                           }),
            1);
}

TEST_F(DespatchTest, NeedsAnAcceptedOrderOfTheSupplier) {
  EXPECT_EQ(ReasonOf(Create(TestWorld::DespatchRequest("d1", "nothing", 1, 1))), "ORDER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateDespatch(
                TestWorld::OtherSupplier(), TestWorld::DespatchRequest("d1", "o1", 1, 1))),
            "ORDER_NOT_FOUND");
  world_.Place("o2", {{"syringe", 1}});
  EXPECT_EQ(ReasonOf(Create(TestWorld::DespatchRequest("d1", "o2", 1, 1))), "ORDER_NOT_ACCEPTED");
}

TEST_F(DespatchTest, AnIdIsUsedOnceAndARetryHasOneEffect) {
  const auto request = TestWorld::DespatchRequest("d1", "o1", 1, 3);
  const CallContext call = TestWorld::Supplier();
  const auto first = world_.handlers().CreateDespatch(call, request);
  const auto again = world_.handlers().CreateDespatch(call, request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_despatched(), 3);
  EXPECT_EQ(world_.EntryCount("despatch.announced"), 1);
  EXPECT_EQ(ReasonOf(Create(request)), "DESPATCH_EXISTS");
}

TEST_F(DespatchTest, AreSeenByTheAllianceAndTheirSupplier) {
  ASSERT_TRUE(Create(TestWorld::DespatchRequest("d1", "o1", 1, 1)).ok());
  ASSERT_TRUE(Create(TestWorld::DespatchRequest("d2", "o1", 1, 1)).ok());
  v1::GetDespatchRequest get;
  get.set_name("despatches/d1");
  EXPECT_EQ(ReasonOf(world_.handlers().GetDespatch(TestWorld::OtherSupplier(), get)),
            "DESPATCH_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetDespatch(TestWorld::WestOfficer(), get)),
            "DESPATCH_NOT_FOUND");
  v1::ListDespatchesRequest list;
  list.set_page_size(1);
  list.set_order("orders/o1");
  auto page = world_.handlers().ListDespatches(TestWorld::Supplier(), list);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->despatches_size(), 1);
  EXPECT_EQ(page->despatches(0).name(), "despatches/d2");
  list.set_page_token(page->next_page_token());
  page = world_.handlers().ListDespatches(TestWorld::Supplier(), list);
  EXPECT_EQ(page->despatches(0).name(), "despatches/d1");
  EXPECT_EQ(page->next_page_token(), "");
  const v1::ListDespatchesRequest all;
  EXPECT_EQ(world_.handlers().ListDespatches(TestWorld::OtherSupplier(), all)->despatches_size(),
            0);
  EXPECT_EQ(world_.handlers().ListDespatches(TestWorld::Inspector(), all)->despatches_size(), 2);
}

}  // namespace
}  // namespace qingqu::procurement
