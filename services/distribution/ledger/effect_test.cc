#include "services/distribution/ledger/effect.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace qingqu::distribution {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

// Ten came in at 10, four left at 20, five came at 30.
const std::vector<EffectStep>& SomeSteps() {
  static const auto& steps = *new std::vector<EffectStep>{{.effective_at = At(10), .moved = 10},
                                                          {.effective_at = At(20), .moved = -4},
                                                          {.effective_at = At(30), .moved = 5}};
  return steps;
}

TEST(EffectTest, ASpanKnowsTheLeastThatWasHeldInIt) {
  const std::vector<EffectSpan> spans =
      EffectSpansOf({At(5), At(10), At(15), At(25), At(40)}, 11, SomeSteps());
  ASSERT_EQ(spans.size(), 5U);
  const int64_t least[] = {0, 10, 6, 6, 11};
  for (size_t index = 0; index < 5; ++index) EXPECT_EQ(spans[index].least, least[index]) << index;
}

TEST(EffectTest, WhatIsTakenFromThePastIsMissingEverSince) {
  BookAccount account{.on_hand = 11, .spans = EffectSpansOf({At(10), At(25)}, 11, SomeSteps())};
  EXPECT_EQ(LeastSince(account, At(10), At(60)), 6);
  account.on_hand = 6;
  MoveSpans({.effective_at = At(25), .moved = -5}, account);
  EXPECT_EQ(LeastSince(account, At(25), At(60)), 1);
  EXPECT_EQ(LeastSince(account, At(10), At(60)), 1);
  EXPECT_EQ(account.spans[0].least, 6);
  // What comes in now helps nothing before.
  account.on_hand = 106;
  MoveSpans({.effective_at = At(60), .moved = 100}, account);
  EXPECT_EQ(LeastSince(account, At(10), At(60)), 1);
  EXPECT_EQ(LeastSince(account, At(60), At(60)), 106);
}

// Against levels counted one by one, for random steps and cuts.
TEST(EffectTest, SpansAgreeWithLevelsCountedOneByOne) {
  std::mt19937_64 random(20261122);
  const auto below = [&](int64_t limit) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<EffectStep> steps;
    const auto add = [&](absl::Time time) {
      steps.push_back({.effective_at = time, .moved = below(21) - 10});
    };
    for (int64_t second = 1; second < 20; ++second) {
      if (below(2) == 0) add(At(second));
    }
    std::vector<absl::Time> cuts;
    for (int64_t second = 0; second < 20; ++second) {
      if (below(3) == 0) cuts.push_back(At(second));
    }
    if (cuts.empty()) continue;
    const auto level = [&](absl::Time time) {
      int64_t held = 0;
      for (const EffectStep& step : steps) held += step.effective_at <= time ? step.moved : 0;
      return held;
    };
    std::vector<EffectStep> since;
    std::copy_if(steps.begin(), steps.end(), std::back_inserter(since),
                 [&](const EffectStep& step) { return step.effective_at > cuts.front(); });
    BookAccount account{.on_hand = level(At(100))};
    account.spans = EffectSpansOf(cuts, account.on_hand, since);
    for (int move = 0; move < 8; ++move) {
      for (const absl::Time cut : cuts) {
        int64_t least = level(cut);
        for (int64_t second = 0; second < 100; ++second) {
          if (At(second) >= cut) least = std::min(least, level(At(second)));
        }
        ASSERT_EQ(LeastSince(account, cut, At(50)), least) << "round " << round;
      }
      const bool now = below(2) == 0;
      add(now ? At(50) : cuts[static_cast<size_t>(below(static_cast<int64_t>(cuts.size())))]);
      account.on_hand += steps.back().moved;
      MoveSpans(steps.back(), account);
    }
  }
}

}  // namespace
}  // namespace qingqu::distribution
