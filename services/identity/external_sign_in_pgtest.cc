#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "common/rpc/timestamp.h"
#include "services/identity/delegation_handlers.h"
#include "services/identity/post_handlers.h"
#include "services/identity/role_seed.h"
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

  // A call of who signed in so.
  CallContext In(const v1::SignInResponse& signed_in) const {
    CallContext call = At(Nobody());
    call.principal =
        *(*auth::TokenVerifier::Create(keys.path(), &clock))->Verify(signed_in.access_token());
    return call;
  }
  std::string ReasonToDelegate(CallContext call, const std::string& post,
                               const std::string& delegate) {
    v1::CreateDelegationRequest request;
    request.mutable_delegation()->set_post(post);
    request.mutable_delegation()->set_delegate("users/" + delegate);
    *request.mutable_delegation()->mutable_end_time() =
        rpc::ToTimestamp(clock.Now() + absl::Hours(24));
    request.set_reason("休假");
    call.request_id = testing::NewRequestId();
    return ErrorReason(delegations_.CreateDelegation(call, request).status());
  }

  PostHandlers posts_{&pool(), &clock};
  DelegationHandlers delegations_{&pool(), &clock};
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

// Whoever runs the hospital's sign-in must not give away what its people hold elsewhere.
TEST_F(ExternalSignInTest, ItsSessionsHaveToDoWithItsPostsAlone) {
  clock.Set(absl::Now());  // rules of the database go by its own clock
  QINGQU_CHECK(SeedRoles(pool(), clock.Now()).ok());
  MakeNurse("wang");
  v1::CreateUserRequest sun = UserRequest("sun", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  sun.mutable_user()->set_institution("institutions/township");
  QINGQU_CHECK(handlers.CreateUser(Admin(), sun).ok());
  v1::CreatePostRequest elsewhere;
  elsewhere.mutable_post()->set_user("users/li");
  elsewhere.mutable_post()->add_roles(v1::ROLE_HOSPITAL_PHARMACIST);
  elsewhere.mutable_post()->set_scope(v1::SCOPE_INSTITUTION);
  elsewhere.mutable_post()->set_institution("institutions/township");
  const auto post = posts_.CreatePost(Admin(), elsewhere);
  ASSERT_TRUE(post.ok()) << post.status();
  const CallContext anywhere = In(*SignIn("li", kPassword));
  ASSERT_TRUE(Link("E1017", "li").ok());
  const auto signed_in = SignInWith(Token("E1017"));
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  const auto refreshed = Refresh(signed_in->refresh_token());
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  for (const CallContext& within : {In(*signed_in), In(*refreshed)}) {
    EXPECT_TRUE(within.principal.confined);
    EXPECT_EQ(ReasonToDelegate(within, post->name(), "sun"), "POST_NOT_FOUND");
    ASSERT_EQ(posts_.ListOwnPosts(within, {})->posts_size(), 1);
    EXPECT_EQ(posts_.ListOwnPosts(within, {})->posts(0).institution(),
              "institutions/county-hospital");
    EXPECT_EQ(ReasonToDelegate(within, signed_in->post(), "wang"), "");
  }
  EXPECT_FALSE(anywhere.principal.confined);
  EXPECT_EQ(posts_.ListOwnPosts(anywhere, {})->posts_size(), 2);
  EXPECT_EQ(ReasonToDelegate(anywhere, post->name(), "sun"), "") << "another than the one acted in";
  // What was delegated elsewhere is not there, either.
  CallContext within = In(*refreshed);
  const auto all = delegations_.ListOwnDelegations(anywhere, {});
  EXPECT_EQ(all->delegations_size(), 3);
  EXPECT_EQ(delegations_.ListOwnDelegations(within, {})->delegations_size(), 2);
  for (const v1::Delegation& delegation : all->delegations()) {
    v1::RevokeDelegationRequest revoke;
    revoke.set_name(delegation.name());
    within.request_id = testing::NewRequestId();
    EXPECT_EQ(ErrorReason(delegations_.RevokeDelegation(within, revoke).status()),
              delegation.post() == post->name() ? "DELEGATION_NOT_FOUND" : "");
  }
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
