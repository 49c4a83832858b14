#include "services/procurement/receipt_progress.h"

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace qingqu::procurement {
namespace {

TEST(ReceiptProgressTest, AddsUpTheLinesOfAnOrderLine) {
  const auto progress = ParseReceiptProgress(
      R"({"order":"orders/o1","more":true,"lines":[
          {"order_line_number":2,"quantity_accepted":5,"quantity_rejected":0},
          {"order_line_number":"1","quantity_accepted":"3","quantity_rejected":"1"},
          {"order_line_number":2,"quantity_accepted":1,"quantity_rejected":2}]})");
  ASSERT_TRUE(progress.ok()) << progress.status();
  EXPECT_EQ(progress->order_id, "o1");
  ASSERT_EQ(progress->lines.size(), 2U);
  EXPECT_EQ(progress->lines[0].line_number, 1);
  EXPECT_EQ(progress->lines[0].quantity_rejected, Quantity(1));
  EXPECT_EQ(progress->lines[1].quantity_received, Quantity(6));
  EXPECT_EQ(progress->lines[1].quantity_rejected, Quantity(2));
}

TEST(ReceiptProgressTest, RefusesEverythingElse) {
  for (const char* details :
       {"", "[]", "nonsense", "{}", R"({"order":7,"lines":[]})",
        R"({"order":"receipts/o1","lines":[]})", R"({"order":"orders/o1"})",
        R"({"order":"orders/o1","lines":[]})", R"({"order":"orders/o1","lines":[1]})",
        R"({"order":"orders/o1","lines":[{"order_line_number":1,"quantity_accepted":1}]})"}) {
    EXPECT_FALSE(ParseReceiptProgress(details).ok()) << details;
  }
}

TEST(ReceiptProgressTest, NumbersAreWholeAndNotNegative) {
  const auto parses = [](std::string_view line_number, std::string_view accepted) {
    return ParseReceiptProgress(
               fmt::format(R"({{"order":"orders/o1","lines":[{{"order_line_number":{},)"
                           R"("quantity_accepted":{},"quantity_rejected":0}}]}})",
                           line_number, accepted))
        .ok();
  };
  EXPECT_TRUE(parses("1", "5"));
  EXPECT_FALSE(parses("0", "5"));
  EXPECT_FALSE(parses("5001", "5"));
  for (const char* accepted :
       {"-1", "1.5", "null", R"("5x")", R"("")", "18446744073709551615", "1000000000001"}) {
    EXPECT_FALSE(parses("1", accepted)) << accepted;
  }
}

Order AcceptedOrder() {
  Order order{.order_id = "o1", .state = OrderState::kAccepted};
  order.lines.push_back({.line_number = 1,
                         .quantity_ordered = Quantity(10),
                         .quantity_accepted = Quantity(10),
                         .quantity_despatched = Quantity(6)});
  return order;
}

TEST(ReceiptProgressTest, NoMoreArrivesThanWasDespatched) {
  Order order = AcceptedOrder();
  const auto arrive = [&order](int line, int64_t received, int64_t rejected) {
    return ApplyProgress({"o1", {{line, Quantity(received), Quantity(rejected)}}}, order).ok();
  };
  EXPECT_FALSE(arrive(1, 7, 0));
  EXPECT_FALSE(arrive(1, 6, 1));
  EXPECT_FALSE(arrive(2, 1, 0));
  EXPECT_TRUE(arrive(1, 4, 1));
  EXPECT_FALSE(arrive(1, 2, 0));
  EXPECT_TRUE(arrive(1, 1, 0));
  EXPECT_EQ(order.state, OrderState::kAccepted);
  order.lines[0].quantity_despatched = Quantity(10);
  EXPECT_TRUE(arrive(1, 0, 4));
  EXPECT_EQ(order.state, OrderState::kCompleted);
}

}  // namespace
}  // namespace qingqu::procurement
