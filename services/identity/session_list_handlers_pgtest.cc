#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

class SessionListTest : public ::testing::Test, protected TestIdentity {
 protected:
  SessionListTest() {
    MakeOrganisation();
    MakeNurse("li");
    MakeNurse("zhang");
  }
  CallContext As(const std::string& user) const {
    return At(testing::CallBy(user, "department_nurse"));
  }
  std::vector<v1::Session> SessionsOf(const std::string& user) {
    const auto listed = credentials.ListSessions(As(user), {});
    return {listed->sessions().begin(), listed->sessions().end()};
  }
  std::string SignInFrom(const std::string& user, const std::string& address) {
    clock.Advance(absl::Seconds(1));
    return SignIn(user, kPassword, address)->refresh_token();
  }
  std::string BecauseOf(const std::string& token) {
    const absl::Status status = Refresh(token).status();
    EXPECT_EQ(ErrorReason(status), "SESSION_ENDED");
    return ErrorDetails(status)["because"];
  }
};

TEST_F(SessionListTest, OneSeesOnesOwnSessionsWithoutTheirSecrets) {
  const std::string desk = SignInFrom("li", "192.0.2.1");
  const std::string ward = SignInFrom("li", "192.0.2.2");
  SignInFrom("zhang", "192.0.2.3");
  auto sessions = SessionsOf("li");
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].address(), "192.0.2.2");
  EXPECT_EQ(sessions[0].client(), "grpc");
  EXPECT_EQ(sessions[0].start_time().seconds(),
            absl::ToUnixSeconds(clock.Now() - absl::Seconds(1)));
  EXPECT_EQ(sessions[1].address(), "192.0.2.1");
  clock.Advance(absl::Hours(1));
  const auto refreshed = Refresh(desk);
  ASSERT_TRUE(refreshed.ok());
  sessions = SessionsOf("li");
  EXPECT_EQ(sessions[0].address(), "192.0.2.1");
  EXPECT_EQ(sessions[0].last_use_time().seconds(), absl::ToUnixSeconds(clock.Now()));
  clock.Advance(kSessionIdleMax - absl::Minutes(30));
  EXPECT_EQ(SessionsOf("li").size(), 1u) << "one has run out";
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.session WHERE handle_hash || secret_hash "
                           "LIKE '%" +
                           ward.substr(0, 16) + "%'"),
            "0");
}

TEST_F(SessionListTest, OneOfThemIsEnded) {
  const std::string desk = SignInFrom("li", "192.0.2.1");
  const std::string ward = SignInFrom("li", "192.0.2.2");
  v1::EndSessionRequest request;
  request.set_name(SessionsOf("li").at(0).name());
  EXPECT_EQ(ErrorReason(credentials.EndSession(As("zhang"), request).status()),
            "SESSION_NOT_FOUND");
  const CallContext call = As("li");
  EXPECT_EQ(credentials.EndSession(call, request)->ended_count(), 1);
  EXPECT_EQ(credentials.EndSession(call, request)->ended_count(), 1) << "a repeated call";
  EXPECT_EQ(ErrorReason(credentials.EndSession(As("li"), request).status()), "SESSION_NOT_FOUND");
  EXPECT_EQ(BecauseOf(ward), "SIGNED_OUT");
  EXPECT_TRUE(Refresh(desk).ok());
  EXPECT_EQ(CountEvents("user.signed_out"), "1");
  request.set_name("users/li");
  EXPECT_EQ(ErrorReason(credentials.EndSession(As("li"), request).status()), "INVALID_FIELD");
}

TEST_F(SessionListTest, SignOutEverywhereEndsOnesOwn) {
  const std::string desk = SignInFrom("li", "192.0.2.1");
  const std::string ward = SignInFrom("li", "192.0.2.2");
  const std::string other = SignInFrom("zhang", "192.0.2.2");
  EXPECT_EQ(credentials.SignOutEverywhere(As("li"), {})->ended_count(), 2);
  EXPECT_EQ(BecauseOf(desk), "SIGNED_OUT_EVERYWHERE");
  EXPECT_EQ(BecauseOf(ward), "SIGNED_OUT_EVERYWHERE");
  EXPECT_TRUE(Refresh(other).ok());
  EXPECT_EQ(credentials.SignOutEverywhere(As("li"), {})->ended_count(), 0);
  EXPECT_EQ(database.Value("SELECT string_agg(resource || ' ' || actor_user_id, ',') "
                           "FROM journal.entry WHERE event = 'user.sessions_ended'"),
            "users/li li,users/li li");
}

TEST_F(SessionListTest, AnAdministratorEndsAUsersSessions) {
  const std::string desk = SignInFrom("li", "192.0.2.1");
  v1::EndUserSessionsRequest request;
  request.set_user("users/li");
  EXPECT_EQ(credentials.EndUserSessions(Admin(), request)->ended_count(), 1);
  EXPECT_EQ(BecauseOf(desk), "ENDED_BY_ADMINISTRATOR");
  EXPECT_EQ(database.Value("SELECT resource || ' ' || actor_user_id FROM journal.entry "
                           "WHERE event = 'user.sessions_ended'"),
            "users/li admin");
  request.set_user("users/nobody");
  EXPECT_EQ(ErrorReason(credentials.EndUserSessions(Admin(), request).status()), "USER_NOT_FOUND");
}

}  // namespace
}  // namespace qingqu::identity
