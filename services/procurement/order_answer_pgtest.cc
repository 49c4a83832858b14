#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::ElementsAre;

struct Answer {
  int line_number;
  int64_t quantity;
  std::string reason;
};

v1::RespondToOrderRequest RespondRequest(const std::vector<Answer>& answers) {
  v1::RespondToOrderRequest request;
  request.set_name("orders/o1");
  for (const Answer& answer : answers) {
    v1::OrderLineResponse& line = *request.add_lines();
    line.set_line_number(answer.line_number);
    line.set_quantity_accepted(answer.quantity);
    line.set_reason(answer.reason);
  }
  return request;
}

class OrderAnswerTest : public ::testing::Test {
 protected:
  OrderAnswerTest() {
    world_.Agree({.id = "a-syringe", .item = "syringe", .ceiling = 10});
    world_.Agree({.id = "a-gauze", .item = "gauze"});
    world_.Place("o1", {{"syringe", 10}, {"gauze", 4}});
  }

  absl::StatusOr<v1::Order> Respond(const std::vector<Answer>& answers) {
    return world_.handlers().RespondToOrder(TestWorld::Supplier(), RespondRequest(answers));
  }

  TestWorld world_;
};

TEST_F(OrderAnswerTest, AcceptsAll) {
  v1::RespondToOrderRequest request;
  request.set_name("orders/o1");
  request.set_accept_all(true);
  const auto answered = world_.handlers().RespondToOrder(TestWorld::Supplier(), request);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->state(), v1::ORDER_STATE_ACCEPTED);
  EXPECT_EQ(answered->lines(0).quantity_accepted(), 10);
  EXPECT_EQ(answered->lines(1).quantity_accepted(), 4);
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_ordered(), 10);
  EXPECT_EQ(world_.EntryCount("order.answered"), 1);
  EXPECT_EQ(world_.EntryCount("requisition.returned"), 0);
  request.add_lines()->set_line_number(1);
  EXPECT_EQ(ReasonOf(world_.handlers().RespondToOrder(TestWorld::Supplier(), request)),
            "INVALID_FIELD");
}

TEST_F(OrderAnswerTest, WhatIsNotAcceptedGoesBack) {
  const auto answered = Respond({{2, 4, ""}, {1, 3, "out of stock"}});
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->state(), v1::ORDER_STATE_PARTLY_ACCEPTED);
  EXPECT_EQ(answered->lines(0).response_reason(), "out of stock");
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_ordered(), 3);
  EXPECT_EQ(world_.ReadAgreement("a-gauze").quantity_ordered(), 4);
  EXPECT_EQ(world_.ReadRequisition("o1").lines(0).quantity_ordered(), 3);
  EXPECT_EQ(world_.ReadRequisition("o1").lines(1).quantity_ordered(), 4);
  EXPECT_EQ(world_.EntryCount("requisition.returned"), 1);
  const v1::Order read = world_.ReadOrder("o1");
  EXPECT_EQ(read.etag(), answered->etag());
  EXPECT_EQ(read.lines(0).quantity_accepted(), 3);
  // It can be ordered again, from the same requisition and agreement.
  EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(TestWorld::Officer(),
                                                   TestWorld::OrderRequest("o2", "o1", {7}))),
            "OK");
}

TEST_F(OrderAnswerTest, RejectsAll) {
  const auto answered = Respond({{1, 0, "not ours"}, {2, 0, "not ours"}});
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->state(), v1::ORDER_STATE_REJECTED);
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_ordered(), 0);
  EXPECT_EQ(world_.ReadRequisition("o1").lines(1).quantity_ordered(), 0);
}

TEST_F(OrderAnswerTest, NamesEveryBadLine) {
  const auto bad = Respond({{1, 11, ""}, {1, 1, ""}, {3, 1, ""}});
  EXPECT_EQ(ReasonOf(bad), "INVALID_FIELD");
  EXPECT_THAT(BadFields(bad.status()),
              ElementsAre("lines[0].quantity_accepted", "lines[1].line_number",
                          "lines[2].line_number", "lines"));
  EXPECT_THAT(BadFields(Respond({{1, 9, " "}, {2, -1, ""}}).status()),
              ElementsAre("lines[0].reason", "lines[1].quantity_accepted"));
  EXPECT_THAT(BadFields(Respond({{1, 9, std::string(201, 'x')}, {2, 4, ""}}).status()),
              ElementsAre("lines[0].reason"));
  EXPECT_THAT(BadFields(Respond({{1, 10, ""}}).status()), ElementsAre("lines"));
  EXPECT_THAT(BadFields(Respond({}).status()), ElementsAre("lines"));
  EXPECT_EQ(world_.ReadOrder("o1").state(), v1::ORDER_STATE_PLACED);
}

TEST_F(OrderAnswerTest, IsTheOrdersSuppliersAlone) {
  v1::RespondToOrderRequest request;
  request.set_name("orders/o1");
  request.set_accept_all(true);
  EXPECT_EQ(ReasonOf(world_.handlers().RespondToOrder(TestWorld::OtherSupplier(), request)),
            "ORDER_NOT_FOUND");
  CallContext nobody = testing::CallBySupplier("seller-nobody", "");
  EXPECT_EQ(ReasonOf(world_.handlers().RespondToOrder(nobody, request)), "ORDER_NOT_FOUND");
  request.set_name("orders/nothing");
  EXPECT_EQ(ReasonOf(world_.handlers().RespondToOrder(TestWorld::Supplier(), request)),
            "ORDER_NOT_FOUND");
}

TEST_F(OrderAnswerTest, IsGivenOnce) {
  const CallContext call = TestWorld::Supplier();
  const auto request = RespondRequest({{1, 3, "out of stock"}, {2, 4, ""}});
  const auto first = world_.handlers().RespondToOrder(call, request);
  const auto again = world_.handlers().RespondToOrder(call, request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_ordered(), 3);
  EXPECT_EQ(world_.EntryCount("order.answered"), 1);
  EXPECT_EQ(ReasonOf(Respond({{1, 3, "out of stock"}, {2, 4, ""}})), "ORDER_ALREADY_ANSWERED");
}

TEST_F(OrderAnswerTest, RacingAnswersFreeTheQuantityOnce) {
  EXPECT_EQ(CountSuccesses(8,
                           [&](int i) {
                             return Respond({{1, i, "out of stock"}, {2, 4, ""}}).ok();
                           }),
            1);
  const int64_t accepted = world_.ReadOrder("o1").lines(0).quantity_accepted();
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_ordered(), accepted);
  EXPECT_EQ(world_.ReadRequisition("o1").lines(0).quantity_ordered(), accepted);
}

// Orders that are placed while others are answered keep the ceiling, and nothing is lost.
TEST_F(OrderAnswerTest, AnswersAndOrdersAtOnceConserveTheAgreement) {
  world_.Request("r2", {{"syringe", 10}});
  CountSuccesses(9, [&](int i) {
    if (i == 0) return Respond({{1, 2, "out of stock"}, {2, 1, "out of stock"}}).ok();
    return world_.handlers()
        .CreateOrder(TestWorld::Officer(),
                     TestWorld::OrderRequest("race-" + std::to_string(i), "r2", {1}))
        .ok();
  });
  EXPECT_EQ(world_.database().Value(
                "SELECT quantity_ordered = (SELECT sum(CASE WHEN placed.state = 'placed'"
                " THEN line.quantity_ordered ELSE line.quantity_accepted END)"
                " FROM procurement.order_line AS line"
                " JOIN procurement.purchase_order AS placed USING (order_id)"
                " WHERE agreement_id = 'a-syringe')"
                " FROM procurement.agreement WHERE agreement_id = 'a-syringe'"),
            "t");
}

}  // namespace
}  // namespace qingqu::procurement
