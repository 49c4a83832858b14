#include <atomic>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/identity/post_handlers.h"
#include "services/identity/second_factor_check.h"
#include "services/identity/sign_in_budget.h"
#include "services/identity/test_identity.h"
#include "services/identity/totp.h"

namespace qingqu::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SecondFactorTest : public ::testing::Test, protected TestIdentity {
 protected:
  SecondFactorTest() {
    MakeOrganisation();
    MakeUser("chen", v1::ROLE_APPROVER, v1::SCOPE_ALLIANCE);
    MakeNurse("li");
  }
  CallContext As(const std::string& user, const std::string& role = "approver") const {
    CallContext call = At(testing::CallBy(user, role));
    call.client_address = "192.0.2.1";
    return call;
  }
  absl::StatusOr<v1::SignInResponse> SignInWith(const std::string& code,
                                                const std::string& user = "chen") {
    v1::SignInRequest request;
    request.set_user(user);
    request.set_password(kPassword);
    request.set_second_factor_code(code);
    CallContext call = Nobody();
    call.client_address = "192.0.2.1";
    return handlers.SignIn(call, request);
  }
  std::string ReasonWith(const std::string& code, const std::string& user = "chen") {
    return ErrorReason(SignInWith(code, user).status());
  }
  // The key of a factor that is begun.
  std::string Enrol(const std::string& user = "chen", const std::string& password = kPassword) {
    v1::EnrolSecondFactorRequest request;
    request.set_password(password);
    const auto enrolment = credentials.EnrolSecondFactor(As(user), request);
    EXPECT_TRUE(enrolment.ok()) << enrolment.status();
    EXPECT_THAT(enrolment->otpauth_uri(), HasSubstr("secret=" + enrolment->secret() + "&"));
    return KeyOfBase32(enrolment->secret());
  }
  absl::StatusOr<v1::RecoveryCodes> Confirm(const std::string& code,
                                            const std::string& user = "chen") {
    v1::ConfirmSecondFactorRequest request;
    request.set_code(code);
    return credentials.ConfirmSecondFactor(As(user), request);
  }
  // Advances to a step whose code is unused.
  std::string NextCode(const std::string& key) {
    clock.Advance(kTotpStep);
    return TotpCode(key, TotpStepAt(clock.Now()));
  }
  static std::string KeyOfBase32(const std::string& text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string key;
    uint32_t buffer = 0;
    int bits = 0;
    for (const char character : text) {
      buffer = buffer << 5 | static_cast<uint32_t>(kAlphabet.find(character));
      bits += 5;
      if (bits < 8) continue;
      bits -= 8;
      key += static_cast<char>(buffer >> bits & 0xff);
    }
    return key;
  }
};

TEST_F(SecondFactorTest, WhoMustHaveOneGetsATokenForEnrollingAlone) {
  const auto limited = SignInWith("");
  ASSERT_TRUE(limited.ok()) << limited.status();
  EXPECT_TRUE(limited->enrolment_required());
  EXPECT_EQ(limited->refresh_token(), "");
  const auto verifier = auth::TokenVerifier::Create(keys.path(), &clock);
  const auto principal = (*verifier)->Verify(limited->access_token());
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->user_id, "chen");
  EXPECT_TRUE(principal->enrolment_only);
  EXPECT_TRUE(principal->roles.empty());
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.session"), "0");
  EXPECT_FALSE(SignInWith("", "li")->enrolment_required()) << "a nurse needs none";
}

TEST_F(SecondFactorTest, EnrolledOnceThenEachSignInNeedsACode) {
  const std::string key = Enrol();
  EXPECT_TRUE(SignInWith("")->enrolment_required()) << "it counts once it is confirmed";
  EXPECT_EQ(ErrorReason(Confirm("000000").status()), "SECOND_FACTOR_WRONG");
  const auto codes = Confirm(NextCode(key));
  ASSERT_TRUE(codes.ok()) << codes.status();
  EXPECT_EQ(codes->codes_size(), kRecoveryCodes);
  const absl::Status missing = SignInWith("").status();
  EXPECT_EQ(ErrorReason(missing), "SECOND_FACTOR_REQUIRED");
  EXPECT_EQ(missing.code(), absl::StatusCode::kUnauthenticated);
  const std::string code = NextCode(key);
  const auto signed_in = SignInWith(code);
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  EXPECT_FALSE(signed_in->enrolment_required());
  EXPECT_TRUE(Refresh(signed_in->refresh_token()).ok());
  EXPECT_EQ(ReasonWith(code), "SECOND_FACTOR_WRONG") << "a code is good once";
  EXPECT_EQ(CountEvents("user.second_factor_enrolled"), "1");
  v1::EnrolSecondFactorRequest again;
  again.set_password(kPassword);
  EXPECT_EQ(ErrorReason(credentials.EnrolSecondFactor(As("chen"), again).status()),
            "SECOND_FACTOR_EXISTS");
  EXPECT_EQ(ErrorReason(Confirm(NextCode(key)).status()), "SECOND_FACTOR_EXISTS");
}

TEST_F(SecondFactorTest, OneCodeAtOnceLetsOneIn) {
  const std::string key = Enrol();
  ASSERT_TRUE(Confirm(NextCode(key)).ok());
  const std::string code = NextCode(key);
  std::atomic<int> signed_in = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] { signed_in += SignInWith(code).ok() ? 1 : 0; });
  }
  threads.clear();
  EXPECT_EQ(signed_in, 1);
}

TEST_F(SecondFactorTest, ARightPasswordIsNotEnoughAndAWrongOneLooksTheSame) {
  const std::string key = Enrol();
  ASSERT_TRUE(Confirm(NextCode(key)).ok());
  v1::SignInRequest request;
  request.set_user("chen");
  request.set_password("not the password");
  request.set_second_factor_code(NextCode(key));
  EXPECT_EQ(handlers.SignIn(Nobody(), request).status(),
            SignIn("nobody", "not the password").status());
  EXPECT_EQ(ErrorReason(Refresh("").status()), "SESSION_ENDED");
}

TEST_F(SecondFactorTest, EnrollingNeedsThePassword) {
  v1::EnrolSecondFactorRequest request;
  request.set_password("not the password");
  EXPECT_EQ(ErrorReason(credentials.EnrolSecondFactor(As("chen"), request).status()),
            "WRONG_PASSWORD");
  EXPECT_EQ(ErrorReason(Confirm("000000").status()), "SECOND_FACTOR_NOT_ENROLLED");
  EXPECT_EQ(CountEvents("user.sign_in_failed"), "1");
}

TEST_F(SecondFactorTest, WrongCodesUseUpTheSameBudgets) {
  const std::string key = Enrol();
  ASSERT_TRUE(Confirm(NextCode(key)).ok());
  clock.Advance(kTotpStep);
  for (int failure = 0; failure < kPairFailuresFree; ++failure) {
    EXPECT_EQ(ReasonWith("000000"), "SECOND_FACTOR_WRONG");
  }
  EXPECT_EQ(ReasonWith(NextCode(key)), "SIGN_IN_THROTTLED") << "ten in a row close for a minute";
  EXPECT_EQ(CountEvents("user.sign_in_failed"), "10");
  clock.Advance(kWrongCodeLockMin);
  EXPECT_EQ(ReasonWith(NextCode(key)), "");
  EXPECT_EQ(ReasonWith(NextCode(key)), "") << "a right code begins anew";
}

TEST_F(SecondFactorTest, WhoKnowsThePasswordIsSlowedFarMoreThanStrangersAre) {
  const std::string key = Enrol();
  ASSERT_TRUE(Confirm(NextCode(key)).ok());
  int looked_at = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    clock.Advance(absl::Minutes(1));
    looked_at += ReasonWith("000000") == "SECOND_FACTOR_WRONG" ? 1 : 0;
  }
  EXPECT_LE(looked_at, 40) << "in a day, of a million codes";
}

TEST_F(SecondFactorTest, ARecoveryCodeWorksOnce) {
  const std::string key = Enrol();
  const auto codes = Confirm(NextCode(key));
  ASSERT_TRUE(codes.ok());
  EXPECT_EQ(ReasonWith(codes->codes(0)), "");
  EXPECT_EQ(ReasonWith(codes->codes(0)), "SECOND_FACTOR_WRONG");
  EXPECT_EQ(ReasonWith(codes->codes(1)), "");
  EXPECT_EQ(CountEvents("user.recovery_code_used"), "2");
  v1::RenewRecoveryCodesRequest request;
  request.set_code("000000");
  EXPECT_EQ(ErrorReason(credentials.RenewRecoveryCodes(As("chen"), request).status()),
            "SECOND_FACTOR_WRONG");
  request.set_code(NextCode(key));
  const auto renewed = credentials.RenewRecoveryCodes(As("chen"), request);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(ReasonWith(codes->codes(2)), "SECOND_FACTOR_WRONG") << "the old ones are gone";
  EXPECT_EQ(ReasonWith(renewed->codes(0)), "");
  EXPECT_EQ(
      ErrorReason(credentials.RenewRecoveryCodes(As("li", "department_nurse"), request).status()),
      "SECOND_FACTOR_NOT_ENROLLED");
}

TEST_F(SecondFactorTest, AnotherAdministratorTakesItAway) {
  const std::string key = Enrol();
  ASSERT_TRUE(Confirm(NextCode(key)).ok());
  const std::string token = SignInWith(NextCode(key))->refresh_token();
  v1::RemoveSecondFactorRequest request;
  request.set_user("users/chen");
  EXPECT_EQ(ErrorReason(credentials.RemoveSecondFactor(As("chen"), request).status()),
            "OWN_SECOND_FACTOR");
  EXPECT_TRUE(credentials.RemoveSecondFactor(Admin(), request).ok());
  EXPECT_EQ(ErrorDetails(Refresh(token).status()).at("because"), "SECOND_FACTOR_CHANGED");
  EXPECT_TRUE(SignInWith("")->enrolment_required());
  EXPECT_EQ(CountEvents("user.second_factor_removed"), "1");
  EXPECT_EQ(ErrorReason(credentials.RemoveSecondFactor(Admin(), request).status()),
            "SECOND_FACTOR_NOT_ENROLLED");
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.recovery_code"), "0");
}

TEST_F(SecondFactorTest, ARecoveryCodeRenewsNothingAndStaysGood) {
  const std::string key = Enrol();
  const auto codes = Confirm(NextCode(key));
  ASSERT_TRUE(codes.ok());
  v1::RenewRecoveryCodesRequest request;
  request.set_code(codes->codes(0));
  EXPECT_EQ(ErrorReason(credentials.RenewRecoveryCodes(As("chen"), request).status()),
            "SECOND_FACTOR_WRONG");
  EXPECT_EQ(ReasonWith(codes->codes(0)), "");
}

TEST_F(SecondFactorTest, OnePostThatNeedsItIsEnough) {
  const std::string token = SignInWith("", "li")->refresh_token();
  PostHandlers posts(&pool(), &clock);
  v1::CreatePostRequest request;
  request.mutable_post()->set_user("users/li");
  request.mutable_post()->add_roles(v1::ROLE_APPROVER);
  request.mutable_post()->set_scope(v1::SCOPE_ALLIANCE);
  request.mutable_post()->set_alliance("alliances/east");
  request.mutable_post()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock.Now()) + 60);
  const auto made = posts.CreatePost(Admin(), request);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto refreshed = Refresh(token);
  ASSERT_TRUE(refreshed.ok()) << "it has not begun";
  EXPECT_FALSE(SignInWith("", "li")->enrolment_required());
  clock.Advance(absl::Seconds(60));
  EXPECT_EQ(ErrorDetails(Refresh(refreshed->refresh_token()).status()).at("because"),
            "SECOND_FACTOR_CHANGED");
  const auto signed_in = SignInWith("", "li");
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  EXPECT_EQ(signed_in->user().roles(0), v1::ROLE_DEPARTMENT_NURSE);
  EXPECT_TRUE(signed_in->enrolment_required());
}

TEST_F(SecondFactorTest, WhichPostsThereAreIsToldToWhoPassedIt) {
  const std::string key = Enrol();
  ASSERT_TRUE(Confirm(NextCode(key)).ok());
  v1::SignInRequest request;
  request.set_user("chen");
  request.set_password(kPassword);
  request.set_post("posts/no-such-post");
  EXPECT_EQ(ErrorReason(handlers.SignIn(Nobody(), request).status()), "SECOND_FACTOR_REQUIRED");
  request.set_second_factor_code("000000");
  EXPECT_EQ(ErrorReason(handlers.SignIn(Nobody(), request).status()), "SECOND_FACTOR_WRONG");
  request.set_second_factor_code(NextCode(key));
  EXPECT_EQ(ErrorReason(handlers.SignIn(Nobody(), request).status()), "POST_NOT_FOUND");
  EXPECT_EQ(ReasonWith(request.second_factor_code()), "") << "the code stayed good";
}

// As after the flag was set, or a role added.
TEST_F(SecondFactorTest, ASessionWithoutItEndsWhenItBecomesNeeded) {
  const std::string token = SignInWith("", "li")->refresh_token();
  const auto refreshed = Refresh(token);
  ASSERT_TRUE(refreshed.ok());
  IdentityHandlers stricter({.clock = &clock,
                             .pool = &pool(),
                             .signer = nullptr,
                             .hasher = &hasher,
                             .second_factor_roles = {"department_nurse"}});
  v1::RefreshSessionRequest request;
  request.set_refresh_token(refreshed->refresh_token());
  const absl::Status status = stricter.RefreshSession(Nobody(), request).status();
  EXPECT_EQ(ErrorReason(status), "SESSION_ENDED");
  EXPECT_EQ(ErrorDetails(status).at("because"), "SECOND_FACTOR_CHANGED");
  const absl::Status for_all = Refresh(refreshed->refresh_token()).status();
  EXPECT_EQ(ErrorReason(for_all), "SESSION_ENDED");
  EXPECT_EQ(ErrorDetails(for_all).at("because"), "SECOND_FACTOR_CHANGED");
}

TEST_F(SecondFactorTest, NothingOfItLiesOpen) {
  const std::string key = Enrol();
  const auto codes = Confirm(NextCode(key));
  ASSERT_TRUE(codes.ok());
  const std::string kept =
      database.Value("SELECT string_agg(f::text, '') FROM identity.second_factor AS f") +
      database.Value("SELECT string_agg(c::text, '') FROM identity.recovery_code AS c") +
      database.Value("SELECT string_agg(e::text, '') FROM journal.entry AS e");
  EXPECT_THAT(kept, Not(HasSubstr(Base32(key))));
  EXPECT_THAT(kept, Not(HasSubstr(codes->codes(0))));
}

}  // namespace
}  // namespace qingqu::identity
