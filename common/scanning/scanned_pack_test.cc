#include "common/scanning/scanned_pack.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu::scanning {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 11, 21, 4, 0, 0), absl::UTCTimeZone());

ScannedPack Read(std::string_view scan, std::string_view pi_scan = "") {
  const auto pack = ReadScan(scan, pi_scan, kNow);
  EXPECT_TRUE(pack.ok()) << pack.status();
  return pack.value_or(ScannedPack{});
}

std::string ReasonOf(const LineProblems& problems) { return ErrorReason(problems.ToStatus()); }

TEST(ScannedPackTest, OneBarCodeTellsAll) {
  const ScannedPack pack = Read(
      "010690123456789217271231"
      "10A1\x1d"
      "21S7");
  EXPECT_EQ(pack.device_identifier, "06901234567892");
  EXPECT_EQ(pack.lot, "A1");
  EXPECT_EQ(pack.serial, "S7");
  EXPECT_EQ(pack.expiry->ToString(), "2027-12-31");
}

TEST(ScannedPackTest, TwoBarCodesAreJoined) {
  const ScannedPack pack = Read("0106901234567892", "1727123110A1");
  EXPECT_EQ(pack.device_identifier, "06901234567892");
  EXPECT_EQ(pack.lot, "A1");
}

TEST(ScannedPackTest, BarCodesOfOtherIssuers) {
  // ANSI/HIBC 2.6, figures 1 and 5; the second names the first by its link character.
  const ScannedPack hibc = Read("+A123BJC5D6E71G", "+$$52001510X3GD");
  EXPECT_EQ(hibc.device_identifier, "A123BJC5D6E71");
  EXPECT_EQ(hibc.lot, "10X3");
  EXPECT_EQ(hibc.expiry->ToString(), "2020-01-15");
  EXPECT_EQ(ErrorReason(ReadScan("+A999ABC1230V", "+$$52001510X3GD", kNow).status()),
            "UDI_INVALID");
  EXPECT_THAT(std::string(ReadScan("+$$52001510X3GD", "", kNow).status().message()),
              HasSubstr("DI_MISSING"));
  EXPECT_EQ(Read("=)1TE123456A", "&)RZ12345678").lot, "RZ12345678");
}

TEST(ScannedPackTest, UnreadableScansSayWhy) {
  for (const std::string_view scan : {"", "010690123456789317271231", "1727123110A1"}) {
    const auto pack = ReadScan(scan, "", kNow);
    EXPECT_EQ(ErrorReason(pack.status()), "UDI_INVALID") << scan;
  }
  EXPECT_THAT(std::string(ReadScan("1727123110A1", "", kNow).status().message()),
              HasSubstr("DI_MISSING"));
  EXPECT_EQ(ErrorReason(ReadScan("010690123456789210A1", "10A2", kNow).status()), "UDI_INVALID");
}

TEST(ScannedPackTest, WhatTheItemTracksMustBeScanned) {
  const ItemFacts item{.lot_tracked = true, .expiry_tracked = true};
  LineProblems none;
  CheckTracking(item, Read("01069012345678921727123110A1"), 3, 0, none);
  EXPECT_TRUE(none.empty());
  LineProblems lot;
  CheckTracking(item, Read("010690123456789217271231"), 3, 0, lot);
  EXPECT_EQ(ReasonOf(lot), "LOT_MISSING");
  LineProblems expiry;
  CheckTracking(item, Read("010690123456789210A1"), 3, 0, expiry);
  EXPECT_EQ(ReasonOf(expiry), "EXPIRY_MISSING");
}

TEST(ScannedPackTest, PiecesAreScannedOneByOne) {
  const ItemFacts item{.serial_tracked = true};
  const ScannedPack piece = Read("010690123456789221S7");
  LineProblems one;
  CheckTracking(item, piece, 1, 0, one);
  EXPECT_TRUE(one.empty());
  LineProblems two;
  CheckTracking(item, piece, 2, 0, two);
  EXPECT_EQ(ReasonOf(two), "QUANTITY_ODD");
  LineProblems nameless;
  CheckTracking(item, Read("0106901234567892"), 1, 0, nameless);
  EXPECT_EQ(ReasonOf(nameless), "SERIAL_MISSING");
}

TEST(ScannedPackTest, TheLastDayOfUseIsStillGood) {
  const CivilDate today = CivilDate::Parse("2027-12-31").value();
  LineProblems last_day;
  CheckExpiry(Read("010690123456789217271231"), today, 0, last_day);
  EXPECT_TRUE(last_day.empty());
  LineProblems day_after;
  CheckExpiry(Read("010690123456789217271231"), today.PlusDays(1), 4, day_after);
  EXPECT_EQ(ReasonOf(day_after), "LOT_EXPIRED");
  EXPECT_THAT(std::string(day_after.ToStatus().message()), HasSubstr("lines[4].scan"));
}

}  // namespace
}  // namespace qingqu::scanning
