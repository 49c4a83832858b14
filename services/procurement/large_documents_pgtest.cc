// Documents of 5,000 lines are one call each, of few statements; the times are printed.
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "services/procurement/order_progress.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

constexpr int kLines = 5'000;

class LargeDocumentsTest : public ::testing::Test {
 protected:
  LargeDocumentsTest() {
    world_.database().Execute(
        "SELECT journal.append('test.filled', 'test', '', 'tests/t', '{}', '', '', '', '', '{}',"
        " '{}');"
        "INSERT INTO catalog_pub.item (item_id, state, device_class, registration_expire_date,"
        " lot_tracked, serial_tracked, expiry_tracked) SELECT 'i' || n, 'approved', 2,"
        " '2099-12-31', true, false, true FROM generate_series(1, 5000) AS n;"
        "INSERT INTO procurement.agreement (agreement_id, alliance_id, supplier_id, item_id,"
        " unit_price, quantity_ceiling, start_date, end_date, state, proposer_id, approver_id,"
        " created_at) SELECT 'a' || n, 'east', 'good', 'i' || n, 25000, 100, '2020-01-01',"
        " '2099-12-31', 'approved', 'one', 'two', now() FROM generate_series(1, 5000) AS n");
  }

  // What `work` answers, or an empty value when it fails.
  template <typename Work>
  auto Measure(std::string_view step, Work&& work) {
    const absl::Time started = absl::Now();
    auto result = work();
    fmt::print("{} of {} lines: {} ms\n", step, kLines,
               absl::ToInt64Milliseconds(absl::Now() - started));
    EXPECT_TRUE(result.ok()) << step << ": " << result.status();
    return result.ok() ? *std::move(result) : typename decltype(result)::value_type{};
  }

  TestWorld world_;
};

TEST_F(LargeDocumentsTest, GoThroughTheWholeCycle) {
  TestWorld::ItemQuantities lines;
  for (int i = 1; i <= kLines; ++i) lines.emplace_back(fmt::format("i{}", i), 10);
  Measure("requisition", [&] {
    return world_.handlers().CreateRequisition(TestWorld::Nurse(),
                                               TestWorld::RequisitionRequest("r1", lines));
  });
  Measure("approval", [&] {
    v1::ApproveRequisitionRequest request;
    request.set_name("requisitions/r1");
    return world_.handlers().ApproveRequisition(TestWorld::Approver(), request);
  });
  const std::vector<int64_t> quantities(kLines, 10);
  const auto placed = Measure("order", [&] {
    return world_.handlers().CreateOrder(TestWorld::Officer(),
                                         TestWorld::OrderRequest("o1", "r1", quantities));
  });
  EXPECT_EQ(placed.total_amount(), "125000.0000");
  Measure("answer", [&] {
    v1::RespondToOrderRequest request;
    request.set_name("orders/o1");
    for (int i = 1; i <= kLines; ++i) {
      v1::OrderLineResponse& line = *request.add_lines();
      line.set_line_number(i);
      line.set_quantity_accepted(8);
      line.set_reason("out of stock");
    }
    return world_.handlers().RespondToOrder(TestWorld::Supplier(), request);
  });
  Measure("despatch", [&] {
    v1::CreateDespatchRequest request = TestWorld::DespatchRequest("d1", "o1", 1, 8);
    for (int i = 2; i <= kLines; ++i) {
      v1::DespatchLine& line = *request.mutable_despatch()->add_lines();
      line = request.despatch().lines(0);
      line.set_order_line_number(i);
    }
    return world_.handlers().CreateDespatch(TestWorld::Supplier(), request);
  });
  std::string received;
  for (int i = 1; i <= kLines; ++i) {
    received +=
        fmt::format(R"({}{{"order_line_number":{},"quantity_accepted":7,"quantity_rejected":1}})",
                    i > 1 ? "," : "", i);
  }
  world_.database().Execute(fmt::format(
      "SELECT journal.append('receipt.posted', 'test', '', 'receipts/p1', '{{}}', '', 'east',"
      " 'good', '', '{{\"order\":\"orders/o1\",\"lines\":[{}]}}', '{{}}')",
      received));
  prometheus::Registry metrics;
  OrderProgress progress(&world_.pool(), &metrics);
  world_.database().WaitForJournalHorizon();
  Measure("receipt", [&] { return progress.ApplyOnce(); });
  const auto read = Measure("reading", [&] {
    v1::GetOrderRequest request;
    request.set_name("orders/o1");
    return world_.handlers().GetOrder(TestWorld::Officer(), request);
  });
  EXPECT_EQ(read.state(), v1::ORDER_STATE_COMPLETED);
  EXPECT_EQ(read.lines(kLines - 1).quantity_received(), 7);
  EXPECT_EQ(world_.ReadAgreement("a5000").quantity_ordered(), 8);
  EXPECT_EQ(world_.ReadAgreement("a5000").quantity_received(), 7);
  EXPECT_EQ(world_.ReadRequisition("r1").lines(kLines - 1).quantity_ordered(), 8);
}

TEST_F(LargeDocumentsTest, OneLineMoreIsRefused) {
  TestWorld::ItemQuantities lines;
  for (int i = 0; i <= kLines; ++i) lines.emplace_back(fmt::format("i{}", i), 10);
  EXPECT_EQ(ReasonOf(world_.handlers().CreateRequisition(
                TestWorld::Nurse(), TestWorld::RequisitionRequest("r1", lines))),
            "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateOrder(
                TestWorld::Officer(),
                TestWorld::OrderRequest("o1", "r1", std::vector<int64_t>(kLines + 1, 1)))),
            "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::procurement
