#include "services/procurement/order.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::procurement {
namespace {

const CivilDate kFirst = *CivilDate::Parse("2026-01-01");
const CivilDate kLast = *CivilDate::Parse("2026-12-31");

Agreement AgreementOn(const std::string& id, const std::string& item, int64_t price,
                      int64_t ceiling, int64_t ordered) {
  return {.agreement_id = id,
          .item_id = item,
          .unit_price = Money::FromTenThousandths(price),
          .quantity_ceiling = Quantity(ceiling),
          .quantity_ordered = Quantity(ordered),
          .start_date = kFirst,
          .end_date = kLast,
          .state = AgreementState::kApproved};
}

Order OrderOf(const std::vector<std::pair<std::string, int64_t>>& lines) {
  Order order{.order_id = "o1", .orderer_id = "officer"};
  for (const auto& [item, quantity] : lines) {
    order.lines.push_back({.line_number = static_cast<int>(order.lines.size()) + 1,
                           .requisition_id = "r1",
                           .requisition_line_number = static_cast<int>(order.lines.size()) + 1,
                           .item_id = item,
                           .quantity_ordered = Quantity(quantity)});
  }
  return order;
}

TEST(PriceOrderTest, SumsPriceTimesQuantity) {
  Order order = OrderOf({{"x", 3}, {"y", 2}, {"x", 1}});
  ASSERT_TRUE(
      PriceOrder({AgreementOn("ax", "x", 333, 10, 6), AgreementOn("ay", "y", 1, 10, 0)}, order)
          .ok());
  EXPECT_EQ(order.total_amount.ten_thousandths(), 3 * 333 + 2 + 333);
  EXPECT_EQ(order.lines[2].agreement_id, "ax");
  EXPECT_EQ(QuantityByAgreement(order.lines).at("ax"), Quantity(4));
}

TEST(PriceOrderTest, LinesOnOneAgreementCountTogether) {
  Order order = OrderOf({{"x", 3}, {"x", 2}});
  const absl::Status refused = PriceOrder({AgreementOn("ax", "x", 1, 10, 6)}, order);
  EXPECT_EQ(ErrorReason(refused), "AGREEMENT_CEILING");
  EXPECT_EQ(ErrorDetails(refused)["quantity_left"], "4");
  EXPECT_EQ(ErrorDetails(refused)["quantity_asked"], "5");
}

TEST(PriceOrderTest, ATotalThatCannotBeWrittenIsRefused) {
  Order order = OrderOf({{"x", 1}, {"y", 1}});
  constexpr int64_t kHuge = 9'000'000'000'000'000'000;
  EXPECT_EQ(ErrorReason(PriceOrder(
                {AgreementOn("ax", "x", kHuge, 1, 0), AgreementOn("ay", "y", kHuge, 1, 0)}, order)),
            "INVALID_FIELD");
}

TEST(AnswerOrderTest, DecidesTheState) {
  const auto state_of = [](std::vector<int64_t> accepted) {
    Order order = OrderOf({{"x", 3}, {"y", 2}});
    std::vector<LineAnswer> answers;
    for (const int64_t quantity : accepted) {
      answers.push_back({static_cast<int>(answers.size()) + 1, quantity, "reason"});
    }
    EXPECT_TRUE(AnswerOrder(answers, order).ok());
    return order.state;
  };
  EXPECT_EQ(state_of({3, 2}), OrderState::kAccepted);
  EXPECT_EQ(state_of({3, 0}), OrderState::kPartlyAccepted);
  EXPECT_EQ(state_of({1, 1}), OrderState::kPartlyAccepted);
  EXPECT_EQ(state_of({0, 0}), OrderState::kRejected);
}

TEST(AnswerOrderTest, FreesWhatIsNotAccepted) {
  Order order = OrderOf({{"x", 3}, {"y", 2}});
  ASSERT_TRUE(AnswerOrder({{1, 1, "half"}, {2, 2, ""}}, order).ok());
  const std::vector<FreedLine> freed = FreedByAnswer(order);
  ASSERT_EQ(freed.size(), 1U);
  EXPECT_EQ(freed[0].requisition_line_number, 1);
  EXPECT_EQ(freed[0].quantity, Quantity(2));
  EXPECT_EQ(ErrorReason(AcceptOrder(order)), "ORDER_ALREADY_ANSWERED");
}

TEST(TakeRequisitionLinesTest, ChecksInAFixedOrder) {
  RequisitionFacts facts;
  facts.requisitions["r1"] = {.requisition_id = "r1",
                              .state = RequisitionState::kSubmitted,
                              .requester_id = "nurse",
                              .approver_id = "officer"};
  Order order = OrderOf({{"", 3}});
  EXPECT_EQ(ErrorReason(TakeRequisitionLines(facts, order)), "REQUISITION_NOT_FOUND");
  facts.lines[{"r1", 1}] = {.line_number = 1,
                            .item_id = "x",
                            .quantity_requested = Quantity(9),
                            .quantity_approved = Quantity(5),
                            .quantity_ordered = Quantity(3)};
  EXPECT_EQ(ErrorReason(TakeRequisitionLines(facts, order)), "SAME_PERSON");
  facts.requisitions["r1"].approver_id = "approver";
  EXPECT_EQ(ErrorReason(TakeRequisitionLines(facts, order)), "LINE_NOT_APPROVED");
  facts.requisitions["r1"].state = RequisitionState::kApproved;
  EXPECT_EQ(ErrorReason(TakeRequisitionLines(facts, order)), "LINE_ALREADY_ORDERED");
  order.lines[0].quantity_ordered = Quantity(2);
  EXPECT_TRUE(TakeRequisitionLines(facts, order).ok());
  EXPECT_EQ(order.lines[0].item_id, "x");
}

}  // namespace
}  // namespace qingqu::procurement
