#include "services/catalog/prices/price.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/catalog/prices/price_questions.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CivilDate Day(std::string_view text) { return *CivilDate::Parse(text); }
const CivilDate kToday = Day("2026-11-22");

auth::Principal Officer() {
  return {.user_id = "wang", .alliance_id = "east", .scope = auth::Scope::kAlliance};
}

v1::Price Agreed() {
  v1::Price price;
  price.set_kind(v1::PRICE_KIND_AGREED);
  price.set_item("items/screw");
  price.set_supplier("suppliers/kangda");
  price.set_alliance("alliances/east");
  price.set_amount("12.5");
  return price;
}

PriceFacts Known() { return {.item_known = true, .supplier_known = true, .holder_known = true}; }

std::string ReasonOf(const absl::Status& status) { return ErrorReason(status); }

TEST(PriceTest, ReadsWhatIsSet) {
  v1::Price message = Agreed();
  message.set_end_date("2026-12-31");
  const auto price = ParsePrice(message, kToday);
  ASSERT_TRUE(price.ok()) << price.status();
  EXPECT_EQ(price->kind, PriceKind::kAgreed);
  EXPECT_EQ(price->amount, Money::FromTenThousandths(125000));
  EXPECT_EQ(price->start_date, kToday) << "none was said";
  EXPECT_EQ(price->end_date, Day("2026-12-31"));
}

TEST(PriceTest, NamesWhatIsWrong) {
  const auto wrong = [](const auto& change) {
    v1::Price message = Agreed();
    change(message);
    return ParsePrice(message, kToday).status().ToString();
  };
  EXPECT_THAT(wrong([](v1::Price& p) { p.clear_kind(); }), HasSubstr("kind"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_item("screw"); }), HasSubstr("item"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.clear_supplier(); }), HasSubstr("supplier"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_amount("0"); }), HasSubstr("above 0"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_amount("-1"); }), HasSubstr("above 0"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_amount("1.00001"); }), HasSubstr("amount"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_amount("10000000000.0001"); }), HasSubstr("at most"));
  EXPECT_EQ(wrong([](v1::Price& p) { p.set_amount("10000000000"); }), "OK");
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_end_date("2026-11-21"); }), HasSubstr("end_date"));
  EXPECT_EQ(wrong([](v1::Price& p) { p.set_end_date("2026-11-22"); }), "OK");
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_start_date("soon"); }), HasSubstr("start_date"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_kind(v1::PRICE_KIND_CEILING); }),
              HasSubstr("supplier"));
  EXPECT_THAT(wrong([](v1::Price& p) { p.set_institution("institutions/x"); }),
              HasSubstr("institution"));
  const auto historical = [&](const auto& change) {
    return wrong([&](v1::Price& p) {
      p.set_kind(v1::PRICE_KIND_HISTORICAL);
      p.clear_alliance();
      change(p);
    });
  };
  EXPECT_THAT(historical([](v1::Price&) {}), HasSubstr("institution"));
  EXPECT_EQ(historical([](v1::Price& p) { p.set_institution("institutions/x"); }), "OK");
  EXPECT_THAT(historical([](v1::Price& p) {
                p.set_institution("institutions/x");
                p.set_alliance("alliances/east");
              }),
              HasSubstr("alliance"));
}

TEST(PriceTest, WhoSetsDecidesForTheHolder) {
  const Price of_alliance = *ParsePrice(Agreed(), kToday);
  Price of_county = of_alliance;
  of_county.alliance_id.clear();
  auth::Principal pharmacist = Officer();
  pharmacist.scope = auth::Scope::kInstitution;
  auth::Principal bureau = Officer();
  bureau.scope = auth::Scope::kCounty;
  EXPECT_EQ(ReasonOf(CheckNewPrice(of_alliance, Known(), Officer(), kToday)), "");
  EXPECT_EQ(ReasonOf(CheckNewPrice(of_alliance, Known(), pharmacist, kToday)), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ReasonOf(CheckNewPrice(of_county, Known(), Officer(), kToday)), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ReasonOf(CheckNewPrice(of_county, Known(), bureau, kToday)), "");
}

TEST(PriceTest, WhatItNamesIsThere) {
  const Price price = *ParsePrice(Agreed(), kToday);
  PriceFacts facts = Known();
  facts.holder_known = false;
  EXPECT_EQ(ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)), "HOLDER_NOT_FOUND");
  facts.supplier_known = false;
  EXPECT_EQ(ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)), "SUPPLIER_NOT_FOUND");
  facts.item_known = false;
  EXPECT_EQ(ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)), "ITEM_NOT_FOUND");
}

TEST(PriceTest, AnAgreedPriceStaysWithinTheCeiling) {
  Price price = *ParsePrice(Agreed(), kToday);
  PriceFacts facts = Known();
  facts.ceiling = price.amount;
  EXPECT_EQ(ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)), "");
  facts.ceiling = Money::FromTenThousandths(price.amount.ten_thousandths() - 1);
  EXPECT_EQ(ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)), "PRICE_ABOVE_CEILING");
  price.kind = PriceKind::kPaymentStandard;
  EXPECT_EQ(ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)), "");
}

TEST(PriceTest, FollowsTheOneInForceFromTodayOn) {
  Price price = *ParsePrice(Agreed(), kToday);
  PriceFacts facts = Known();
  facts.overlap = PriceFacts::Overlap{
      .count = 1, .price_id = "old", .start_date = Day("2026-01-01"), .closed = false};
  const auto reason = [&] { return ReasonOf(CheckNewPrice(price, facts, Officer(), kToday)); };
  EXPECT_EQ(reason(), "");
  facts.overlap->start_date = kToday;
  EXPECT_EQ(reason(), "") << "set wrong this morning";
  facts.overlap->start_date = Day("2026-11-23");
  EXPECT_EQ(reason(), "PRICE_OVERLAPS") << "what is set for later is not overtaken";
  facts.overlap->start_date = Day("2026-01-01");
  facts.overlap->closed = true;
  EXPECT_EQ(reason(), "PRICE_OVERLAPS");
  facts.overlap->closed = false;
  facts.overlap->count = 2;
  EXPECT_EQ(reason(), "PRICE_OVERLAPS");
  facts.overlap->count = 1;
  price.start_date = Day("2026-11-21");
  EXPECT_EQ(reason(), "PRICE_OVERLAPS") << "the past stays as it was";
  price.kind = PriceKind::kHistorical;
  EXPECT_EQ(reason(), "") << "but what was paid is told afterwards";
}

TEST(PriceTest, EndsFromYesterdayOn) {
  Price price = *ParsePrice(Agreed(), Day("2026-01-01"));
  EXPECT_EQ(*CheckClosing(price, "", kToday), kToday);
  EXPECT_EQ(*CheckClosing(price, "2026-11-21", kToday), Day("2026-11-21"));
  EXPECT_EQ(ReasonOf(CheckClosing(price, "2026-11-20", kToday).status()), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(CheckClosing(price, "x", kToday).status()), "INVALID_FIELD");
  price.start_date = Day("2027-01-01");
  EXPECT_EQ(*CheckClosing(price, "", kToday), Day("2026-12-31")) << "it never holds";
  price.end_date = Day("2026-12-31");
  price.start_date = Day("2026-01-01");
  EXPECT_EQ(ReasonOf(CheckClosing(price, "2026-12-31", kToday).status()), "INVALID_FIELD");
  price.closed_at = absl::UnixEpoch();
  EXPECT_EQ(ReasonOf(CheckClosing(price, "", kToday).status()), "PRICE_CLOSED");
}

TEST(PriceTest, SubjectsAreTheSameButForAmountAndPeriod) {
  const Price price = *ParsePrice(Agreed(), kToday);
  Price other = price;
  other.amount = Money::FromTenThousandths(1);
  other.start_date = Day("2027-01-01");
  EXPECT_TRUE(SameSubject(price, other));
  other.alliance_id.clear();
  EXPECT_FALSE(SameSubject(price, other));
}

TEST(PriceComparisonTest, TellsByHowMuchEachIsAbove) {
  const PriceFigures figures{.institution_count = 3,
                             .median = Money::FromTenThousandths(30000),
                             .lowest = Money::FromTenThousandths(24000)};
  const v1::PriceComparison row = Compare("screw", figures,
                                          {{.institution_id = "town",
                                            .supplier_id = "",
                                            .amount = figures.median.value(),
                                            .start_date = kToday},
                                           {.institution_id = "county",
                                            .supplier_id = "kangda",
                                            .amount = Money::FromTenThousandths(24001),
                                            .start_date = kToday}});
  EXPECT_EQ(row.median(), "3.0000");
  EXPECT_EQ(row.lowest(), "2.4000");
  EXPECT_EQ(row.paid(0).above_median(), "0.0000");
  EXPECT_EQ(row.paid(0).above_lowest(), "0.6000");
  EXPECT_EQ(row.paid(0).above_lowest_basis_points(), 2500);
  EXPECT_EQ(row.paid(0).supplier(), "");
  EXPECT_EQ(row.paid(1).above_median(), "-0.5999");
  EXPECT_EQ(row.paid(1).above_lowest_basis_points(), 0);
  EXPECT_EQ(row.paid(1).supplier(), "suppliers/kangda");
}

TEST(PriceComparisonTest, TheDearestDoesNotOverflow) {
  const PriceFigures figures{.institution_count = 1, .lowest = Money::FromTenThousandths(1)};
  const v1::PriceComparison row =
      Compare("screw", figures,
              {{.institution_id = "town",
                .supplier_id = "",
                .amount = Money::FromTenThousandths(100'000'000'000'000),
                .start_date = kToday}});
  EXPECT_EQ(row.paid(0).above_lowest_basis_points(), 999'999'999'999'990'000);
  EXPECT_EQ(row.median(), "");
}

}  // namespace
}  // namespace qingqu::catalog
