#include "services/identity/sign_in_budget.h"

#include <vector>

#include "gtest/gtest.h"

namespace qingqu::identity {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

TEST(SignInBudgetTest, TheLockIsShortAndGrowsToAMinute) {
  RecentFailures recent;
  EXPECT_EQ(WaitBeforeTry(recent, kNow), absl::ZeroDuration());
  recent.pair = {kPairFailuresFree - 1, kNow};
  EXPECT_EQ(WaitBeforeTry(recent, kNow), absl::ZeroDuration());
  for (const int seconds : {5, 10, 20, 40, 60, 60}) {
    ++recent.pair.count;
    EXPECT_EQ(WaitBeforeTry(recent, kNow), absl::Seconds(seconds));
    EXPECT_EQ(WaitBeforeTry(recent, kNow + absl::Seconds(seconds)), absl::ZeroDuration());
  }
  recent.pair.count = 1'000'000;
  EXPECT_EQ(WaitBeforeTry(recent, kNow), kLockMax);
}

TEST(SignInBudgetTest, StrangersDoNotLockAKnownAddress) {
  RecentFailures recent{.account = {1000, kNow}};
  EXPECT_EQ(WaitBeforeTry(recent, kNow), kLockMax);
  recent.address_known = true;
  EXPECT_EQ(WaitBeforeTry(recent, kNow), absl::ZeroDuration());
  recent.pair = {kPairFailuresFree, kNow};
  EXPECT_EQ(WaitBeforeTry(recent, kNow), kLockMin);
}

TEST(SignInBudgetTest, AnAddressHasABudgetOverAllAccounts) {
  RecentFailures recent{.address = {kAddressFailuresFree - 1, kNow}};
  EXPECT_EQ(WaitBeforeTry(recent, kNow), absl::ZeroDuration());
  ++recent.address.count;
  EXPECT_EQ(WaitBeforeTry(recent, kNow), kLockMin);
}

// One stranger who never stops cannot use up what all strangers of an account may.
TEST(SignInBudgetTest, OneAddressIsStoppedBeforeTheAccountIs) {
  std::vector<absl::Time> failures;
  for (absl::Time now = kNow; now < kNow + absl::Hours(2); now += absl::Seconds(1)) {
    std::erase_if(failures, [&](absl::Time at) { return at <= now - kFailureWindow; });
    RecentFailures recent{.pair = {.count = static_cast<int>(failures.size())}};
    if (!failures.empty()) recent.pair.last = failures.back();
    for (; WaitBeforeTry(recent, now) == absl::ZeroDuration(); ++recent.pair.count) {
      recent.pair.last = failures.emplace_back(now);
    }
    ASSERT_LT(recent.pair.count, kAccountFailuresFree);
  }
  EXPECT_GE(failures.size(), 15) << "one try a minute remains";
}

}  // namespace
}  // namespace qingqu::identity
