#include "services/distribution/consumption.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

const std::map<std::string, scanning::ItemFacts> kItems{
    {"gauze", {.item_id = "gauze", .lot_tracked = true}},
    {"stent", {.item_id = "stent", .lot_tracked = true, .serial_tracked = true}},
    {"cotton", {.item_id = "cotton"}}};

// The reason for which a line is refused by the catalogue, "" when it is good.
std::string Checked(ConsumptionLine& line) {
  std::vector<ConsumptionLine> lines{line};
  LineProblems problems;
  CheckConsumption(kItems, lines, problems);
  line = lines.front();
  EXPECT_EQ(line.good, problems.empty());
  return ErrorReason(problems.ToStatus());
}

TEST(ConsumptionTest, LinesAreHeldAgainstTheCatalogue) {
  ConsumptionLine line{.item_id = "gauze", .quantity = 3};
  EXPECT_EQ(Checked(line), "LOT_MISSING");
  line.lot = "A";
  EXPECT_EQ(Checked(line), "");
  line.item_id = "nothing";
  line.good = false;
  EXPECT_EQ(Checked(line), "ITEM_NOT_FOUND");
  ConsumptionLine piece{.item_id = "stent", .lot = "A", .quantity = 1};
  EXPECT_EQ(Checked(piece), "SERIAL_MISSING");
  piece.serial = "S1";
  EXPECT_EQ(Checked(piece), "");
  piece.quantity = 2;
  EXPECT_EQ(Checked(piece), "QUANTITY_ODD");
}

TEST(ConsumptionTest, WhatIsNotTrackedIsDropped) {
  ConsumptionLine line{.item_id = "cotton", .lot = "A", .serial = "S1", .quantity = 3};
  EXPECT_EQ(Checked(line), "");
  EXPECT_EQ(line.lot, "");
  EXPECT_EQ(line.serial, "");
}

TEST(ConsumptionTest, TheLastDayOfUseCounts) {
  const CivilDate today = *CivilDate::Parse("2026-11-21");
  const LotExpiries lots{{{"gauze", "TODAY"}, today},
                         {{"gauze", "OLD"}, today.PlusDays(-1)},
                         {{"gauze", "EVER"}, std::nullopt}};
  const auto reason = [&](const std::string& lot) {
    std::vector<ConsumptionLine> lines{
        {.item_id = "gauze", .lot = lot, .quantity = 1, .good = true}};
    LineProblems problems;
    CheckLots(lots, today, lines, problems);
    EXPECT_EQ(lines.front().good, problems.empty());
    return ErrorReason(problems.ToStatus());
  };
  EXPECT_EQ(reason("TODAY"), "");
  EXPECT_EQ(reason("EVER"), "");
  EXPECT_EQ(reason("OLD"), "LOT_EXPIRED");
  EXPECT_EQ(reason("NEVER"), "LOT_UNKNOWN");
}

}  // namespace
}  // namespace qingqu::distribution
