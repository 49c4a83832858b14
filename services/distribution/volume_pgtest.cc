#include "fmt/format.h"
#include "gtest/gtest.h"

#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

constexpr int kLines = 5000;

// Documents of 5,000 lines are one call. Times are printed, not asserted.
class VolumeTest : public DistributionTest {
 protected:
  template <typename Call>
  auto Timed(const char* what, Call call) {
    const absl::Time started = absl::Now();
    auto result = call();
    fmt::print("{} of {} lines: {} ms\n", what, kLines,
               absl::ToInt64Milliseconds(absl::Now() - started));
    return result;
  }
};

TEST_F(VolumeTest, ADocumentOfFiveThousandLinesIsOneCall) {
  std::vector<TestDespatchLine> lines;
  std::vector<v1::ReceiptLine> scans;
  std::vector<std::pair<std::string, int64_t>> sent_lines;
  std::vector<v1::ConsumptionLine> used_lines;
  for (int number = 1; number <= kLines; ++number) {
    const std::string item_id = fmt::format("item-{}", number);
    lines.push_back({.item_id = item_id, .quantity = 10, .lot = "L", .order_line_number = number});
    scans.push_back(Accept(Label(10 * number, "271231", "L"), 10));
    sent_lines.emplace_back(item_id, 5);
    used_lines.push_back(Line(item_id, "L", 5));
  }
  SeedItems(kLines);
  SeedDespatch("d1", lines);
  const auto receipt = Timed("receipt", [&] { return Receive(Operator(), "d1", scans); });
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->lines(kLines - 1).item(), "items/item-5000");
  const auto sent =
      Timed("transfer", [&] { return Send(Operator(), "central", "ward", sent_lines); });
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->lines(kLines - 1).allocations(0).quantity(), 5);
  const auto arrived = Timed("arrival", [&] { return Arrive(Nurse(), sent->name()); });
  ASSERT_TRUE(arrived.ok()) << arrived.status();
  const auto used = Timed("use", [&] { return Use(Nurse(), "uses/u1", "ward", used_lines); });
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_EQ(used->lot_names_size(), kLines);
  EXPECT_EQ(Count("SELECT sum(on_hand) FROM distribution.account WHERE location_id = 'central'"),
            25'000);
  EXPECT_EQ(Count("SELECT sum(on_hand) FROM distribution.account WHERE location_id = 'ward'"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 4 * kLines);
  ExpectSoundLedger();
}

TEST_F(VolumeTest, FiveThousandPiecesOfOneItem) {
  SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  TestDespatchLine line{.item_id = "stent", .quantity = kLines, .lot = "S"};
  std::vector<v1::ReceiptLine> scans;
  std::vector<v1::ConsumptionLine> used_lines;
  for (int number = 1; number <= kLines; ++number) {
    const std::string serial = fmt::format("S{}", number);
    line.serials.push_back(serial);
    scans.push_back(Accept(Label(20, "271231", "S", serial), 1));
    used_lines.push_back(Line("stent", "S", 1, serial));
  }
  SeedDespatch("d1", {line});
  const auto receipt = Timed("receipt of pieces", [&] { return Receive(Operator(), "d1", scans); });
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  const auto sent = Timed("transfer of pieces, one line,", [&] {
    return Send(Operator(), "central", "ward", {{"stent", kLines}});
  });
  ASSERT_TRUE(sent.ok() && Arrive(Nurse(), sent->name()).ok());
  const auto used =
      Timed("use of pieces", [&] { return Use(Nurse(), "uses/u1", "ward", used_lines); });
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_EQ(OnHand("ward", "stent"), 0);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
