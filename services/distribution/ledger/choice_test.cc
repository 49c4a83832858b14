#include "services/distribution/ledger/choice.h"

#include <algorithm>
#include <array>
#include <random>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;

const CivilDate kToday = *CivilDate::Parse("2026-11-21");
const ChoiceRule kRule{.owner = "institutions/h1", .today = kToday};

struct Goods {
  int64_t account_id = 0;
  std::string lot;
  std::string_view expiry;
  int64_t on_hand = 1;
  int64_t reserved = 0;
  std::string condition = "available";
  std::string owner = "institutions/h1";
};

Candidate Of(const Goods& goods) {
  Candidate candidate{.stock = {.account_id = goods.account_id,
                                .item_id = "gauze",
                                .lot_number = goods.lot,
                                .available = goods.on_hand - goods.reserved},
                      .owner = goods.owner,
                      .condition = goods.condition,
                      .on_hand = goods.on_hand,
                      .reserved = goods.reserved};
  if (!goods.expiry.empty()) candidate.stock.expiry = *CivilDate::Parse(goods.expiry);
  return candidate;
}

// "account quantity" or "account reason" of each, in order.
std::vector<std::string> Explain(const ChoiceRule& rule, const std::vector<Goods>& goods,
                                 int64_t quantity) {
  std::vector<Candidate> all;
  for (const Goods& one : goods) all.push_back(Of(one));
  const Candidates by_item = ByItem(all);
  const std::vector<Candidate>& candidates = by_item.at("gauze");
  const std::vector<Choice> choices = Choose(rule, candidates, quantity);
  EXPECT_EQ(choices.size(), candidates.size());
  std::vector<std::string> lines;
  for (size_t index = 0; index < choices.size(); ++index) {
    const Choice& choice = choices[index];
    EXPECT_EQ(choice.quantity == 0, !choice.left_because.empty());
    lines.push_back(
        std::to_string(candidates[index].stock.account_id) + " " +
        (choice.quantity > 0 ? std::to_string(choice.quantity) : std::string(choice.left_because)));
  }
  return lines;
}

TEST(ChoiceTest, FirstExpiryFirstThenLotThenAccountAndUndatedLast) {
  EXPECT_THAT(Explain(kRule,
                      {{.account_id = 1, .lot = "Z"},
                       {.account_id = 5, .lot = "B", .expiry = "2027-01-01"},
                       {.account_id = 4, .lot = "B", .expiry = "2027-01-01"},
                       {.account_id = 3, .lot = "A", .expiry = "2027-01-01"},
                       {.account_id = 2, .lot = "Y", .expiry = "2026-12-31"}},
                      4),
              ElementsAre("2 1", "3 1", "4 1", "5 1", "1 NOT_NEEDED"));
}

TEST(ChoiceTest, WhatMayNotBeTakenIsLeftForItsReason) {
  EXPECT_THAT(
      Explain(kRule,
              {{.account_id = 1, .expiry = "2027-01-01", .condition = "recalled"},
               {.account_id = 2, .expiry = "2027-01-01", .condition = "quarantined"},
               {.account_id = 3, .expiry = "2027-01-01", .condition = "damaged"},
               {.account_id = 4, .expiry = "2027-01-01", .condition = "expired"},
               {.account_id = 5, .expiry = "2027-01-01", .owner = "suppliers/kangda"},
               {.account_id = 6, .expiry = "2026-11-20"},
               {.account_id = 7, .expiry = "2027-01-01", .on_hand = 3, .reserved = 3},
               {.account_id = 8, .expiry = "2027-02-01", .on_hand = 5, .reserved = 3},
               {.account_id = 9, .expiry = "2027-03-01"}},
              2),
      ElementsAre("6 LOT_EXPIRED", "1 RECALLED", "2 CONDITION_FORBIDS", "3 CONDITION_FORBIDS",
                  "4 CONDITION_FORBIDS", "5 CONSIGNED", "7 RESERVED", "8 2", "9 NOT_NEEDED"));
}

TEST(ChoiceTest, OfSeveralReasonsTheFirstIsTold) {
  Goods goods{.account_id = 1,
              .expiry = "2026-11-20",
              .on_hand = 1,
              .reserved = 1,
              .condition = "recalled",
              .owner = "suppliers/kangda"};
  ChoiceRule rule = kRule;
  rule.shelf_life_days_min = 30;
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 RECALLED"));
  goods.condition = "damaged";
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 CONDITION_FORBIDS"));
  goods.condition = "available";
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 CONSIGNED"));
  goods.owner = kRule.owner;
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 LOT_EXPIRED"));
  goods.expiry = "2026-11-30";
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 SHELF_LIFE_TOO_SHORT"));
  goods.expiry = "2026-12-31";
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 RESERVED"));
  goods.reserved = 0;
  EXPECT_THAT(Explain(rule, {goods}, 1), ElementsAre("1 1"));
}

TEST(ChoiceTest, TheLastDayCountsAndUndatedGoodsLastForEver) {
  ChoiceRule rule = kRule;
  const std::vector<Goods> goods{{.account_id = 1, .expiry = "2026-11-20"},
                                 {.account_id = 2, .expiry = "2026-11-21"},
                                 {.account_id = 3, .expiry = "2026-12-20"},
                                 {.account_id = 4, .expiry = "2026-12-21"},
                                 {.account_id = 5}};
  EXPECT_THAT(Explain(rule, goods, 10), ElementsAre("1 LOT_EXPIRED", "2 1", "3 1", "4 1", "5 1"));
  rule.shelf_life_days_min = 30;
  EXPECT_THAT(Explain(rule, goods, 10), ElementsAre("1 LOT_EXPIRED", "2 SHELF_LIFE_TOO_SHORT",
                                                    "3 SHELF_LIFE_TOO_SHORT", "4 1", "5 1"));
  rule.shelf_life_days_min = 3650;
  EXPECT_THAT(Explain(rule, goods, 10),
              ElementsAre("1 LOT_EXPIRED", "2 SHELF_LIFE_TOO_SHORT", "3 SHELF_LIFE_TOO_SHORT",
                          "4 SHELF_LIFE_TOO_SHORT", "5 1"));
}

TEST(ChoiceTest, AShortageTakesWhatThereIs) {
  const Candidate five = Of({.account_id = 1, .on_hand = 5});
  EXPECT_EQ(QuantityOf(Choose(kRule, {five}, 8)), 5);
  EXPECT_EQ(QuantityOf(Choose(kRule, {}, 8)), 0);
}

// The same, thought through naively: unit by unit, the best account that still has one.
std::vector<int64_t> TakenUnitByUnit(const ChoiceRule& rule,
                                     const std::vector<Candidate>& candidates, int64_t quantity) {
  std::vector<int64_t> taken(candidates.size());
  const auto key = [&](size_t index) {
    const Stock& stock = candidates[index].stock;
    return std::tuple(stock.expiry.has_value() ? stock.expiry->ToString() : "9999-99-99",
                      stock.lot_number, stock.account_id);
  };
  for (; quantity > 0; --quantity) {
    size_t best = candidates.size();
    for (size_t index = 0; index < candidates.size(); ++index) {
      const Candidate& one = candidates[index];
      const bool lasts = !one.stock.expiry.has_value() ||
                         one.stock.expiry->DaysSinceEpoch() - rule.today.DaysSinceEpoch() >=
                             rule.shelf_life_days_min;
      if (one.condition != "available" || one.owner != rule.owner || !lasts ||
          one.on_hand - one.reserved - taken[index] <= 0) {
        continue;
      }
      if (best == candidates.size() || key(index) < key(best)) best = index;
    }
    if (best == candidates.size()) break;
    ++taken[best];
  }
  return taken;
}

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int UpTo(int max) { return std::uniform_int_distribution<int>(0, max)(engine_); }

  std::vector<Candidate> Candidates() {
    static const std::array<std::string, 5> kConditions{"available", "available", "available",
                                                        "recalled", "damaged"};
    std::vector<Candidate> candidates;
    const int count = UpTo(12);
    for (int number = 0; number < count; ++number) {
      const std::string expiry = kToday.PlusDays(UpTo(9) - 3).ToString();
      Goods goods{.account_id = number + 1,
                  .lot = std::string(1, static_cast<char>('A' + UpTo(3))),
                  .expiry = UpTo(4) == 0 ? std::string_view() : std::string_view(expiry),
                  .on_hand = 1 + UpTo(6),
                  .condition = kConditions.at(static_cast<size_t>(UpTo(4)))};
      goods.reserved = UpTo(2) == 0 ? UpTo(static_cast<int>(goods.on_hand)) : 0;
      if (UpTo(5) == 0) goods.owner = "suppliers/kangda";
      candidates.push_back(Of(goods));
    }
    std::shuffle(candidates.begin(), candidates.end(), engine_);
    return candidates;
  }

 private:
  std::mt19937 engine_;
};

TEST(ChoiceTest, AgreesWithANaiveChoice) {
  for (uint32_t seed = 1; seed <= 3000; ++seed) {
    Random random(seed);
    ChoiceRule rule = kRule;
    rule.shelf_life_days_min = random.UpTo(4);
    const Candidates by_item = ByItem(random.Candidates());
    if (by_item.empty()) continue;
    const std::vector<Candidate>& candidates = by_item.at("gauze");
    const int64_t quantity = 1 + random.UpTo(30);
    std::vector<int64_t> taken;
    for (const Choice& choice : Choose(rule, candidates, quantity)) {
      taken.push_back(choice.quantity);
    }
    ASSERT_EQ(taken, TakenUnitByUnit(rule, candidates, quantity)) << "seed " << seed;
  }
}

TEST(ChoiceTest, ItemsAreKeptApart) {
  Candidate tape = Of({.account_id = 2});
  tape.stock.item_id = "tape";
  const Candidates by_item = ByItem({Of({.account_id = 1}), tape});
  EXPECT_EQ(by_item.size(), 2U);
  EXPECT_EQ(by_item.at("tape").front().stock.account_id, 2);
}

}  // namespace
}  // namespace qingqu::distribution
