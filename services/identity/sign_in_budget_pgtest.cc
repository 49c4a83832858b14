#include <atomic>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "services/identity/sign_in_budget.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

constexpr const char* kWrong = "not the password";
constexpr const char* kHome = "192.0.2.1";

class SignInBudgetTest : public ::testing::Test, protected TestIdentity {
 protected:
  SignInBudgetTest() {
    MakeOrganisation();
    MakeNurse("li");
  }
  // How many of `tries` wrong passwords at one instant were looked at.
  int Fail(const std::string& user, const std::string& address, int tries) {
    int looked_at = 0;
    for (int attempt = 0; attempt < tries; ++attempt) {
      const std::string reason = ErrorReason(SignIn(user, kWrong, address).status());
      looked_at += reason == "SIGN_IN_FAILED" ? 1 : 0;
    }
    return looked_at;
  }
  std::string ReasonFrom(const std::string& address, const std::string& user = "li") {
    return ErrorReason(SignIn(user, kPassword, address).status());
  }
  // So many strangers that the account is closed to all of them.
  void FailFromManyAddresses() {
    for (int stranger = 1; stranger <= 3; ++stranger) {
      EXPECT_EQ(Fail("li", fmt::format("203.0.113.{}", stranger), 12), kPairFailuresFree);
    }
  }
};

TEST_F(SignInBudgetTest, TenFailuresFromAnAddressCloseItsDoorForSeconds) {
  EXPECT_EQ(Fail("li", kHome, 12), 10);
  const absl::Status throttled = SignIn("li", kPassword, kHome).status();
  EXPECT_EQ(ErrorReason(throttled), "SIGN_IN_THROTTLED");
  EXPECT_EQ(throttled.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(throttled.message(), "too many failed sign-ins; try again in 5 seconds");
  MakeNurse("zhang");
  EXPECT_EQ(ReasonFrom(kHome, "zhang"), "") << "another account at the same address";
  EXPECT_EQ(ReasonFrom("192.0.2.2"), "") << "the same account at another address";
  clock.Advance(absl::Seconds(4));
  EXPECT_EQ(ReasonFrom(kHome), "SIGN_IN_THROTTLED");
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(Fail("li", kHome, 2), 1) << "one more try, and the door closes for longer";
  clock.Advance(absl::Seconds(9));
  EXPECT_EQ(ReasonFrom(kHome), "SIGN_IN_THROTTLED");
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonFrom(kHome), "");
  clock.Advance(kFailureWindow);
  EXPECT_EQ(ReasonFrom(kHome), "");
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.sign_in_attempt"), "0");
}

TEST_F(SignInBudgetTest, StrangersCannotLockOutWhoIsKnownAtAnAddress) {
  ASSERT_EQ(ReasonFrom(kHome), "");
  FailFromManyAddresses();
  EXPECT_EQ(ReasonFrom("198.51.100.1"), "SIGN_IN_THROTTLED") << "a new address is a stranger's";
  EXPECT_EQ(ReasonFrom(kHome), "");
  EXPECT_EQ(Fail("li", kHome, 12), 10) << "its own budget is whole";
  clock.Advance(kLockMax);
  EXPECT_EQ(ReasonFrom("198.51.100.1"), "") << "for strangers too the lock is short";
}

TEST_F(SignInBudgetTest, AnAddressIsKnownForThirtyDays) {
  ASSERT_EQ(ReasonFrom(kHome), "");
  clock.Advance(kAddressKnownFor);
  FailFromManyAddresses();
  EXPECT_EQ(ReasonFrom(kHome), "SIGN_IN_THROTTLED");
}

TEST_F(SignInBudgetTest, FailuresAtAKnownAddressDoNotCountAgainstStrangers) {
  ASSERT_EQ(ReasonFrom(kHome), "");
  for (int round = 0; round < 40; ++round) {
    Fail("li", kHome, 1);
    clock.Advance(absl::Seconds(15));
  }
  EXPECT_EQ(ReasonFrom("198.51.100.1"), "");
}

TEST_F(SignInBudgetTest, OneAddressCannotTryAllAccounts) {
  ASSERT_EQ(ReasonFrom(kHome), "");
  int looked_at = 0;
  for (int account = 0; account < 15; ++account) {
    looked_at += Fail(fmt::format("nobody-{}", account), kHome, 8);
  }
  EXPECT_EQ(looked_at, kAddressFailuresFree);
  MakeNurse("zhang");
  EXPECT_EQ(ReasonFrom(kHome, "zhang"), "SIGN_IN_THROTTLED");
  EXPECT_EQ(ReasonFrom("192.0.2.2", "zhang"), "");
  EXPECT_EQ(ReasonFrom(kHome), "") << "who is known there goes on";
  clock.Advance(kLockMax);
  EXPECT_EQ(ReasonFrom(kHome, "zhang"), "");
}

TEST_F(SignInBudgetTest, UnknownNamesAreThrottledLikeAnyOther) {
  EXPECT_EQ(Fail("nobody", kHome, 12), 10);
  EXPECT_EQ(Fail("li", kHome, 12), 10);
  EXPECT_EQ(SignIn("nobody", kPassword, kHome).status(), SignIn("li", kPassword, kHome).status());
}

TEST_F(SignInBudgetTest, CallersWhoRaceGetNoExtraTry) {
  std::atomic<int> tried = 0;
  std::atomic<int> throttled = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&] {
      for (int attempt = 0; attempt < 4; ++attempt) {
        const std::string reason = ErrorReason(SignIn("li", kWrong, kHome).status());
        ++(reason == "SIGN_IN_FAILED" ? tried : throttled);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(throttled, 14);
}

TEST_F(SignInBudgetTest, SuccessesAreNotCounted) {
  for (int count = 0; count < 12; ++count) EXPECT_EQ(ReasonFrom(kHome), "");
}

TEST_F(SignInBudgetTest, AnAccountKeepsItsLastFiftyAddresses) {
  for (int address = 0; address < 52; ++address) {
    clock.Advance(absl::Seconds(1));
    ASSERT_EQ(ReasonFrom(fmt::format("10.0.0.{}", address)), "");
  }
  EXPECT_EQ(database.Value("SELECT count(*) || ' ' || min(signed_in_at - (SELECT min(signed_in_at) "
                           "FROM identity.sign_in_address)) FROM identity.sign_in_address "
                           "WHERE address NOT IN ('10.0.0.0', '10.0.0.1')"),
            "50 00:00:00");
}

TEST_F(SignInBudgetTest, TheJournalTellsWhereFailuresCameFrom) {
  Fail("li", kHome, 1);
  EXPECT_EQ(database.Value("SELECT details->>'address' FROM journal.entry "
                           "WHERE event = 'user.sign_in_failed'"),
            kHome);
}

TEST_F(SignInBudgetTest, AStolenTokenCannotGuessThePasswordForever) {
  v1::ChangePasswordRequest request;
  request.set_current_password(kWrong);
  request.set_new_password("staple staple staple");
  const auto change = [&] {
    CallContext call = At(testing::CallBy("li", "department_nurse"));
    call.client_address = kHome;
    return ErrorReason(handlers.ChangePassword(call, request).status());
  };
  for (int failure = 0; failure < 10; ++failure) EXPECT_EQ(change(), "WRONG_PASSWORD");
  EXPECT_EQ(change(), "SIGN_IN_THROTTLED");
}

}  // namespace
}  // namespace qingqu::identity
