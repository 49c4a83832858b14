#include "services/distribution/ledger/period.h"

#include "gtest/gtest.h"

#include "common/base/business_day.h"
#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

CivilDate Month(std::string_view text) { return ParseMonth(text).value(); }

TEST(PeriodTest, NamesAreReadAsTheyAreWritten) {
  for (const char* holder : {"institutions/county-hospital", "alliances/east", "institutions/7"}) {
    const PeriodKey key{.holder = holder, .month = Month("2026-10")};
    const auto read = ParsePeriodName(PeriodName(key));
    ASSERT_TRUE(read.ok()) << PeriodName(key);
    EXPECT_EQ(read->holder, holder);
    EXPECT_EQ(read->month, key.month);
  }
  EXPECT_EQ(PeriodName({.holder = "institutions/county-hospital", .month = Month("2026-10")}),
            "periods/institutions-county-hospital-2026-10");
}

TEST(PeriodTest, WhatIsNoNameIsRefused) {
  for (const char* name :
       {"", "periods/", "periods/2026-10", "periods/-2026-10", "periods/institutions-2026-10",
        "periods/institutions--2026-10", "periods/suppliers-kangda-2026-10",
        "periods/institutions-h1-2026-13", "periods/institutions-h12026-10",
        "periods/institutions-H1-2026-10", "period/institutions-h1-2026-10"}) {
    EXPECT_FALSE(ParsePeriodName(name).ok()) << name;
  }
}

TEST(PeriodTest, MonthsAreOfTheCalendar) {
  EXPECT_EQ(MonthText(NextMonth(Month("2026-12"))), "2027-01");
  EXPECT_EQ(MonthText(NextMonth(Month("2028-02"))), "2028-03");
  for (const char* text : {"", "2026", "2026-1", "2026-00", "2026-13", "1999-12", "9999-01",
                           "2026-10-01", "2026-10 "}) {
    EXPECT_FALSE(ParseMonth(text).ok()) << text;
  }
}

TEST(PeriodTest, OnlyTheHoldersOwnClose) {
  const Holder hospital{.is_alliance = false, .id = "h1"};
  const Holder alliance{.is_alliance = true, .id = "east"};
  auth::Principal principal{.institution_id = "h1", .alliance_id = "east"};
  EXPECT_TRUE(MayClose(principal, hospital));
  EXPECT_FALSE(MayClose(principal, alliance));
  EXPECT_FALSE(MayClose(principal, {.is_alliance = false, .id = "h2"}));
  principal.scope = auth::Scope::kAlliance;
  EXPECT_TRUE(MayClose(principal, alliance));
  EXPECT_FALSE(MayClose(principal, hospital));
  EXPECT_FALSE(MayClose(principal, {.is_alliance = true, .id = "west"}));
  principal.scope = auth::Scope::kCounty;
  EXPECT_TRUE(MayClose(principal, alliance));
  EXPECT_TRUE(MayClose(principal, hospital));
  principal.scope = auth::Scope::kSupplier;
  EXPECT_FALSE(MayClose(principal, hospital));
}

TEST(PeriodTest, AMonthIsClosedWhenItIsOverAndItsTurn) {
  const PeriodKey october{.holder = "alliances/east", .month = Month("2026-10")};
  const absl::Time over = BusinessDayBegins(Month("2026-11"));
  const auto reason = [&](std::optional<CivilDate> last, absl::Time now) {
    return ErrorReason(CheckClosable(october, last, now));
  };
  EXPECT_EQ(reason(std::nullopt, over), "");
  EXPECT_EQ(reason(Month("2026-09"), over), "");
  EXPECT_EQ(reason(Month("2026-09"), over - absl::Microseconds(1)), "PERIOD_NOT_OVER");
  EXPECT_EQ(reason(Month("2026-08"), over), "PERIOD_OUT_OF_ORDER");
  EXPECT_EQ(reason(Month("2026-10"), over), "PERIOD_EXISTS");
  EXPECT_EQ(reason(Month("2026-11"), over), "PERIOD_EXISTS") << "what came before is closed, too";
}

}  // namespace
}  // namespace qingqu::distribution
