#include <set>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/rpc/timestamp.h"
#include "services/identity/post_handlers.h"
#include "services/identity/role_handlers.h"
#include "services/identity/role_seed.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class PostHandlersTest : public ::testing::Test, protected TestIdentity {
 protected:
  PostHandlersTest() {
    // Rules of the database go by its own clock.
    clock.Set(absl::Now());
    MakeOrganisation();
    QINGQU_CHECK(SeedRoles(pool(), clock.Now()).ok());
    v1::CreateDepartmentRequest ward;
    ward.set_department_id("ward");
    ward.mutable_department()->set_display_name("ward");
    ward.mutable_department()->set_institution("institutions/county-hospital");
    QINGQU_CHECK(handlers.CreateDepartment(Admin(), ward).ok());
  }

  static v1::CreatePostRequest PostRequest(const std::string& user, v1::Role role,
                                           v1::Scope scope) {
    v1::CreatePostRequest request;
    const v1::User like = UserRequest(user, role, scope).user();
    v1::Post& post = *request.mutable_post();
    post.set_user("users/" + user);
    post.add_roles(role);
    post.set_scope(scope);
    post.set_institution(like.institution());
    post.set_alliance(like.alliance());
    post.set_supplier(like.supplier());
    return request;
  }
  absl::StatusOr<v1::Post> Create(const v1::CreatePostRequest& request) {
    return posts_.CreatePost(Admin(), request);
  }
  v1::Post MakePost(const std::string& user, v1::Role role, v1::Scope scope) {
    const auto made = Create(PostRequest(user, role, scope));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(v1::Post());
  }
  absl::StatusOr<v1::Post> End(const std::string& name, absl::Time at = absl::UnixEpoch()) {
    v1::EndPostRequest request;
    request.set_name(name);
    request.set_reason("调离");
    if (at != absl::UnixEpoch()) *request.mutable_end_time() = rpc::ToTimestamp(at);
    return posts_.EndPost(Admin(), request);
  }
  std::vector<v1::Post> Of(const std::string& user, const std::string& unit = "") {
    v1::ListPostsRequest request;
    if (!user.empty()) request.set_user("users/" + user);
    request.set_unit(unit);
    const auto listed = posts_.ListPosts(Admin(), request);
    QINGQU_CHECK(listed.ok());
    return {listed->posts().begin(), listed->posts().end()};
  }
  absl::StatusOr<v1::SignInResponse> SignInAs(const std::string& user, const std::string& post) {
    v1::SignInRequest request;
    request.set_user(user);
    request.set_password(kPassword);
    request.set_post(post);
    return handlers.SignIn(Nobody(), request);
  }
  absl::StatusOr<v1::SignInResponse> Switch(const std::string& token, const std::string& post) {
    v1::SwitchPostRequest request;
    request.set_refresh_token(token);
    request.set_post(post);
    return handlers.SwitchPost(Nobody(), request);
  }
  auth::Principal PrincipalIn(const v1::SignInResponse& signed_in) {
    const auto verifier = auth::TokenVerifier::Create(keys.path(), &clock);
    return *(*verifier)->Verify(signed_in.access_token());
  }

  PostHandlers posts_{&pool(), &clock};
};

TEST_F(PostHandlersTest, AUserBeginsWithOnePostAndGetsMore) {
  MakeNurse("li");
  const std::vector<v1::Post> first = Of("li");
  ASSERT_EQ(first.size(), 1u);
  EXPECT_THAT(first[0].roles(), ElementsAre(v1::ROLE_DEPARTMENT_NURSE));
  EXPECT_FALSE(first[0].has_end_time());
  auto request = PostRequest("li", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  request.mutable_post()->set_department("departments/ward");
  request.set_reason("兼职");
  const auto second = Create(request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->alliance(), "alliances/east");
  EXPECT_EQ(Of("li").size(), 2u);
  EXPECT_EQ(Of("", "departments/ward").size(), 1u);
  EXPECT_EQ(Of("", "institutions/county-hospital").size(), 2u);
  EXPECT_EQ(Of("", "alliances/east").size(), 0u);
  EXPECT_EQ(Of("li", "institutions/township").size(), 0u);
  v1::GetPostRequest get;
  get.set_name(second->name());
  EXPECT_EQ(posts_.GetPost(Admin(), get)->SerializeAsString(), second->SerializeAsString());
  get.set_name("posts/none");
  EXPECT_EQ(ErrorReason(posts_.GetPost(Admin(), get).status()), "POST_NOT_FOUND");
  EXPECT_EQ(database.Value("SELECT reason FROM journal.entry WHERE event = 'post.created'"),
            "兼职");
  const auto own = posts_.ListOwnPosts(At(testing::CallBy("li", "department_nurse")), {});
  EXPECT_EQ(own->posts_size(), 2);
}

TEST_F(PostHandlersTest, RefusesPostsThatMakeNoSense) {
  MakeNurse("li");
  auto request = PostRequest("li", v1::ROLE_OPERATOR, v1::SCOPE_INSTITUTION);
  request.mutable_post()->set_supplier("suppliers/acme");
  *request.mutable_post()->mutable_start_time() = rpc::ToTimestamp(clock.Now() - absl::Hours(1));
  *request.mutable_post()->mutable_end_time() = rpc::ToTimestamp(clock.Now() - absl::Hours(2));
  const std::string problems = Create(request).status().ToString();
  for (const char* field : {"post.roles", "post.supplier", "post.start_time", "post.end_time"}) {
    EXPECT_THAT(problems, HasSubstr(field));
  }
  request = PostRequest("nobody", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  EXPECT_EQ(ErrorReason(Create(request).status()), "USER_NOT_FOUND");
  request = PostRequest("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  request.mutable_post()->set_institution("institutions/township");
  request.mutable_post()->set_department("departments/ward");
  EXPECT_EQ(ErrorReason(Create(request).status()), "DEPARTMENT_NOT_FOUND");
}

TEST_F(PostHandlersTest, ASessionActsInOnePost) {
  MakeNurse("li");
  const std::string nurse = Of("li")[0].name();
  auto request = PostRequest("li", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  request.mutable_post()->set_institution("institutions/township");
  const std::string pharmacist = Create(request)->name();
  const auto by_default = SignIn("li", kPassword);
  ASSERT_TRUE(by_default.ok()) << by_default.status();
  EXPECT_EQ(by_default->post(), nurse);
  EXPECT_THAT(PrincipalIn(*by_default).roles, ElementsAre("department_nurse"));
  const auto chosen = SignInAs("li", pharmacist);
  ASSERT_TRUE(chosen.ok()) << chosen.status();
  EXPECT_EQ(PrincipalIn(*chosen).institution_id, "township");
  EXPECT_EQ(chosen->user().institution(), "institutions/township");
  EXPECT_EQ(Refresh(chosen->refresh_token())->post(), pharmacist);
  CallContext in_township = Nobody();
  in_township.principal = PrincipalIn(*chosen);
  EXPECT_EQ(handlers.GetSelf(in_township, {})->institution(), "institutions/township");
  const auto switched = Switch(by_default->refresh_token(), pharmacist);
  ASSERT_TRUE(switched.ok()) << switched.status();
  EXPECT_THAT(PrincipalIn(*switched).roles, ElementsAre("hospital_pharmacist"));
  EXPECT_EQ(Refresh(switched->refresh_token())->post(), pharmacist);
  EXPECT_EQ(CountEvents("session.post_switched"), "1");
  MakeNurse("wang");
  EXPECT_EQ(ErrorReason(SignInAs("li", Of("wang")[0].name()).status()), "POST_NOT_FOUND");
}

TEST_F(PostHandlersTest, NothingOutlivesThePost) {
  MakeNurse("li");
  const std::string nurse = Of("li")[0].name();
  const absl::Time end = clock.Now() + absl::Minutes(4);
  ASSERT_TRUE(End(nurse, end).ok());
  const auto signed_in = SignIn("li", kPassword);
  ASSERT_TRUE(signed_in.ok()) << signed_in.status();
  EXPECT_LE(signed_in->access_token_expire_time().seconds(), absl::ToUnixSeconds(end));
  const auto verifier = *auth::TokenVerifier::Create(keys.path(), &clock);
  clock.Set(end);
  EXPECT_EQ(ErrorReason(verifier->Verify(signed_in->access_token()).status()), "TOKEN_EXPIRED");
  EXPECT_EQ(ErrorReason(Refresh(signed_in->refresh_token()).status()), "POST_NOT_IN_FORCE");
  EXPECT_EQ(ErrorReason(SignIn("li", kPassword).status()), "POST_NOT_IN_FORCE");
  EXPECT_EQ(ErrorReason(End(nurse).status()), "POST_OVER");
  // The session goes on in another post, with the same refresh token.
  const v1::Post next = MakePost("li", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  EXPECT_EQ(Switch(signed_in->refresh_token(), next.name())->post(), next.name());
}

TEST_F(PostHandlersTest, APostThatHasNotBegunIsNotInForce) {
  MakeNurse("li");
  auto request = PostRequest("li", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  *request.mutable_post()->mutable_start_time() = rpc::ToTimestamp(clock.Now() + absl::Hours(1));
  const auto later = Create(request);
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_EQ(ErrorReason(SignInAs("li", later->name()).status()), "POST_NOT_IN_FORCE");
  clock.Advance(absl::Hours(1));
  EXPECT_TRUE(SignInAs("li", later->name()).ok());
}

TEST_F(PostHandlersTest, WhoLeavesHoldsNothing) {
  MakeNurse("li");
  MakePost("li", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  v1::DisableUserRequest disable;
  disable.set_name("users/li");
  ASSERT_TRUE(handlers.DisableUser(Admin(), disable).ok());
  for (const v1::Post& post : Of("li")) EXPECT_TRUE(post.has_end_time());
  EXPECT_EQ(ErrorReason(SignIn("li", kPassword).status()), "SIGN_IN_FAILED");
  EXPECT_EQ(
      ErrorReason(
          Create(PostRequest("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION)).status()),
      "USER_DISABLED");
}

TEST_F(PostHandlersTest, NobodyProposesAndApprovesInTwoPostsAtOneTime) {
  MakeUser("chen", v1::ROLE_PROCUREMENT_OFFICER, v1::SCOPE_ALLIANCE);
  const auto approver = PostRequest("chen", v1::ROLE_APPROVER, v1::SCOPE_ALLIANCE);
  EXPECT_EQ(ErrorReason(Create(approver).status()), "SEPARATION_OF_DUTIES");
  // Nor later, while the first goes on.
  auto later = approver;
  *later.mutable_post()->mutable_start_time() = rpc::ToTimestamp(clock.Now() + absl::Hours(24));
  EXPECT_EQ(ErrorReason(Create(later).status()), "SEPARATION_OF_DUTIES");
  ASSERT_TRUE(End(Of("chen")[0].name(), clock.Now() + absl::Hours(24)).ok());
  EXPECT_TRUE(Create(later).ok()) << "one after the other";
  auto both = UserRequest("both", v1::ROLE_PROCUREMENT_OFFICER, v1::SCOPE_ALLIANCE);
  both.mutable_user()->add_roles(v1::ROLE_APPROVER);
  EXPECT_EQ(ErrorReason(handlers.CreateUser(Admin(), both).status()), "SEPARATION_OF_DUTIES");
  EXPECT_EQ(CountEvents("post.created"), "1");
}

TEST_F(PostHandlersTest, NobodyTradesAndTreatsNorSuppliesAndReceives) {
  MakeUser("seller", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER);
  MakeUser("watcher", v1::ROLE_DISCIPLINE_INSPECTOR, v1::SCOPE_COUNTY);
  MakeUser("carrier", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  const auto reason = [&](const std::string& user, v1::Role role, v1::Scope scope) {
    return ErrorReason(Create(PostRequest(user, role, scope)).status());
  };
  EXPECT_EQ(reason("seller", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE), "SEPARATION_OF_DUTIES");
  EXPECT_EQ(reason("seller", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION),
            "SEPARATION_OF_DUTIES");
  EXPECT_EQ(reason("watcher", v1::ROLE_INSURANCE_BUREAU, v1::SCOPE_COUNTY), "SEPARATION_OF_DUTIES");
  EXPECT_EQ(reason("carrier", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION),
            "SEPARATION_OF_DUTIES");
  EXPECT_EQ(reason("seller", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER), "") << "for another one";
  ASSERT_TRUE(End(Of("carrier")[0].name()).ok());
  EXPECT_EQ(reason("carrier", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION), "");
}

TEST_F(PostHandlersTest, AnEditOfARoleHoldsForEveryPersonsPosts) {
  // Both roles may do without what the other holds, until one is given it.
  RoleHandlers roles(&pool());
  MakeUser("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  v1::GetRoleRequest get;
  get.set_name("roles/approver");
  const v1::RoleGrants approver = *roles.GetRole(Admin(), get);
  v1::UpdateRolePermissionsRequest edit;
  edit.set_name(approver.name());
  edit.set_etag(approver.etag());
  edit.set_reason("test");
  for (const std::string& permission : approver.permissions()) {
    if (permission == "procurement.requisition.approve") continue;
    if (!permission.starts_with("catalog.application.")) edit.add_permissions(permission);
  }
  ASSERT_TRUE(roles.UpdateRolePermissions(Admin(), edit).ok());
  MakePost("li", v1::ROLE_APPROVER, v1::SCOPE_INSTITUTION);
  edit.set_etag("2");
  edit.add_permissions("procurement.requisition.approve");
  EXPECT_EQ(ErrorReason(roles.UpdateRolePermissions(Admin(), edit).status()),
            "SEPARATION_OF_DUTIES");
}

TEST_F(PostHandlersTest, TwoAdministratorsWhoRaceDoNotJoinWhatIsSeparate) {
  MakeUser("chen", v1::ROLE_PROCUREMENT_OFFICER, v1::SCOPE_ALLIANCE);
  ASSERT_TRUE(End(Of("chen")[0].name()).ok());
  std::vector<std::string> answers(2);
  const auto create = [&](v1::Role role, std::string& answer) {
    answer = ErrorReason(Create(PostRequest("chen", role, v1::SCOPE_ALLIANCE)).status());
  };
  {
    std::jthread first([&] { create(v1::ROLE_PROCUREMENT_OFFICER, answers[0]); });
    std::jthread second([&] { create(v1::ROLE_APPROVER, answers[1]); });
  }
  EXPECT_THAT(answers, UnorderedElementsAre("", "SEPARATION_OF_DUTIES"));
  // And past the handlers.
  const auto insert = [&](const std::string& role, std::string& answer) {
    pqxx::connection connection(database.conninfo_as("identity"));
    pqxx::work tx(connection);
    try {
      tx.exec(
          "SELECT journal.append('post.tested', 'test', '', 'posts/-', '{}', '', '', '', '', '{}', "
          "'{}')");
      tx.exec(
          "INSERT INTO identity.post (post_id, user_id, roles, scope, alliance_id, starts_at, "
          "created_at) VALUES ('" +
          role + "', 'zhou', '{" + role + "}', 'alliance', 'east', now(), now())");
      tx.commit();
      answer = "kept";
    } catch (const pqxx::check_violation&) {
      answer = "refused";
    }
  };
  MakeUser("zhou", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  ASSERT_TRUE(End(Of("zhou")[0].name()).ok());
  {
    std::jthread first([&] { insert("procurement_officer", answers[0]); });
    std::jthread second([&] { insert("approver", answers[1]); });
  }
  EXPECT_THAT(answers, UnorderedElementsAre("kept", "refused"));
}

TEST_F(PostHandlersTest, ThereIsAlwaysAnAdministratorForGood) {
  MakeUser("root", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  const std::string first = Of("root")[0].name();
  EXPECT_EQ(ErrorReason(End(first).status()), "LAST_ADMINISTRATOR");
  EXPECT_EQ(ErrorReason(End(first, clock.Now() + absl::Hours(24 * 365)).status()),
            "LAST_ADMINISTRATOR");
  // A second one for a week does not help, one for good does.
  MakeUser("deputy", v1::ROLE_INSURANCE_BUREAU, v1::SCOPE_COUNTY);
  auto week = PostRequest("deputy", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  *week.mutable_post()->mutable_end_time() = rpc::ToTimestamp(clock.Now() + absl::Hours(24 * 7));
  ASSERT_TRUE(Create(week).ok());
  EXPECT_EQ(ErrorReason(End(first).status()), "LAST_ADMINISTRATOR");
  const v1::Post for_good = MakePost("deputy", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  std::vector<std::string> reasons(2);
  {
    std::jthread one([&] { reasons[0] = ErrorReason(End(first).status()); });
    std::jthread two([&] { reasons[1] = ErrorReason(End(for_good.name()).status()); });
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("", "LAST_ADMINISTRATOR"));
}

TEST_F(PostHandlersTest, ARepeatedCreationMakesOnePostAndAStaleEndNone) {
  MakeNurse("li");
  auto request = PostRequest("li", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  CallContext call = Admin();
  request.set_request_id(call.request_id);
  const auto first = posts_.CreatePost(call, request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(posts_.CreatePost(call, request)->name(), first->name());
  EXPECT_EQ(CountEvents("post.created"), "1");
  v1::EndPostRequest end;
  end.set_name(first->name());
  end.set_etag("7");
  EXPECT_EQ(ErrorReason(posts_.EndPost(Admin(), end).status()), "ETAG_MISMATCH");
}

}  // namespace
}  // namespace qingqu::identity
