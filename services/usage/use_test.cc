#include "services/usage/use.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::usage {
namespace {

const CivilDate kToday = CivilDate::Parse("2026-11-21").value();
const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 11, 21, 4, 0, 0), absl::UTCTimeZone());

std::vector<scanning::ScannedPack> Read(const std::vector<ScanInput>& inputs) {
  auto packs = ReadScans(inputs, kNow);
  EXPECT_TRUE(packs.ok()) << packs.status();
  return packs.value_or(std::vector<scanning::ScannedPack>{});
}

TEST(UseTest, LinesCarryItemLotAndBaseUnits) {
  const std::vector<ScanInput> inputs{{.scan = "01069012345678921727123110A1", .packs = 3}};
  const ScannedItems items{
      scanning::ItemFacts{.item_id = "gauze", .base_units_per_pack = 10, .lot_tracked = true}};
  const auto lines = MakeLines(inputs, Read(inputs), items, kToday);
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(lines->at(0).item_id, "gauze");
  EXPECT_EQ(lines->at(0).lot, "A1");
  EXPECT_EQ(lines->at(0).quantity, Quantity(30));
}

TEST(UseTest, EveryUnreadableScanIsNamed) {
  const auto packs =
      ReadScans({{.scan = "garbage"}, {.scan = "0106901234567892"}, {.scan = "(01)1"}}, kNow);
  EXPECT_EQ(ErrorReason(packs.status()), "UDI_INVALID");
  EXPECT_THAT(std::string(packs.status().message()), ::testing::HasSubstr("lines[0].scan"));
  EXPECT_THAT(std::string(packs.status().message()), ::testing::HasSubstr("1 more"));
}

TEST(UseTest, UnknownItemAndExpiredLotAreRefused) {
  const std::vector<ScanInput> inputs{{.scan = "01069012345678921726112010A1", .packs = 1}};
  const auto unknown = MakeLines(inputs, Read(inputs), {std::nullopt}, kToday);
  EXPECT_EQ(ErrorReason(unknown.status()), "WRONG_ITEM");
  const auto expired =
      MakeLines(inputs, Read(inputs), {scanning::ItemFacts{.item_id = "gauze"}}, kToday);
  EXPECT_EQ(ErrorReason(expired.status()), "LOT_EXPIRED");
  EXPECT_TRUE(MakeLines(inputs, Read(inputs), {scanning::ItemFacts{.item_id = "gauze"}},
                        kToday.PlusDays(-1))
                  .ok())
      << "the last day of use is still good";
}

TEST(UseTest, OnePieceTwiceInOneUseIsRefused) {
  const std::vector<ScanInput> inputs{{.scan = "010690123456789221S7", .packs = 1},
                                      {.scan = "010690123456789221S8", .packs = 1},
                                      {.scan = "010690123456789221S7", .packs = 1}};
  const scanning::ItemFacts stent{.item_id = "stent", .serial_tracked = true};
  const auto lines = MakeLines(inputs, Read(inputs), {stent, stent, stent}, kToday);
  EXPECT_EQ(ErrorReason(lines.status()), "SERIAL_TWICE");
  EXPECT_THAT(std::string(lines.status().message()), ::testing::HasSubstr("lines[2]"));
}

TEST(UseTest, OverflowingQuantitiesAreRefused) {
  const std::vector<ScanInput> inputs{{.scan = "0106901234567892", .packs = 1'000'000'000'000}};
  const auto lines = MakeLines(
      inputs, Read(inputs),
      {scanning::ItemFacts{.item_id = "gauze", .base_units_per_pack = 1'000'000}}, kToday);
  EXPECT_EQ(ErrorReason(lines.status()), "QUANTITY_ODD");
}

TEST(UseTest, ADoctorsIdIsLettersAndDigits) {
  for (const char* id : {"D7", "D-0417", "a.b_c", "0815", "张伟", "ئەخمەت", "བསྟན", "éva"}) {
    EXPECT_TRUE(IsDoctorId(id)) << id;
  }
  EXPECT_TRUE(IsDoctorId(std::string(64, 'D')));
  for (const char* id :
       {"", " ", " D7", "D7 ", "D 7", "doctors/D7", "patients/P-1", "~D7", "D:7", "D7\n", "D\t7",
        "张　伟", "D\u00a07", "D\u200b7", "\u202eD7", "D\u00ad7", "\ufeffD7", "D7★", "D／7"}) {
    EXPECT_FALSE(IsDoctorId(id)) << id;
  }
  EXPECT_FALSE(IsDoctorId(std::string(65, 'D')));
}

TEST(UseTest, HighValueNeedsPatientAndProcedure) {
  Use use{.has_high_value = true};
  EXPECT_EQ(ErrorReason(CheckPatient(use)), "PATIENT_REQUIRED");
  use.patient_pseudonym = "P-12345678";
  EXPECT_EQ(ErrorReason(CheckPatient(use)), "PATIENT_REQUIRED");
  use.procedure = "PCI";
  EXPECT_TRUE(CheckPatient(use).ok());
  EXPECT_TRUE(CheckPatient(Use{}).ok());
}

}  // namespace
}  // namespace qingqu::usage
