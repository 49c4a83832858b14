#include "common/base/business_day.h"

#include "gtest/gtest.h"

namespace qingqu {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute, int second) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second),
                         absl::UTCTimeZone());
}

TEST(BusinessDayTest, TurnsAtSixteenHoursUtc) {
  EXPECT_EQ(BusinessDay(Utc(2026, 11, 20, 15, 59, 59)).ToString(), "2026-11-20");
  EXPECT_EQ(BusinessDay(Utc(2026, 11, 20, 16, 0, 0)).ToString(), "2026-11-21");
  EXPECT_EQ(BusinessDay(Utc(2026, 12, 31, 16, 0, 0)).ToString(), "2027-01-01");
}

TEST(BusinessDayTest, BeginsAtSixteenHoursUtcOfTheDayBefore) {
  const CivilDate day = CivilDate::FromYearMonthDay(2026, 11, 1).value();
  EXPECT_EQ(BusinessDayBegins(day), Utc(2026, 10, 31, 16, 0, 0));
  EXPECT_EQ(BusinessDay(BusinessDayBegins(day)), day);
  EXPECT_EQ(BusinessDay(BusinessDayBegins(day) - absl::Nanoseconds(1)).ToString(), "2026-10-31");
}

}  // namespace
}  // namespace qingqu
