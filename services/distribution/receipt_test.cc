#include "services/distribution/receipt.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

const CivilDate kToday = *CivilDate::Parse("2026-11-21");
const CivilDate kExpiry = *CivilDate::Parse("2027-12-31");

ReceiptLine Scanned(std::string identifier, std::string lot, std::optional<CivilDate> expiry,
                    int64_t accepted, int64_t rejected = 0) {
  ReceiptLine line;
  line.packs_accepted = accepted;
  line.packs_rejected = rejected;
  line.pack = scanning::ScannedPack{
      .device_identifier = std::move(identifier), .lot = std::move(lot), .expiry = expiry};
  return line;
}

// Two despatch lines of lot A with 10 each, one of lot B; one of cotton, which is not tracked.
ReceiptBasis Basis() {
  return {.items = {{"piece", {.item_id = "gauze", .lot_tracked = true, .expiry_tracked = true}},
                    {"box",
                     {.item_id = "gauze",
                      .base_units_per_pack = 6,
                      .lot_tracked = true,
                      .expiry_tracked = true}},
                    {"cotton", {.item_id = "cotton"}},
                    {"huge", {.item_id = "gauze", .base_units_per_pack = INT64_MAX / 2}}},
          .despatch_lines = {{.line_number = 1,
                              .order_line_number = 7,
                              .item_id = "gauze",
                              .lot = "A",
                              .expiry = kExpiry,
                              .quantity_open = 10},
                             {.line_number = 2,
                              .order_line_number = 8,
                              .item_id = "gauze",
                              .lot = "B",
                              .expiry = kExpiry,
                              .quantity_open = 10},
                             {.line_number = 3,
                              .order_line_number = 9,
                              .item_id = "gauze",
                              .lot = "A",
                              .expiry = kExpiry,
                              .quantity_open = 10},
                             {.line_number = 4,
                              .order_line_number = 10,
                              .item_id = "cotton",
                              .expiry = kToday.PlusDays(-1),
                              .quantity_open = 10}},
          .today = kToday};
}

std::string Plan(std::vector<ReceiptLine>& lines) {
  LineProblems problems;
  PlanReceipt(Basis(), lines, problems);
  return ErrorReason(problems.ToStatus());
}

TEST(ReceiptPlanTest, LinesOfOneLotAreFilledInTheirOrder) {
  std::vector<ReceiptLine> lines{Scanned("box", "A", kExpiry, 1, 1),
                                 Scanned("piece", "A", kExpiry, 3)};
  ASSERT_EQ(Plan(lines), "");
  ASSERT_EQ(lines[0].fills.size(), 2U);
  EXPECT_EQ(lines[0].fills[0].despatch_index, 0U);
  EXPECT_EQ(lines[0].fills[0].accepted, 6);
  EXPECT_EQ(lines[0].fills[0].rejected, 4);
  EXPECT_EQ(lines[0].fills[1].despatch_index, 2U);
  EXPECT_EQ(lines[0].fills[1].accepted, 0);
  EXPECT_EQ(lines[0].fills[1].rejected, 2);
  ASSERT_EQ(lines[1].fills.size(), 1U);
  EXPECT_EQ(lines[1].fills[0].despatch_index, 2U);
  EXPECT_EQ(lines[1].fills[0].accepted, 3);
  EXPECT_EQ(lines[0].lot_id, lines[1].lot_id);
}

TEST(ReceiptPlanTest, ABadLineTakesNothingFromAGoodOne) {
  std::vector<ReceiptLine> lines{Scanned("piece", "A", kExpiry, 21),
                                 Scanned("piece", "A", kExpiry, 20),
                                 Scanned("piece", "A", kExpiry, 0, 1)};
  EXPECT_EQ(Plan(lines), "MORE_THAN_DESPATCHED");
  EXPECT_FALSE(lines[0].planned);
  EXPECT_TRUE(lines[1].planned);
  EXPECT_FALSE(lines[2].planned);
}

TEST(ReceiptPlanTest, ABlankExpiryIsTakenFromTheDespatch) {
  std::vector<ReceiptLine> rejected{Scanned("cotton", "", std::nullopt, 0, 1)};
  ASSERT_EQ(Plan(rejected), "");
  EXPECT_EQ(rejected[0].expiry, kToday.PlusDays(-1));
  std::vector<ReceiptLine> accepted{Scanned("cotton", "", std::nullopt, 1)};
  EXPECT_EQ(Plan(accepted), "LOT_EXPIRED");
}

TEST(ReceiptPlanTest, ProductsThatOverflowAreMoreThanDespatched) {
  std::vector<ReceiptLine> lines{Scanned("huge", "", kExpiry, 1'000'000'000'000)};
  EXPECT_EQ(Plan(lines), "MORE_THAN_DESPATCHED");
}

TEST(ReceiptPlanTest, APieceThatIsKnownIsRejectedAndNotAccepted) {
  ReceiptBasis basis = Basis();
  basis.items["stent"] = {.item_id = "stent", .serial_tracked = true};
  basis.despatch_lines.push_back({.line_number = 5, .item_id = "stent", .quantity_open = 4});
  std::vector<ReceiptLine> lines;
  for (const char* serial : {"new", "used", "here", "used too"}) {
    basis.pieces[{"stent", serial}] = {.line_number = 5};
    lines.push_back(Scanned("stent", "", std::nullopt, lines.size() < 3 ? 1 : 0));
    lines.back().packs_rejected = 1 - lines.back().packs_accepted;
    lines.back().pack->serial = serial;
  }
  basis.known_pieces = {
      {{"stent", "used"}, true}, {{"stent", "here"}, false}, {{"stent", "used too"}, true}};
  LineProblems problems;
  PlanReceipt(basis, lines, problems);
  EXPECT_EQ(ErrorReason(problems.ToStatus()), "SERIAL_USED");
  EXPECT_TRUE(lines[0].planned);
  EXPECT_FALSE(lines[1].planned);
  EXPECT_FALSE(lines[2].planned);
  EXPECT_TRUE(lines[3].planned);
}

TEST(ReceiptPlanTest, UnreadableScansAreReportedOnce) {
  ReceiptLine line;
  line.scan = "nonsense";
  line.packs_accepted = 1;
  std::vector<ReceiptLine> lines{line};
  LineProblems problems;
  ReadScans(absl::UnixEpoch(), lines, problems);
  EXPECT_EQ(ErrorReason(problems.ToStatus()), "UDI_INVALID");
  EXPECT_FALSE(lines[0].pack.has_value());
  EXPECT_EQ(Plan(lines), "");
}

TEST(LotIdTest, TheSameGoodsHaveTheSameId) {
  EXPECT_EQ(LotIdOf("gauze", "A", kExpiry), LotIdOf("gauze", "A", std::nullopt));
  EXPECT_NE(LotIdOf("gauze", "A", kExpiry), LotIdOf("gauze", "B", kExpiry));
  EXPECT_NE(LotIdOf("gauze", "A", kExpiry), LotIdOf("tape", "A", kExpiry));
  EXPECT_NE(LotIdOf("gauze", "", kExpiry), LotIdOf("gauze", "", kToday));
  EXPECT_NE(LotIdOf("gauze", "", kExpiry), LotIdOf("gauze", "2027-12-31", kExpiry));
}

}  // namespace
}  // namespace qingqu::distribution
