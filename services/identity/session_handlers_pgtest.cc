#include <atomic>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SessionHandlersTest : public ::testing::Test, protected TestIdentity {
 protected:
  SessionHandlersTest() {
    MakeOrganisation();
    MakeNurse("li");
  }

  void Disable(const std::string& user_id) {
    MakeUser("other-admin", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
    v1::DisableUserRequest request;
    request.set_name("users/" + user_id);
    ASSERT_TRUE(handlers.DisableUser(Admin(), request).ok());
  }
  CallContext Li() const { return At(testing::CallBy("li", "department_nurse")); }
};

TEST_F(SessionHandlersTest, TokensSayWhoSignedIn) {
  const auto signed_in = SignIn("li", kPassword);
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  EXPECT_EQ(signed_in->user().name(), "users/li");
  EXPECT_EQ(signed_in->access_token_expire_time().seconds(),
            absl::ToUnixSeconds(clock.Now() + absl::Minutes(10)));
  const auto verifier = auth::TokenVerifier::Create(keys.path(), &clock);
  ASSERT_TRUE(verifier.ok());
  const auto principal = (*verifier)->Verify(signed_in->access_token());
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->user_id, "li");
  EXPECT_EQ(principal->institution_id, "county-hospital");
  EXPECT_EQ(principal->alliance_id, "east");
  EXPECT_EQ(principal->scope, auth::Scope::kInstitution);
  EXPECT_THAT(principal->roles, ::testing::ElementsAre("department_nurse"));
  clock.Advance(absl::Minutes(10));
  EXPECT_EQ(ErrorReason((*verifier)->Verify(signed_in->access_token()).status()), "TOKEN_EXPIRED");
  EXPECT_TRUE(SignIn("users/li", kPassword).ok());
  EXPECT_EQ(database.Value("SELECT actor_user_id || ' ' || actor_institution_id FROM journal.entry "
                           "WHERE event = 'user.signed_in' LIMIT 1"),
            "li county-hospital");
}

TEST_F(SessionHandlersTest, EveryFailureLooksTheSame) {
  MakeNurse("gone");
  Disable("gone");
  const absl::Status wrong = SignIn("li", "not the password").status();
  EXPECT_EQ(ErrorReason(wrong), "SIGN_IN_FAILED");
  EXPECT_EQ(wrong.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(SignIn("nobody", kPassword).status(), wrong);
  EXPECT_EQ(SignIn("gone", kPassword).status(), wrong);
  EXPECT_EQ(SignIn("Not An Id'; --", kPassword).status(), wrong);
  EXPECT_EQ(SignIn("", "").status(), wrong);
  EXPECT_EQ(database.Value("SELECT string_agg(resource, ' ' ORDER BY resource) FROM journal.entry "
                           "WHERE event = 'user.sign_in_failed'"),
            "users/gone users/li")
      << "names that nobody has must not fill the journal";
  EXPECT_THAT(database.Value("SELECT string_agg(entry::text, '') FROM journal.entry AS entry"),
              Not(HasSubstr("not the password")));
}

TEST_F(SessionHandlersTest, ARefreshTokenWorksOnce) {
  const std::string first = SignIn("li", kPassword)->refresh_token();
  clock.Advance(absl::Hours(11));
  const auto refreshed = Refresh(first);
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_NE(refreshed->refresh_token(), first);
  EXPECT_FALSE(refreshed->access_token().empty());
  // Someone has the old one: nobody goes on.
  EXPECT_EQ(ErrorReason(Refresh(first).status()), "REFRESH_TOKEN_REUSED");
  const absl::Status owner = Refresh(refreshed->refresh_token()).status();
  EXPECT_EQ(ErrorReason(owner), "SESSION_ENDED");
  EXPECT_EQ(ErrorDetails(owner).at("because"), "TOKEN_REUSED");
  EXPECT_EQ(ErrorReason(Refresh(first).status()), "REFRESH_TOKEN_REUSED");
  EXPECT_EQ(CountEvents("session.token_reused"), "1");
  EXPECT_THAT(database.Value("SELECT string_agg(session::text, '') FROM identity.session"),
              Not(HasSubstr(refreshed->refresh_token())));
}

TEST_F(SessionHandlersTest, OfRacingRefreshesOneSucceedsAndTheSessionEnds) {
  const std::string token = SignIn("li", kPassword)->refresh_token();
  std::atomic<int> refreshed = 0;
  std::atomic<int> told = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&] {
      const absl::Status status = Refresh(token).status();
      refreshed += status.ok() ? 1 : 0;
      told += ErrorReason(status) == "REFRESH_TOKEN_REUSED" ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(refreshed, 1);
  EXPECT_EQ(told, 5) << "each of them learns that somebody was first";
  EXPECT_EQ(CountEvents("session.token_reused"), "1");
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.session WHERE ended_at IS NULL"), "0");
}

// The client that asks again after its answer was lost: it cannot be told from a thief.
TEST_F(SessionHandlersTest, WhoAsksAgainIsToldToSignInAgain) {
  const std::string token = SignIn("li", kPassword)->refresh_token();
  ASSERT_TRUE(Refresh(token).ok()) << "this answer is lost";
  const absl::Status again = Refresh(token).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ErrorReason(again), "REFRESH_TOKEN_REUSED");
  EXPECT_THAT(std::string(again.message()), HasSubstr("sign in again"));
  EXPECT_TRUE(SignIn("li", kPassword).ok());
}

TEST_F(SessionHandlersTest, SessionsEndIdleOldOrByHand) {
  const std::string idle = SignIn("li", kPassword)->refresh_token();
  clock.Advance(absl::Hours(12));
  EXPECT_EQ(ErrorReason(Refresh(idle).status()), "SESSION_ENDED");

  std::string old = SignIn("li", kPassword)->refresh_token();
  for (int step = 0; step < 65; ++step) {
    clock.Advance(absl::Hours(11));
    const auto refreshed = Refresh(old);
    ASSERT_TRUE(refreshed.ok()) << step;
    old = refreshed->refresh_token();
  }
  clock.Advance(absl::Hours(5));
  EXPECT_EQ(ErrorReason(Refresh(old).status()), "SESSION_ENDED");

  v1::SignOutRequest sign_out;
  sign_out.set_refresh_token(SignIn("li", kPassword)->refresh_token());
  EXPECT_TRUE(handlers.SignOut(Nobody(), sign_out).ok());
  EXPECT_TRUE(handlers.SignOut(Nobody(), sign_out).ok());
  EXPECT_EQ(CountEvents("user.signed_out"), "1");
  EXPECT_EQ(ErrorReason(Refresh(sign_out.refresh_token()).status()), "SESSION_ENDED");
  EXPECT_EQ(ErrorReason(Refresh("").status()), "SESSION_ENDED");
  EXPECT_EQ(ErrorReason(Refresh(NewRefreshToken().text).status()), "SESSION_ENDED");
  sign_out.set_refresh_token("nonsense");
  EXPECT_TRUE(handlers.SignOut(Nobody(), sign_out).ok());
}

TEST_F(SessionHandlersTest, DisablingEndsSessionsAtOnce) {
  const std::string token = SignIn("li", kPassword)->refresh_token();
  Disable("li");
  EXPECT_EQ(ErrorReason(Refresh(token).status()), "SESSION_ENDED");
  EXPECT_EQ(ErrorReason(SignIn("li", kPassword).status()), "SIGN_IN_FAILED");
}

TEST_F(SessionHandlersTest, AUserHasAtMostTwentySessions) {
  const std::string oldest = SignIn("li", kPassword)->refresh_token();
  for (int count = 0; count < 25; ++count) {
    clock.Advance(absl::Seconds(1));
    ASSERT_TRUE(SignIn("li", kPassword).ok());
  }
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.session"), "20");
  EXPECT_EQ(ErrorReason(Refresh(oldest).status()), "SESSION_ENDED");
}

TEST_F(SessionHandlersTest, ChangingThePasswordNeedsTheOldOneAndEndsSessions) {
  const std::string token = SignIn("li", kPassword)->refresh_token();
  v1::ChangePasswordRequest request;
  request.set_current_password("not the password");
  request.set_new_password("staple staple staple");
  EXPECT_EQ(ErrorReason(handlers.ChangePassword(Li(), request).status()), "WRONG_PASSWORD");
  EXPECT_EQ(CountEvents("user.sign_in_failed"), "1");
  request.set_current_password(kPassword);
  const CallContext call = Li();
  const auto changed = handlers.ChangePassword(call, request);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->etag(), "2");
  EXPECT_EQ(handlers.ChangePassword(call, request)->SerializeAsString(),
            changed->SerializeAsString());
  EXPECT_EQ(CountEvents("user.password_changed"), "1");
  EXPECT_EQ(ErrorReason(Refresh(token).status()), "SESSION_ENDED");
  EXPECT_EQ(ErrorReason(SignIn("li", kPassword).status()), "SIGN_IN_FAILED");
  EXPECT_TRUE(SignIn("li", "staple staple staple").ok());
  request.set_new_password(kPassword);
  EXPECT_EQ(ErrorReason(handlers.ChangePassword(Li(), request).status()), "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::identity
