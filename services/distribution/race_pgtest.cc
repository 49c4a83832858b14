#include <atomic>
#include <functional>
#include <thread>

#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

// Callers at once, each with its own thread.
void AtOnce(int callers, const std::function<void(int)>& call) {
  std::vector<std::jthread> threads;
  std::atomic<bool> go{false};
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&go, &call, caller] {
      go.wait(false);
      call(caller);
    });
  }
  go = true;
  go.notify_all();
}

class RaceTest : public DistributionTest {};

TEST_F(RaceTest, SixtyFourCallersForTheLastHundredUnitsMoveExactlyHundred) {
  StockGauze(50, {{.lot = "A", .expiry = "2027-06-30"}, {.lot = "B", .expiry = "2028-06-30"}});
  std::atomic<int> moved{0};
  std::atomic<int> short_of_stock{0};
  AtOnce(64, [&](int) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto sent = Send(Operator(), "central", "store", {{"gauze", 1}});
      if (sent.ok()) ++moved;
      if (ErrorReason(sent.status()) == "INSUFFICIENT_STOCK") ++short_of_stock;
    }
  });
  EXPECT_EQ(moved, 100);
  EXPECT_EQ(short_of_stock, 28) << "nobody is refused for another reason";
  EXPECT_EQ(OnHand("central", "gauze"), 0);
  ExpectSoundLedger();
}

// What one caller takes while another waits for its lock may leave only goods that came in since
// the other one's statement began; they must be found.
TEST_F(RaceTest, WhoBringsGoodsNeverFindsTooFewOfThem) {
  StockGauze(60, {{.lot = "A", .expiry = "2027-06-30"},
                  {.lot = "B", .expiry = "2027-07-31"},
                  {.lot = "C", .expiry = "2027-08-31"},
                  {.lot = "D", .expiry = "2027-09-30"}});
  std::atomic<int> refused{0};
  AtOnce(8, [&](int) {
    for (int round = 0; round < 10; ++round) {
      const auto brought = Send(Operator(), "central", "store", {{"gauze", 3}});
      if (!brought.ok() || !Arrive(Pharmacist(), brought->name()).ok() ||
          !Send(Pharmacist(), "store", "ward", {{"gauze", 3}}).ok()) {
        ++refused;
      }
    }
  });
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(OnHand("store", "gauze"), 0);
  ExpectSoundLedger();
}

TEST_F(RaceTest, OneRequestFromManyCallersIsOneTransfer) {
  StockGauze(50, {{.lot = "A", .expiry = "2027-06-30"}});
  const CallContext call = Operator();
  std::atomic<int> answered{0};
  AtOnce(16, [&](int) {
    if (Send(call, "central", "store", {{"gauze", 5}}).ok()) ++answered;
  });
  EXPECT_EQ(answered, 16);
  EXPECT_EQ(OnHand("central", "gauze"), 45);
}

TEST_F(RaceTest, TransfersOfTheSameItemsInOppositeOrdersEnd) {
  SeedItem({.item_id = "tape", .number = 2});
  SeedDespatch("d1", {{.item_id = "tape", .quantity = 500, .lot = "T"}});
  StockGauze(500, {{.lot = "A", .expiry = "2027-06-30"}});
  ASSERT_TRUE(Receive(Operator(), "d1", {Accept(Label(20, "271231", "T"), 500)}).ok());
  std::atomic<int> failed{0};
  AtOnce(16, [&](int caller) {
    const std::pair<std::string, int64_t> gauze{"gauze", 1};
    const std::pair<std::string, int64_t> tape{"tape", 1};
    for (int round = 0; round < 5; ++round) {
      const auto sent = caller % 2 == 0 ? Send(Operator(), "central", "store", {gauze, tape})
                                        : Send(Operator(), "central", "store", {tape, gauze});
      if (!sent.ok() || !Arrive(Pharmacist(), sent->name()).ok()) ++failed;
    }
  });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(OnHand("store", "gauze"), 80);
  EXPECT_EQ(OnHand("store", "tape"), 80);
  ExpectSoundLedger();
}

TEST_F(RaceTest, RacingReceiptsNeverPassWhatWasDespatched) {
  SeedItem({.item_id = "gauze", .number = 1});
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A"}});
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};
  AtOnce(16, [&](int caller) {
    const std::string scan = Label(10, "271231", "A");
    const auto receipt =
        Receive(Operator(), "d1", {caller % 2 == 0 ? Accept(scan, 1) : Reject(scan, 1)});
    if (receipt.ok()) ++accepted;
    if (ErrorReason(receipt.status()) == "MORE_THAN_DESPATCHED") ++refused;
  });
  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(refused, 6);
  EXPECT_EQ(Count("SELECT quantity_accepted + quantity_rejected "
                  "FROM distribution.despatch_line_progress"),
            10);
  ExpectSoundLedger();
}

TEST_F(RaceTest, OnePieceReceivedAtOnceComesInOnce) {
  SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  SeedDespatch("d1", {{.item_id = "stent", .quantity = 5, .lot = "S", .serials = {"S1"}}});
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};
  AtOnce(8, [&](int) {
    const auto receipt = Receive(Operator(), "d1", {Accept(Label(20, "271231", "S", "S1"), 1)});
    if (receipt.ok()) ++accepted;
    if (ErrorReason(receipt.status()) == "SERIAL_ALREADY_RECEIVED") ++refused;
  });
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(OnHand("central", "stent"), 1);
}

TEST_F(RaceTest, ATransferArrivesOnce) {
  StockGauze(10, {{.lot = "A", .expiry = "2027-06-30"}});
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 5}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  std::atomic<int> arrived{0};
  std::atomic<int> refused{0};
  AtOnce(8, [&](int) {
    const auto received = Arrive(Pharmacist(), sent->name());
    if (received.ok()) ++arrived;
    if (ErrorReason(received.status()) == "TRANSFER_NOT_SENT") ++refused;
  });
  EXPECT_EQ(arrived, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(OnHand("store", "gauze"), 5);
}

TEST_F(RaceTest, UseAndTransferShareTheLastUnits) {
  StockGauze(20, {{.lot = "A", .expiry = "2027-06-30"}});
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 20}});
  ASSERT_TRUE(sent.ok() && Arrive(Pharmacist(), sent->name()).ok());
  std::atomic<int> taken{0};
  AtOnce(32, [&](int caller) {
    const bool ok =
        caller % 2 == 0
            ? Use(Nurse(), "uses/u" + std::to_string(caller), "store", {Line("gauze", "A", 1)}).ok()
            : Send(Pharmacist(), "store", "ward", {{"gauze", 1}}).ok();
    if (ok) ++taken;
  });
  EXPECT_EQ(taken, 20);
  EXPECT_EQ(OnHand("store", "gauze"), 0);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
