#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/procurement/order_progress.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

class OrderProgressTest : public ::testing::Test {
 protected:
  OrderProgressTest() : progress_(&world_.pool(), &metrics_) {
    world_.Agree({.id = "a-syringe", .item = "syringe"});
    world_.Agree({.id = "a-gauze", .item = "gauze"});
    world_.PlaceAccepted("o1", {{"syringe", 10}, {"gauze", 4}});
    Despatch("d1", 1, 10);
    Despatch("d2", 2, 4);
  }

  void Despatch(const std::string& id, int line, int64_t quantity) {
    EXPECT_TRUE(world_.handlers()
                    .CreateDespatch(TestWorld::Supplier(),
                                    TestWorld::DespatchRequest(id, "o1", line, quantity))
                    .ok());
  }

  // As distribution journals a receipt.
  void PostReceipt(const std::string& id, const std::string& details) {
    pqxx::connection connection(world_.database().conninfo_as("distribution"));
    pqxx::work tx(connection);
    tx.exec_params(
        "SELECT journal.append('receipt.posted', 'test', '', $1, ARRAY[$1], '', 'east', 'good', '',"
        " $2::jsonb, '{}')",
        "receipts/" + id, details);
    tx.commit();
  }

  static std::string Line(int number, int64_t accepted, int64_t rejected) {
    return fmt::format(
        R"({{"line_number":1,"order_line_number":{},"item":"items/x","lot":"L1","serial":"",)"
        R"("quantity_accepted":{},"quantity_rejected":{}}})",
        number, accepted, rejected);
  }

  static std::string Details(const std::string& lines) {
    return fmt::format(R"({{"despatch":"despatches/d1","order":"orders/o1","lines":[{}]}})", lines);
  }

  int Apply() {
    world_.database().WaitForJournalHorizon();
    const auto applied = progress_.ApplyOnce();
    EXPECT_TRUE(applied.ok()) << applied.status();
    return applied.value_or(-1);
  }

  std::string UnappliedProblem() {
    return world_.database().Value("SELECT problem FROM procurement.unapplied_entry");
  }

  TestWorld world_;
  prometheus::Registry metrics_;
  OrderProgress progress_;
};

TEST_F(OrderProgressTest, CountsAReceiptOnce) {
  PostReceipt("p1", Details(Line(1, 3, 1) + "," + Line(1, 2, 0)));
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(Apply(), 0);
  const v1::Order order = world_.ReadOrder("o1");
  EXPECT_EQ(order.lines(0).quantity_received(), 5);
  EXPECT_EQ(order.lines(0).quantity_rejected(), 1);
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACCEPTED);
  EXPECT_EQ(world_.ReadAgreement("a-syringe").quantity_received(), 5);
  EXPECT_EQ(world_.ReadAgreement("a-gauze").quantity_received(), 0);
  EXPECT_EQ(world_.EntryCount("order.received"), 1);
}

TEST_F(OrderProgressTest, CompletesTheOrder) {
  PostReceipt("p1", Details(Line(1, 9, 1)));
  PostReceipt("p2", Details(Line(2, 0, 4)));
  EXPECT_EQ(Apply(), 2);
  const v1::Order order = world_.ReadOrder("o1");
  EXPECT_EQ(order.state(), v1::ORDER_STATE_COMPLETED);
  EXPECT_EQ(order.lines(1).quantity_rejected(), 4);
  EXPECT_EQ(world_.EntryCount("order.received"), 1);
  EXPECT_EQ(world_.EntryCount("order.completed"), 1);
  EXPECT_EQ(world_.database().Value("SELECT supplier_id || actor_user_id FROM journal.entry"
                                    " WHERE event = 'order.completed'"),
            "goodsystem");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateDespatch(
                TestWorld::Supplier(), TestWorld::DespatchRequest("d3", "o1", 1, 1))),
            "ORDER_NOT_ACCEPTED");
}

TEST_F(OrderProgressTest, RacingFollowersApplyEachEntryOnce) {
  for (int i = 0; i < 5; ++i) PostReceipt(fmt::format("p{}", i), Details(Line(1, 1, 1)));
  OrderProgress second(&world_.pool(), &metrics_);
  world_.database().WaitForJournalHorizon();
  CountSuccesses(4, [&](int i) { return (i % 2 == 0 ? progress_ : second).ApplyOnce().ok(); });
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_received(), 5);
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_rejected(), 5);
}

TEST_F(OrderProgressTest, SetsAsideWhatCanNeverBeApplied) {
  PostReceipt("p1", R"({"order":"orders/o1","lines":"none"})");
  PostReceipt("p2", Details(Line(1, 5, 0)));
  EXPECT_EQ(Apply(), 2);
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_received(), 5);
  EXPECT_EQ(UnappliedProblem(), "malformed details: lines");
  const auto families = metrics_.Collect();
  ASSERT_EQ(families.size(), 1U);
  EXPECT_EQ(families[0].name, "qingqu_procurement_unapplied_entries_total");
  EXPECT_EQ(families[0].metric.at(0).counter.value, 1);
}

TEST_F(OrderProgressTest, SetsAsideWhatWasNotDespatched) {
  PostReceipt("p1", Details(Line(1, 10, 1)));
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_received(), 0);
  EXPECT_EQ(UnappliedProblem(), "11 of line 1 arrived, 10 are on their way");
}

TEST_F(OrderProgressTest, SetsAsideWhatIsOfNoOrder) {
  PostReceipt("p1", R"({"order":"orders/nothing","lines":[)" + Line(1, 1, 0) + "]}");
  EXPECT_EQ(Apply(), 1);
  EXPECT_EQ(UnappliedProblem(), "there is no order nothing");
}

TEST_F(OrderProgressTest, FollowsByItself) {
  progress_.Start();
  PostReceipt("p1", Details(Line(1, 3, 0)));
  for (int i = 0; i < 100 && world_.ReadOrder("o1").lines(0).quantity_received() == 0; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  progress_.Stop();
  EXPECT_EQ(world_.ReadOrder("o1").lines(0).quantity_received(), 3);
}

}  // namespace
}  // namespace qingqu::procurement
