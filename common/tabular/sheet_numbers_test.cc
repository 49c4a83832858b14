#include "common/tabular/sheet_numbers.h"

#include <string>

#include "gtest/gtest.h"

namespace qingqu::tabular {
namespace {

std::string Number(std::string_view raw, std::string_view code = "General") {
  const CellText cell = NumberText(raw, ParseNumberFormat(code), /*from_1904=*/false);
  return cell.ok() ? cell.text : std::string(cell.reason);
}

std::string Date(std::string_view raw, NumberKind kind, bool from_1904 = false) {
  const CellText cell = NumberText(raw, {.kind = kind}, from_1904);
  return cell.ok() ? cell.text : std::string(cell.reason);
}

TEST(NumberTextTest, StandsInFullAsItIsSeen) {
  EXPECT_EQ(Number("0"), "0");
  EXPECT_EQ(Number("-0"), "0");
  EXPECT_EQ(Number("007"), "7");
  EXPECT_EQ(Number(" 12.50 "), "12.5");
  EXPECT_EQ(Number(".5"), "0.5");
  EXPECT_EQ(Number("1."), "1");
  EXPECT_EQ(Number("-1.5E3"), "-1500");
  EXPECT_EQ(Number("6.9012345678901E+12"), "6901234567890.1");
  EXPECT_EQ(Number("1e-7"), "0.0000001");
  EXPECT_EQ(Number("100000"), "100000");
  EXPECT_EQ(Number("1e-999999"), "0");
}

TEST(NumberTextTest, NoiseOfBinaryFractionsIsGone) {
  EXPECT_EQ(Number("0.30000000000000004"), "0.3");
  EXPECT_EQ(Number("1.1000000000000001"), "1.1");
  EXPECT_EQ(Number("16.989999999999998"), "16.99");
  EXPECT_EQ(Number("9.9999999999999996"), "10");
  EXPECT_EQ(Number("0.1000000000000000055511151231257827"), "0.1");
}

TEST(NumberTextTest, CodesThatLostTheirDigitsAreNamed) {
  EXPECT_EQ(Number("123456789012345"), "123456789012345");
  EXPECT_EQ(Number("1234567890123456"), "NUMBER_TOO_LONG");
  EXPECT_EQ(Number("1.0404020101010101E+26"), "NUMBER_TOO_LONG");
  EXPECT_EQ(Number("1e2147483647"), "NUMBER_TOO_LONG");
  EXPECT_EQ(NumberText("1E+20", {}, false).text, "1E+20");
}

TEST(NumberTextTest, WhatIsNoNumberIsNamed) {
  for (const std::string_view raw :
       {"", "-", "1,5", "1e", "1e+-5", "0x10", "inf", "NaN", "1e9999999999", "1 2", "."}) {
    EXPECT_EQ(Number(raw), "NUMBER_INVALID") << raw;
  }
}

TEST(NumberTextTest, LeadingZerosOfItsFormat) {
  EXPECT_EQ(Number("123", "000000"), "000123");
  EXPECT_EQ(Number("1234567", "000000"), "1234567");
  EXPECT_EQ(Number("-5", "00"), "-05");
  EXPECT_EQ(Number("12.5", "0.00"), "12.5");
  EXPECT_EQ(Number("5", "0"), "5");
}

TEST(NumberTextTest, DaysOf1900WithTheLeapDayThatNeverWas) {
  EXPECT_EQ(Date("0", NumberKind::kDate), "DATE_OUT_OF_RANGE");
  EXPECT_EQ(Date("1", NumberKind::kDate), "1900-01-01");
  EXPECT_EQ(Date("59", NumberKind::kDate), "1900-02-28");
  EXPECT_EQ(Date("60", NumberKind::kDate), "DATE_OUT_OF_RANGE");
  EXPECT_EQ(Date("60.5", NumberKind::kDateTime), "DATE_OUT_OF_RANGE");
  EXPECT_EQ(Date("61", NumberKind::kDate), "1900-03-01");
  EXPECT_EQ(Date("46348", NumberKind::kDate), "2026-11-22");
  EXPECT_EQ(Date("2958465", NumberKind::kDate), "9999-12-31");
  EXPECT_EQ(Date("2958466", NumberKind::kDate), "DATE_OUT_OF_RANGE");
  EXPECT_EQ(Date("2958465.9999999", NumberKind::kDate), "DATE_OUT_OF_RANGE");
  EXPECT_EQ(Date("-1", NumberKind::kDate), "DATE_OUT_OF_RANGE");
}

TEST(NumberTextTest, DaysOf1904) {
  EXPECT_EQ(Date("0", NumberKind::kDate, true), "1904-01-01");
  EXPECT_EQ(Date("44886", NumberKind::kDate, true), "2026-11-22");
  EXPECT_EQ(Date("60", NumberKind::kDate, true), "1904-03-01");
  EXPECT_EQ(Date("2957003", NumberKind::kDate, true), "9999-12-31");
  EXPECT_EQ(Date("2957004", NumberKind::kDate, true), "DATE_OUT_OF_RANGE");
}

TEST(NumberTextTest, TimesToTheNearestSecond) {
  EXPECT_EQ(Date("46348.354166666664", NumberKind::kDateTime), "2026-11-22T08:30:00");
  EXPECT_EQ(Date("46348", NumberKind::kDateTime), "2026-11-22");
  EXPECT_EQ(Date("46347.999999999", NumberKind::kDateTime), "2026-11-22");
  EXPECT_EQ(Date("46348.75", NumberKind::kDate), "2026-11-22");
  EXPECT_EQ(Date("0.5", NumberKind::kTime), "12:00:00");
  EXPECT_EQ(Date("46348.5", NumberKind::kTime), "12:00:00");
  EXPECT_EQ(Date("1.5", NumberKind::kElapsed), "36:00:00");
}

TEST(NumberFormatTest, DatesAreToldFromNumbers) {
  const auto kind = [](std::string_view code) { return ParseNumberFormat(code).kind; };
  for (const std::string_view code :
       {"yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy年m月d日;@", "m/d", "mmm-yy", "D",
        "e年", "yyyy/m/d;@", "[Red]dd.mm.yyyy"}) {
    EXPECT_EQ(kind(code), NumberKind::kDate) << code;
  }
  for (const std::string_view code :
       {"yyyy-mm-dd hh:mm", "m/d/yy h:mm AM/PM", "yyyy\\-mm\\-dd\\ h"}) {
    EXPECT_EQ(kind(code), NumberKind::kDateTime) << code;
  }
  for (const std::string_view code : {"h:mm", "mm:ss.0", "上午/下午h\"时\"mm\"分\""}) {
    EXPECT_EQ(kind(code), NumberKind::kTime) << code;
  }
  EXPECT_EQ(kind("[h]:mm:ss"), NumberKind::kElapsed);
  for (const std::string_view code :
       {"General", "G/通用格式", "0.00", "#,##0", "0.00E+00", "0%", "@", "", "0\" days\"", "\\d0",
        "_d0", "[Red]0", "[$-804]General", "#,##0.00_);[Red](#,##0.00)", "0;yyyy", "\"unclosed",
        "[unclosed"}) {
    EXPECT_EQ(kind(code), NumberKind::kNumber) << code;
  }
}

TEST(NumberFormatTest, BuiltIn) {
  EXPECT_EQ(BuiltInNumberFormat(14).kind, NumberKind::kDate);
  EXPECT_EQ(BuiltInNumberFormat(31).kind, NumberKind::kDate);
  EXPECT_EQ(BuiltInNumberFormat(58).kind, NumberKind::kDate);
  EXPECT_EQ(BuiltInNumberFormat(22).kind, NumberKind::kDateTime);
  EXPECT_EQ(BuiltInNumberFormat(20).kind, NumberKind::kTime);
  EXPECT_EQ(BuiltInNumberFormat(46).kind, NumberKind::kElapsed);
  for (const int id : {-1, 0, 1, 4, 11, 49, 59, 1'000}) {
    EXPECT_EQ(BuiltInNumberFormat(id).kind, NumberKind::kNumber) << id;
  }
}

TEST(IsoDateTextTest, MidnightIsLeftOut) {
  EXPECT_EQ(IsoDateText("2026-11-22"), "2026-11-22");
  EXPECT_EQ(IsoDateText("2026-11-22T00:00:00.000Z"), "2026-11-22");
  EXPECT_EQ(IsoDateText("2026-11-22T08:30:00"), "2026-11-22T08:30:00");
  EXPECT_EQ(IsoDateText("T08:30"), "T08:30");
}

}  // namespace
}  // namespace qingqu::tabular
