#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "services/identity/test_identity.h"
#include "services/identity/test_issuer.h"

namespace qingqu::identity {
namespace {

constexpr const char* kIssuer = "https://sso.example";

class ExternalSignInTest : public ::testing::Test, protected TestIdentity {
 protected:
  ExternalSignInTest() {
    MakeOrganisation();
    MakeNurse("li");
    web_keys = issuer_.KeySet();
  }
  std::string Token(const std::string& subject) {
    const int64_t now = absl::ToUnixSeconds(clock.Now());
    return issuer_.Token(
        {{"iss", kIssuer}, {"aud", "qingqu"}, {"sub", subject}, {"iat", now}, {"exp", now + 300}});
  }
  absl::StatusOr<v1::SignInResponse> SignInWith(const std::string& token) {
    v1::SignInWithExternalTokenRequest request;
    request.set_token(token);
    return credentials.SignInWithExternalToken(Nobody(), request);
  }
  std::string ReasonOf(const std::string& token) { return ErrorReason(SignInWith(token).status()); }
  absl::StatusOr<v1::ExternalSubject> Link(const std::string& subject, const std::string& user,
                                           const std::string& issuer = kIssuer) {
    v1::LinkExternalSubjectRequest request;
    request.mutable_link()->set_issuer(issuer);
    request.mutable_link()->set_subject(subject);
    request.mutable_link()->set_user("users/" + user);
    return credentials.LinkExternalSubject(Admin(), request);
  }

  const TestIssuer issuer_{"key-1", "RS256"};
};

TEST_F(ExternalSignInTest, WhoIsLinkedSignsIn) {
  EXPECT_EQ(ReasonOf(Token("E1017")), "EXTERNAL_SUBJECT_UNKNOWN");
  ASSERT_TRUE(Link("E1017", "li").ok());
  const auto signed_in = SignInWith(Token("E1017"));
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  EXPECT_EQ(signed_in->user().name(), "users/li");
  EXPECT_TRUE(Refresh(signed_in->refresh_token()).ok());
  EXPECT_EQ(CountEvents("user.signed_in"), "1");
  EXPECT_EQ(ReasonOf(Token("E1018")), "EXTERNAL_SUBJECT_UNKNOWN");
  EXPECT_EQ(ReasonOf("no.such.token"), "EXTERNAL_TOKEN_REFUSED");
  EXPECT_EQ(ErrorReason(Link("E1017", "li").status()), "EXTERNAL_SUBJECT_EXISTS");
  v1::ListExternalSubjectsRequest list;
  list.set_user("users/li");
  EXPECT_EQ(credentials.ListExternalSubjects(Admin(), list)->links(0).subject(), "E1017");
}

TEST_F(ExternalSignInTest, ATokenSignsInOnce) {
  ASSERT_TRUE(Link("E1017", "li").ok());
  const std::string token = Token("E1017");
  ASSERT_TRUE(SignInWith(token).ok());
  const absl::Status again = SignInWith(token).status();
  EXPECT_EQ(ErrorReason(again), "EXTERNAL_TOKEN_REFUSED");
  EXPECT_EQ(ErrorDetails(again).at("because"), "ALREADY_USED");
  EXPECT_EQ(CountEvents("user.signed_in"), "1");
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(SignInWith(Token("E1017")).ok());
}

// Of those who race with one token, one gets in.
TEST_F(ExternalSignInTest, ATokenSignsInOnceForManyWhoRace) {
  ASSERT_TRUE(Link("E1017", "li").ok());
  const std::string token = Token("E1017");
  std::atomic<int> admitted = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 6; ++i) callers.emplace_back([&] { admitted += SignInWith(token).ok(); });
  }
  EXPECT_EQ(admitted, 1);
}

TEST_F(ExternalSignInTest, AnUnlinkedOneDoesNotAnyMore) {
  ASSERT_TRUE(Link("E1017", "li").ok());
  v1::UnlinkExternalSubjectRequest request;
  request.set_issuer(kIssuer);
  request.set_subject("E1017");
  ASSERT_TRUE(credentials.UnlinkExternalSubject(Admin(), request).ok());
  EXPECT_EQ(ReasonOf(Token("E1017")), "EXTERNAL_SUBJECT_UNKNOWN");
  EXPECT_EQ(ErrorReason(credentials.UnlinkExternalSubject(Admin(), request).status()),
            "EXTERNAL_SUBJECT_NOT_FOUND");
  EXPECT_EQ(CountEvents("external_subject.linked"), "1");
  EXPECT_EQ(CountEvents("external_subject.unlinked"), "1");
}

TEST_F(ExternalSignInTest, UnlinkingEndsTheSessions) {
  ASSERT_TRUE(Link("E1017", "li").ok());
  const auto signed_in = SignInWith(Token("E1017"));
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  v1::UnlinkExternalSubjectRequest request;
  request.set_issuer(kIssuer);
  request.set_subject("E1017");
  ASSERT_TRUE(credentials.UnlinkExternalSubject(Admin(), request).ok());
  const absl::Status refreshed = Refresh(signed_in->refresh_token()).status();
  EXPECT_EQ(ErrorReason(refreshed), "SESSION_ENDED");
  EXPECT_EQ(ErrorDetails(refreshed).at("because"), "ENDED_BY_ADMINISTRATOR");
}

TEST_F(ExternalSignInTest, AMachineClientHasApiKeysAlone) {
  ASSERT_TRUE(Link("E1017", "li").ok());
  v1::MakeMachineClientRequest machine;
  machine.set_user("users/li");
  ASSERT_TRUE(credentials.MakeMachineClient(Admin(), machine).ok());
  EXPECT_EQ(ReasonOf(Token("E1017")), "EXTERNAL_SUBJECT_UNKNOWN");
  EXPECT_EQ(ErrorReason(Link("E1018", "li").status()), "MACHINE_CLIENT");
}

TEST_F(ExternalSignInTest, AnIssuerSpeaksForItsInstitutionAlone) {
  MakeUser("boss", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  EXPECT_EQ(ErrorReason(Link("E1", "boss").status()), "USER_OF_OTHER_INSTITUTION");
  EXPECT_EQ(ErrorReason(Link("E1", "nobody").status()), "USER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Link("E1", "li", "https://other.example").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Link("", "li").status()), "INVALID_FIELD");
}

TEST_F(ExternalSignInTest, ADisabledUserAndASecondFactorCountHereToo) {
  MakeUser("chen", v1::ROLE_APPROVER, v1::SCOPE_INSTITUTION);
  ASSERT_TRUE(Link("E2", "chen").ok());
  EXPECT_TRUE(SignInWith(Token("E2"))->enrolment_required());
  ASSERT_TRUE(Link("E1017", "li").ok());
  v1::DisableUserRequest disable;
  disable.set_name("users/li");
  ASSERT_TRUE(handlers.DisableUser(Admin(), disable).ok());
  EXPECT_EQ(ReasonOf(Token("E1017")), "EXTERNAL_SUBJECT_UNKNOWN");
}

}  // namespace
}  // namespace qingqu::identity
