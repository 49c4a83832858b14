#include "common/base/civil_date.h"

#include <gtest/gtest.h>

#include <random>

namespace qingqu {
namespace {

CivilDate Date(std::string_view text) { return CivilDate::Parse(text).value(); }

TEST(CivilDateTest, ParsesWhatItPrints) {
  for (const char* text : {"0001-01-01", "1969-12-31", "2000-02-29", "2026-11-21", "9999-12-31"}) {
    EXPECT_EQ(Date(text).ToString(), text);
  }
  EXPECT_EQ(Date("2026-11-21").year(), 2026);
  EXPECT_EQ(Date("2026-11-21").month(), 11);
  EXPECT_EQ(Date("2026-11-21").day(), 21);
}

TEST(CivilDateTest, RefusesWhatIsNotADate) {
  for (const char* text :
       {"",           "2026",       "2026-11-2",   "2026-11-211", "2026/11/21", "2026-11/21",
        "2026/11-21", "2026-1121-", " 2026-11-21", "-026-11-21",  "+026-11-21", "2026-11- 1",
        "2026-11--1", "0000-01-01", "2026-00-10",  "2026-13-01",  "2026-11-00", "2026-11-31",
        "2026-02-29", "1900-02-29", "202a-11-21",  "20261121"}) {
    EXPECT_EQ(CivilDate::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(CivilDateTest, RefusesNumbersOutsideOfTheCalendar) {
  EXPECT_TRUE(CivilDate::FromYearMonthDay(2024, 2, 29).ok());
  EXPECT_FALSE(CivilDate::FromYearMonthDay(2023, 2, 29).ok());
  EXPECT_FALSE(CivilDate::FromYearMonthDay(10000, 1, 1).ok());
  EXPECT_FALSE(CivilDate::FromYearMonthDay(0, 1, 1).ok());
  // Each of these would be a valid day if it were cut to the width of its member.
  EXPECT_FALSE(CivilDate::FromYearMonthDay(2026 + 65536, 1, 1).ok());
  EXPECT_FALSE(CivilDate::FromYearMonthDay(2026, 1 + 256, 1).ok());
  EXPECT_FALSE(CivilDate::FromYearMonthDay(2026, 1, 1 + 256).ok());
}

TEST(CivilDateTest, DependsOnTheZone) {
  const absl::TimeZone china = absl::FixedTimeZone(8 * 60 * 60);
  const absl::Time evening = absl::FromUnixSeconds(1795276800);  // 2026-11-21T16:00:00Z
  EXPECT_EQ(CivilDate::At(evening, absl::UTCTimeZone()), Date("2026-11-21"));
  EXPECT_EQ(CivilDate::At(evening, china), Date("2026-11-22"));
  EXPECT_EQ(CivilDate::At(evening - absl::Nanoseconds(1), china), Date("2026-11-21"));
  EXPECT_EQ(CivilDate::At(absl::InfiniteFuture(), china), Date("9999-12-31"));
  EXPECT_EQ(CivilDate::At(absl::InfinitePast(), china), Date("0001-01-01"));
}

TEST(CivilDateTest, OrdersByYearThenMonthThenDay) {
  EXPECT_LT(Date("2025-12-31"), Date("2026-01-01"));
  EXPECT_LT(Date("2026-01-31"), Date("2026-02-01"));
  EXPECT_LT(Date("2026-02-01"), Date("2026-02-02"));
  EXPECT_EQ(Date("2026-02-02"), Date("2026-02-02"));
}

TEST(CivilDateTest, CountsDays) {
  EXPECT_EQ(Date("1970-01-01").DaysSinceEpoch(), 0);
  EXPECT_EQ(Date("1969-12-31").DaysSinceEpoch(), -1);
  EXPECT_EQ(Date("2000-03-01").DaysSinceEpoch(), 11017);
  EXPECT_EQ(Date("2024-02-28").PlusDays(2), Date("2024-03-01"));
  EXPECT_EQ(Date("2026-01-01").PlusDays(-1), Date("2025-12-31"));
  EXPECT_EQ(CivilDate::DaysInMonth(2024, 2), 29);
  EXPECT_EQ(CivilDate::DaysInMonth(2100, 2), 28);
  EXPECT_EQ(CivilDate::DaysInMonth(2026, 11), 30);
  EXPECT_EQ(CivilDate::DaysInMonth(9999, 12), 31);
}

// Every day of the calendar follows its predecessor, which leaves out and repeats none.
TEST(CivilDateTest, EveryDayHasOneSuccessor) {
  CivilDate day = Date("0001-01-01");
  const CivilDate last = Date("9999-12-31");
  const int64_t first_number = day.DaysSinceEpoch();
  int64_t count = 1;
  for (; day != last; ++count) {
    const CivilDate next = day.PlusDays(1);
    const bool month_ends = day.day() == CivilDate::DaysInMonth(day.year(), day.month());
    ASSERT_EQ(next.day(), month_ends ? 1 : day.day() + 1) << day.ToString();
    ASSERT_LT(day, next);
    ASSERT_EQ(next.DaysSinceEpoch(), first_number + count);
    day = next;
  }
  // 9999 years of 365 days, and a leap day in each fourth year but 75 of the hundredth.
  EXPECT_EQ(count, 9999 * 365 + 2499 - 99 + 24);
}

TEST(CivilDateTest, PlusDaysIsUndoneByMinusDays) {
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<int64_t> days(-700'000, 2'900'000);
  for (int round = 0; round < 10'000; ++round) {
    const int64_t offset = days(random);
    const CivilDate start = Date("1970-01-01");
    ASSERT_EQ(start.PlusDays(offset).DaysSinceEpoch(), offset);
    ASSERT_EQ(start.PlusDays(offset).PlusDays(-offset), start);
    ASSERT_EQ(Date(start.PlusDays(offset).ToString()), start.PlusDays(offset));
  }
}

TEST(CivilDateDeathTest, PlusDaysStaysInTheCalendar) {
  EXPECT_DEATH(Date("9999-12-31").PlusDays(1), "check failed");
  EXPECT_DEATH(Date("0001-01-01").PlusDays(-1), "check failed");
  EXPECT_DEATH(Date("2026-11-21").PlusDays(INT64_MAX), "check failed");
  EXPECT_DEATH(Date("2026-11-21").PlusDays(INT64_MIN), "check failed");
}

}  // namespace
}  // namespace qingqu
