#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/page_token.h"
#include "common/status/status.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OrderTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Order> Create(const v1::CreateOrderRequest& request) {
    return world_.handlers().CreateOrder(TestWorld::Officer(), request);
  }

  TestWorld world_;
};

TEST_F(OrderTest, TakesApprovedLinesAtTheAgreedPrice) {
  world_.Agree({.id = "a-syringe", .item = "syringe", .unit_price = "2.5"});
  world_.Agree({.id = "a-gauze", .item = "gauze", .unit_price = "0.0333"});
  world_.Request("r1", {{"syringe", 10}, {"gauze", 3}});
  const auto placed = Create(TestWorld::OrderRequest("o1", "r1", {4, 3}));
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(placed->alliance(), "alliances/east");
  EXPECT_EQ(placed->state(), v1::ORDER_STATE_PLACED);
  EXPECT_EQ(placed->total_amount(), "10.0999");
  EXPECT_EQ(placed->orderer(), "users/officer-zhao");
  EXPECT_EQ(placed->lines(0).item(), "items/syringe");
  EXPECT_EQ(placed->lines(0).unit_price(), "2.5000");
  EXPECT_EQ(placed->lines(0).amount(), "10.0000");
  EXPECT_EQ(placed->lines(0).agreement(), "agreements/a-syringe");
  EXPECT_EQ(placed->lines(1).amount(), "0.0999");
  EXPECT_EQ(world_.ReadOrder("o1").SerializeAsString(), placed->SerializeAsString());
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_ordered(), 4);
  const v1::Requisition requisition = world_.ReadRequisition("r1");
  EXPECT_EQ(requisition.lines(0).quantity_ordered(), 4);
  EXPECT_EQ(requisition.lines(1).quantity_ordered(), 3);
  EXPECT_EQ(requisition.etag(), "3");
  EXPECT_EQ(world_.EntryCount("order.placed"), 1);
  EXPECT_EQ(world_.EntryCount("requisition.ordered"), 1);
}

TEST_F(OrderTest, JoinsRequisitionsOfSeveralInstitutions) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Request("r1", {{"syringe", 10}});
  v1::CreateRequisitionRequest town = TestWorld::RequisitionRequest("r2", {{"syringe", 7}});
  town.mutable_requisition()->set_department("departments/ward-b");
  ASSERT_TRUE(world_.handlers().CreateRequisition(TestWorld::TownNurse(), town).ok());
  v1::ApproveRequisitionRequest approve;
  approve.set_name("requisitions/r2");
  ASSERT_TRUE(world_.handlers().ApproveRequisition(TestWorld::TownApprover(), approve).ok());
  v1::CreateOrderRequest request = TestWorld::OrderRequest("o1", "r1", {10});
  v1::OrderLine& line = *request.mutable_order()->add_lines();
  line.set_requisition("requisitions/r2");
  line.set_requisition_line_number(1);
  line.set_quantity_ordered(7);
  const auto placed = Create(request);
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(world_.ReadAgreement("a1").quantity_ordered(), 17);
  EXPECT_EQ(
      world_.database().Value("SELECT string_agg(user_id || ' ' || role, ',' ORDER BY user_id)"
                              " FROM procurement.order_actor WHERE order_id = 'o1'"),
      "approver-wang approver,approver-zhou approver,nurse-li requester,nurse-sun requester,"
      "officer-zhao orderer");
}

TEST_F(OrderTest, NamesEveryBadField) {
  v1::CreateOrderRequest request = TestWorld::OrderRequest("o1", "r1", {1, 0});
  request.mutable_order()->clear_supplier();
  EXPECT_THAT(BadFields(Create(request).status()), ElementsAre("order.supplier"));
  request = TestWorld::OrderRequest("o1", "r1", {1, 0, 1});
  request.mutable_order()->mutable_lines(2)->set_requisition_line_number(1);
  EXPECT_THAT(
      BadFields(Create(request).status()),
      ElementsAre("order.lines[1].quantity_ordered", "order.lines[2].requisition_line_number"));
}

TEST_F(OrderTest, NeedsACentralStoreASupplierAndRequisitions) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Request("r1", {{"syringe", 10}});
  v1::CreateOrderRequest request = TestWorld::OrderRequest("o1", "r1", {1});
  for (const char* location : {"store-west", "store-county", "nowhere"}) {
    request.mutable_order()->set_deliver_to(std::string("locations/") + location);
    EXPECT_EQ(ReasonOf(Create(request)), "LOCATION_NOT_FOUND") << location;
  }
  request = TestWorld::OrderRequest("o1", "r1", {1});
  request.mutable_order()->set_supplier("suppliers/nobody");
  EXPECT_EQ(ReasonOf(Create(request)), "SUPPLIER_NOT_FOUND");
  request = TestWorld::OrderRequest("o1", "r1", {1, 1});
  request.mutable_order()->mutable_lines(1)->set_requisition("requisitions/nothing");
  const auto missing = Create(request);
  EXPECT_EQ(ReasonOf(missing), "REQUISITION_NOT_FOUND");
  EXPECT_THAT(BadFields(missing.status()), ElementsAre("order.lines[1].requisition"));
  EXPECT_THAT(BadFields(Create(TestWorld::OrderRequest("o1", "r1", {1, 1})).status()),
              ElementsAre("order.lines[1].requisition_line_number"));
  // The other alliance's officer does not see it.
  request = TestWorld::OrderRequest("o1", "r1", {1});
  request.mutable_order()->set_deliver_to("locations/store-west");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(TestWorld::WestOfficer(), request)),
            "REQUISITION_NOT_FOUND");
}

TEST_F(OrderTest, OnlyApprovedLinesAndNoMoreThanIsLeft) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Agree({.id = "a2", .item = "gauze"});
  world_.Submit("r1", {{"syringe", 10}});
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o1", "r1", {1}))), "LINE_NOT_APPROVED");
  world_.Submit("r2", {{"syringe", 10}, {"gauze", 5}});
  v1::ApproveRequisitionRequest approve;
  approve.set_name("requisitions/r2");
  approve.add_reductions()->set_line_number(2);
  ASSERT_TRUE(world_.handlers().ApproveRequisition(TestWorld::Approver(), approve).ok());
  const auto nothing = Create(TestWorld::OrderRequest("o1", "r2", {1, 1}));
  EXPECT_EQ(ReasonOf(nothing), "LINE_NOT_APPROVED");
  EXPECT_THAT(BadFields(nothing.status()), ElementsAre("order.lines[1].requisition_line_number"));
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o1", "r2", {11}))), "LINE_ALREADY_ORDERED");
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o1", "r2", {6}))), "OK");
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o2", "r2", {5}))), "LINE_ALREADY_ORDERED");
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o2", "r2", {4}))), "OK");
}

TEST_F(OrderTest, NeedsAnAgreementInForceToday) {
  world_.Request("r1", {{"syringe", 10}, {"gauze", 1}});
  const auto none = Create(TestWorld::OrderRequest("o1", "r1", {1, 1}));
  EXPECT_EQ(ReasonOf(none), "NO_AGREEMENT");
  EXPECT_THAT(BadFields(none.status()), ElementsAre("order.lines[0].item", "order.lines[1].item"));
  world_.Agree(
      {.id = "past", .item = "syringe", .start_date = "2020-01-01", .end_date = "2020-12-31"});
  world_.Agree({.id = "other", .item = "syringe", .supplier = "other"});
  ASSERT_TRUE(world_.handlers()
                  .CreateAgreement(TestWorld::Officer(), TestWorld::AgreementRequest(
                                                             {.id = "proposed", .item = "syringe"}))
                  .ok());
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o1", "r1", {1}))), "NO_AGREEMENT");
}

// The business day begins in China, eight hours before UTC's.
TEST_F(OrderTest, TheAgreementsLastDayEndsInChina) {
  world_.Request("r1", {{"syringe", 10}});
  world_.Agree({.id = "a1", .item = "syringe", .end_date = "2026-11-21"});
  CallContext call = TestWorld::Officer();
  call.received_at =
      absl::FromCivil(absl::CivilSecond(2026, 11, 21, 16, 0, 0), absl::UTCTimeZone());
  const auto request = TestWorld::OrderRequest("o1", "r1", {1});
  EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(call, request)), "NO_AGREEMENT");
  call.received_at -= absl::Seconds(1);
  EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(call, request)), "OK");
}

TEST_F(OrderTest, OnlyWhatMayBeBoughtIsOrdered) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Request("r1", {{"syringe", 10}});
  const auto request = TestWorld::OrderRequest("o1", "r1", {1});
  world_.database().Execute(
      "UPDATE catalog_pub.item SET state = 'suspended' WHERE item_id = 'syringe'");
  EXPECT_EQ(ReasonOf(Create(request)), "ITEM_NOT_BUYABLE");
  world_.database().Execute(
      "UPDATE catalog_pub.item SET state = 'approved' WHERE item_id = 'syringe';"
      "UPDATE catalog_pub.supplier SET state = 'suspended' WHERE supplier_id = 'good'");
  EXPECT_EQ(ReasonOf(Create(request)), "SUPPLIER_NOT_BUYABLE");
  world_.database().Execute(
      "UPDATE catalog_pub.supplier SET state = 'approved', licence_expire_date = '2020-01-01'"
      " WHERE supplier_id = 'good'");
  EXPECT_EQ(ReasonOf(Create(request)), "SUPPLIER_NOT_BUYABLE");
}

TEST_F(OrderTest, WhatThePurchaseCheckRefusesIsNotOrdered) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Agree({.id = "a2", .item = "gauze"});
  world_.Request("r1", {{"syringe", 10}, {"gauze", 10}});
  const auto request = TestWorld::OrderRequest("o1", "r1", {1, 1});
  world_.database().Execute(
      "INSERT INTO catalog_pub.obstacle VALUES"
      " ('county-hospital', 'ward-a', 'gauze', 'good', 'NOT_ON_APPROVED_LIST'),"
      " ('county-hospital', 'ward-a', 'gauze', 'good', 'CODE_WITHDRAWN'),"
      " ('county-hospital', 'ward-a', 'syringe', 'other', 'LICENCE_EXPIRED'),"
      " ('town-hospital', 'ward-b', 'syringe', 'good', 'NOT_ON_APPROVED_LIST')");
  const auto refused = Create(request);
  EXPECT_EQ(ReasonOf(refused), "PURCHASE_OBSTACLES");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadFields(refused.status()),
              ElementsAre("order.lines[1].item", "order.lines[1].item"));
  EXPECT_THAT(refused.status().ToString(), HasSubstr("NOT_ON_APPROVED_LIST (items/gauze)"));
  world_.database().Execute("DELETE FROM catalog_pub.obstacle WHERE item_id = 'gauze'");
  EXPECT_EQ(ReasonOf(Create(request)), "OK");
}

TEST_F(OrderTest, TheAgreementsCeilingHoldsOverAllLinesTogether) {
  world_.Agree({.id = "a1", .item = "syringe", .ceiling = 15});
  world_.Request("r1", {{"syringe", 10}});
  world_.Request("r2", {{"syringe", 10}});
  v1::CreateOrderRequest request = TestWorld::OrderRequest("o1", "r1", {8});
  v1::OrderLine& line = *request.mutable_order()->add_lines();
  line.set_requisition("requisitions/r2");
  line.set_requisition_line_number(1);
  line.set_quantity_ordered(8);
  const auto refused = Create(request);
  EXPECT_EQ(ReasonOf(refused), "AGREEMENT_CEILING");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorDetails(refused.status())["quantity_left"], "15");
  EXPECT_EQ(world_.ReadAgreement("a1").quantity_ordered(), 0);
  request.mutable_order()->mutable_lines(1)->set_quantity_ordered(7);
  EXPECT_EQ(ReasonOf(Create(request)), "OK");
  EXPECT_EQ(ReasonOf(Create(TestWorld::OrderRequest("o2", "r2", {1}))), "AGREEMENT_CEILING");
}

TEST_F(OrderTest, WhoAskedOrApprovedMayNotOrder) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Request("r1", {{"syringe", 10}});
  const auto request = TestWorld::OrderRequest("o1", "r1", {1});
  for (const char* user : {"nurse-li", "approver-wang"}) {
    const CallContext call = testing::CallBy(user, "procurement_officer");
    EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(call, request)), "SAME_PERSON") << user;
    CallContext stand_in = testing::CallBy("officer-sun", "procurement_officer");
    stand_in.principal.on_behalf_of = user;
    stand_in.principal.delegation_id = "d1";
    EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(stand_in, request)), "SAME_PERSON") << user;
  }
  // Those for whom it was ordered had a hand in it, too.
  CallContext stand_in = testing::CallBy("officer-sun", "procurement_officer");
  stand_in.principal.on_behalf_of = "officer-zhao";
  stand_in.principal.delegation_id = "d1";
  ASSERT_EQ(ReasonOf(world_.handlers().CreateOrder(stand_in, request)), "OK");
  EXPECT_EQ(world_.database().Value("SELECT string_agg(user_id, ' ' ORDER BY user_id)"
                                    " FROM procurement.order_actor WHERE role = 'orderer'"),
            "officer-sun officer-zhao");
}

TEST_F(OrderTest, AnIdIsUsedOnceAndARetryHasOneEffect) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Request("r1", {{"syringe", 10}});
  const auto request = TestWorld::OrderRequest("o1", "r1", {3});
  const CallContext call = TestWorld::Officer();
  const auto first = world_.handlers().CreateOrder(call, request);
  const auto again = world_.handlers().CreateOrder(call, request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(world_.ReadAgreement("a1").quantity_ordered(), 3);
  EXPECT_EQ(world_.EntryCount("order.placed"), 1);
  EXPECT_EQ(ReasonOf(Create(request)), "ORDER_EXISTS");
  // The same id at once from many callers gives one order.
  const CallContext racing = TestWorld::Officer();
  const auto other = TestWorld::OrderRequest("o2", "r1", {2});
  EXPECT_EQ(
      CountSuccesses(6, [&](int) { return world_.handlers().CreateOrder(racing, other).ok(); }), 6);
  EXPECT_EQ(world_.ReadAgreement("a1").quantity_ordered(), 5);
}

TEST_F(OrderTest, RacingOrdersKeepTheAgreementsCeiling) {
  world_.Agree({.id = "a1", .item = "syringe", .ceiling = 10});
  world_.Agree({.id = "a2", .item = "gauze", .ceiling = 1'000});
  constexpr int kCount = 10;
  for (int i = 0; i < kCount; ++i) {
    // Both orders of items, so that locks that were not sorted would deadlock.
    world_.Request(fmt::format("r{}", i),
                   i % 2 == 0 ? TestWorld::ItemQuantities{{"syringe", 3}, {"gauze", 3}}
                              : TestWorld::ItemQuantities{{"gauze", 3}, {"syringe", 3}});
  }
  std::vector<std::string> reasons(kCount);
  const int placed = CountSuccesses(kCount, [&](int i) {
    const auto result =
        Create(TestWorld::OrderRequest(fmt::format("o{}", i), fmt::format("r{}", i), {3, 3}));
    reasons[static_cast<size_t>(i)] = ReasonOf(result);
    return result.ok();
  });
  EXPECT_EQ(placed, 3);
  std::erase(reasons, "OK");
  EXPECT_THAT(reasons, Each("AGREEMENT_CEILING"));
  EXPECT_EQ(world_.ReadAgreement("a1").quantity_ordered(), 9);
  EXPECT_EQ(world_.ReadAgreement("a2").quantity_ordered(), 9);
  EXPECT_EQ(world_.database().Value("SELECT sum(quantity_ordered) FROM procurement.order_line"),
            "18");
}

TEST_F(OrderTest, RacingOrdersTakeARequisitionLineOnce) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Request("r1", {{"syringe", 10}});
  std::vector<std::string> reasons(8);
  const int placed = CountSuccesses(8, [&](int i) {
    const auto result = Create(TestWorld::OrderRequest(fmt::format("o{}", i), "r1", {4}));
    reasons[static_cast<size_t>(i)] = ReasonOf(result);
    return result.ok();
  });
  EXPECT_EQ(placed, 2);
  std::erase(reasons, "OK");
  EXPECT_THAT(reasons, Each("LINE_ALREADY_ORDERED"));
  EXPECT_EQ(world_.ReadRequisition("r1").lines(0).quantity_ordered(), 8);
  EXPECT_EQ(world_.ReadAgreement("a1").quantity_ordered(), 8);
}

TEST_F(OrderTest, AreSeenByTheAllianceAndTheirSupplier) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Place("o1", {{"syringe", 10}});
  v1::GetOrderRequest get;
  get.set_name("orders/o1");
  EXPECT_EQ(ReasonOf(world_.handlers().GetOrder(TestWorld::OtherSupplier(), get)),
            "ORDER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetOrder(TestWorld::WestOfficer(), get)), "ORDER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetOrder(TestWorld::TownApprover(), get)), "OK");
  EXPECT_EQ(ReasonOf(world_.handlers().GetOrder(TestWorld::Inspector(), get)), "OK");
  const v1::ListOrdersRequest list;
  EXPECT_EQ(world_.handlers().ListOrders(TestWorld::OtherSupplier(), list)->orders_size(), 0);
  EXPECT_EQ(world_.handlers().ListOrders(TestWorld::WestOfficer(), list)->orders_size(), 0);
  EXPECT_EQ(world_.handlers().ListOrders(TestWorld::Supplier(), list)->orders_size(), 1);
}

TEST_F(OrderTest, TellsASupplierNothingOfRequisitions) {
  world_.Agree({.id = "a1", .item = "syringe"});
  world_.Place("o1", {{"syringe", 10}});
  v1::GetOrderRequest get;
  get.set_name("orders/o1");
  const auto seen = world_.handlers().GetOrder(TestWorld::Supplier(), get);
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->lines(0).requisition(), "");
  EXPECT_EQ(seen->lines(0).requisition_line_number(), 0);
  EXPECT_EQ(seen->lines(0).quantity_ordered(), 10);
  v1::RespondToOrderRequest respond;
  respond.set_name("orders/o1");
  respond.set_accept_all(true);
  const auto answered = world_.handlers().RespondToOrder(TestWorld::Supplier(), respond);
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(answered->lines(0).requisition(), "");
  EXPECT_EQ(world_.database().Value(
                "SELECT count(*) FROM journal.entry WHERE supplier_id IS NOT NULL AND"
                " (subjects::text LIKE '%requisitions/%' OR details::text LIKE '%requisitions/%')"),
            "0");
}

TEST_F(OrderTest, AreListedNewestFirstAndByState) {
  world_.Agree({.id = "a1", .item = "syringe"});
  for (const char* id : {"o1", "o2", "o3"}) world_.Place(id, {{"syringe", 1}});
  v1::RespondToOrderRequest respond;
  respond.set_name("orders/o2");
  respond.set_accept_all(true);
  ASSERT_TRUE(world_.handlers().RespondToOrder(TestWorld::Supplier(), respond).ok());
  v1::ListOrdersRequest request;
  request.set_page_size(2);
  auto page = world_.handlers().ListOrders(TestWorld::Officer(), request);
  ASSERT_EQ(page->orders_size(), 2);
  EXPECT_EQ(page->orders(0).name(), "orders/o3");
  EXPECT_EQ(page->orders(0).lines_size(), 0);
  request.set_page_token(page->next_page_token());
  page = world_.handlers().ListOrders(TestWorld::Officer(), request);
  ASSERT_EQ(page->orders_size(), 1);
  EXPECT_EQ(page->orders(0).name(), "orders/o1");
  v1::ListOrdersRequest accepted;
  accepted.set_state(v1::ORDER_STATE_ACCEPTED);
  page = world_.handlers().ListOrders(TestWorld::Officer(), accepted);
  ASSERT_EQ(page->orders_size(), 1);
  EXPECT_EQ(page->orders(0).name(), "orders/o2");
}

TEST_F(OrderTest, ForgedPageTokensAreRefused) {
  const std::vector<std::vector<std::string>> forged = {
      {"9223372036854775807", "x"},  {"-9223372036854775808", "x"},
      {"253402300800000000", "x"},   {"now", "x"},
      {"0", std::string("a\0b", 3)}, {"0", "\xFF"}};
  for (const std::vector<std::string>& key : forged) {
    v1::ListOrdersRequest orders;
    orders.set_page_token(EncodePageToken(key, "orders 0"));
    EXPECT_EQ(ReasonOf(world_.handlers().ListOrders(TestWorld::Officer(), orders)),
              "INVALID_FIELD");
    v1::ListRequisitionsRequest requisitions;
    requisitions.set_page_token(EncodePageToken(key, "requisitions 0"));
    EXPECT_EQ(ReasonOf(world_.handlers().ListRequisitions(TestWorld::Officer(), requisitions)),
              "INVALID_FIELD");
    v1::ListDespatchesRequest despatches;
    despatches.set_page_token(EncodePageToken(key, "despatches "));
    EXPECT_EQ(ReasonOf(world_.handlers().ListDespatches(TestWorld::Officer(), despatches)),
              "INVALID_FIELD");
  }
  v1::ListOrdersRequest orders;
  orders.set_page_token(EncodePageToken({"253402300799999999", "x"}, "orders 0"));
  EXPECT_EQ(ReasonOf(world_.handlers().ListOrders(TestWorld::Officer(), orders)), "OK");
}

}  // namespace
}  // namespace qingqu::procurement
