#include <set>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/auth/role_grants.h"
#include "common/auth/role_table.h"
#include "common/rpc/timestamp.h"
#include "services/identity/delegation_handlers.h"
#include "services/identity/post_handlers.h"
#include "services/identity/role_handlers.h"
#include "services/identity/role_seed.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// Pharmacists zhao and wang, and the nurse li, of county-hospital.
class DelegationTest : public ::testing::Test, protected TestIdentity {
 protected:
  DelegationTest() {
    // Rules of the database go by its own clock.
    clock.Set(absl::Now());
    MakeOrganisation();
    QINGQU_CHECK(SeedRoles(pool(), clock.Now()).ok());
    for (const char* user : {"zhao", "wang"}) {
      MakeUser(user, v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
    }
    MakeNurse("li");
  }

  CallContext By(const std::string& user) const {
    return At(testing::CallBy(user, "hospital_pharmacist"));
  }
  std::string PostOf(const std::string& user) {
    v1::ListPostsRequest request;
    request.set_user("users/" + user);
    return posts_.ListPosts(Admin(), request)->posts(0).name();
  }
  // Of the holder's first post, for a week from now on.
  v1::CreateDelegationRequest Request(const std::string& holder, const std::string& delegate) {
    v1::CreateDelegationRequest request;
    request.mutable_delegation()->set_post(PostOf(holder));
    request.mutable_delegation()->set_delegate("users/" + delegate);
    *request.mutable_delegation()->mutable_end_time() =
        rpc::ToTimestamp(clock.Now() + absl::Hours(24 * 7));
    request.set_reason("休假");
    return request;
  }
  absl::StatusOr<v1::Delegation> Create(const std::string& holder,
                                        const v1::CreateDelegationRequest& request) {
    return delegations_.CreateDelegation(By(holder), request);
  }
  absl::StatusOr<v1::Delegation> Delegate(const std::string& holder, const std::string& delegate) {
    return Create(holder, Request(holder, delegate));
  }
  std::string Make(const std::string& holder, const std::string& delegate) {
    const auto made = Delegate(holder, delegate);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(v1::Delegation()).name();
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
  std::string ReasonToAct(const std::string& user, const std::string& delegation) {
    return ErrorReason(SignInAs(user, delegation).status());
  }
  std::string ReasonToRevoke(const std::string& user, const std::string& delegation) {
    v1::RevokeDelegationRequest request;
    request.set_name(delegation);
    return ErrorReason(delegations_.RevokeDelegation(By(user), request).status());
  }
  void EndPost(const std::string& post) {
    v1::EndPostRequest request;
    request.set_name(post);
    ASSERT_TRUE(posts_.EndPost(Admin(), request).ok());
  }
  v1::Post GivePost(const std::string& user, v1::Role role, v1::Scope scope) {
    v1::CreatePostRequest request;
    const v1::User like = UserRequest(user, role, scope).user();
    v1::Post& post = *request.mutable_post();
    post.set_user("users/" + user);
    post.add_roles(role);
    post.set_scope(scope);
    post.set_institution(like.institution());
    post.set_alliance(like.alliance());
    post.set_supplier(like.supplier());
    const auto made = posts_.CreatePost(Admin(), request);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(v1::Post());
  }
  auth::Principal PrincipalIn(const v1::SignInResponse& signed_in) {
    const auto verifier = auth::TokenVerifier::Create(keys.path(), &clock);
    return *(*verifier)->Verify(signed_in.access_token());
  }

  PostHandlers posts_{&pool(), &clock};
  DelegationHandlers delegations_{&pool(), &clock};
};

TEST_F(DelegationTest, AColleagueActsInThePostAndTheTokensSayForWhom) {
  const auto made = Delegate("zhao", "li");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->holder(), "users/zhao");
  EXPECT_THAT(made->roles(), ElementsAre(v1::ROLE_HOSPITAL_PHARMACIST));
  EXPECT_EQ(made->effective_end_time().seconds(), made->end_time().seconds());
  const auto by_default = SignIn("li", kPassword);
  EXPECT_THAT(PrincipalIn(*by_default).roles, ElementsAre("department_nurse"));
  EXPECT_EQ(PrincipalIn(*by_default).on_behalf_of, "");
  const auto acting = SignInAs("li", made->name());
  ASSERT_TRUE(acting.ok()) << acting.status();
  EXPECT_EQ(acting->post(), made->name());
  EXPECT_EQ(acting->user().name(), "users/li");
  EXPECT_EQ(acting->user().on_behalf_of(), "users/zhao");
  const auth::Principal principal = PrincipalIn(*acting);
  EXPECT_EQ(principal.user_id, "li");
  EXPECT_EQ(principal.on_behalf_of, "zhao");
  EXPECT_EQ("delegations/" + principal.delegation_id, made->name());
  EXPECT_THAT(principal.roles, ElementsAre("hospital_pharmacist"));
  // It goes on so, there and back.
  const auto refreshed = Refresh(acting->refresh_token());
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(PrincipalIn(*refreshed).on_behalf_of, "zhao");
  const auto own = Switch(refreshed->refresh_token(), PostOf("li"));
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(PrincipalIn(*own).on_behalf_of, "");
  const auto again = Switch(own->refresh_token(), made->name());
  EXPECT_EQ(PrincipalIn(*again).on_behalf_of, "zhao");
  // Nobody else does.
  EXPECT_EQ(ReasonToAct("wang", made->name()), "DELEGATION_NOT_FOUND");
  EXPECT_EQ(ReasonToAct("zhao", made->name()), "DELEGATION_NOT_FOUND");
  EXPECT_EQ(ReasonToAct("li", "delegations/none"), "DELEGATION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(SignInAs("li", PostOf("zhao")).status()), "POST_NOT_FOUND");
}

TEST_F(DelegationTest, TheJournalNamesBoth) {
  const std::string delegation = Make("zhao", "li");
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', actor_user_id, reason, details->>'holder',"
                           " details->>'delegate', institution_id)"
                           " FROM journal.entry WHERE event = 'delegation.created'"),
            "zhao 休假 users/zhao users/li county-hospital");
  const auto acting = SignInAs("li", delegation);
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', actor_user_id, details->>'on_behalf_of',"
                           " details->>'delegation', 'users/zhao' = ANY (subjects))"
                           " FROM journal.entry WHERE event = 'user.signed_in'"),
            "li users/zhao " + delegation + " t");
  // Who switches to it does so for the holder, and who switches back for themselves.
  const auto own = Switch(acting->refresh_token(), PostOf("li"));
  ASSERT_TRUE(own.ok() && Switch(own->refresh_token(), delegation).ok());
  EXPECT_EQ(database.Value("SELECT string_agg(concat_ws(' ', actor_user_id, client,"
                           " details->>'on_behalf_of', details->>'delegation'), ', '"
                           " ORDER BY sequence) FROM journal.entry"
                           " WHERE event = 'session.post_switched'"),
            "li grpc, li grpc users/zhao " + delegation);
  v1::RevokeDelegationRequest revoke;
  revoke.set_name(delegation);
  revoke.set_reason("提前返岗");
  ASSERT_TRUE(delegations_.RevokeDelegation(By("zhao"), revoke).ok());
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', reason,"
                           " details->'before'->>'end_time' > details->'after'->>'end_time')"
                           " FROM journal.entry WHERE event = 'delegation.ended'"),
            "提前返岗 t");
}

TEST_F(DelegationTest, ItEndsByTimeByRevocationAndByTheAdministrator) {
  auto minutes = Request("zhao", "li");
  *minutes.mutable_delegation()->mutable_start_time() =
      rpc::ToTimestamp(clock.Now() + absl::Minutes(1));
  *minutes.mutable_delegation()->mutable_end_time() =
      rpc::ToTimestamp(clock.Now() + absl::Minutes(5));
  const std::string brief = Create("zhao", minutes)->name();
  EXPECT_EQ(ReasonToAct("li", brief), "POST_NOT_IN_FORCE") << "not begun";
  clock.Advance(absl::Minutes(1));
  const auto acting = SignInAs("li", brief);
  ASSERT_TRUE(acting.ok()) << acting.status();
  EXPECT_LE(acting->access_token_expire_time().seconds(),
            minutes.delegation().end_time().seconds());
  clock.Advance(absl::Minutes(4));
  EXPECT_EQ(ErrorReason(Refresh(acting->refresh_token()).status()), "POST_NOT_IN_FORCE");
  EXPECT_EQ(ReasonToRevoke("zhao", brief), "DELEGATION_OVER");
  // The session can go on in the own post.
  EXPECT_TRUE(Switch(acting->refresh_token(), PostOf("li")).ok());

  const std::string revoked = Make("zhao", "li");
  const auto session = SignInAs("li", revoked);
  EXPECT_EQ(ReasonToRevoke("wang", revoked), "DELEGATION_NOT_FOUND") << "not their affair";
  EXPECT_EQ(ReasonToRevoke("zhao", revoked), "");
  EXPECT_EQ(ReasonToRevoke("zhao", revoked), "DELEGATION_OVER");
  EXPECT_EQ(ErrorReason(Refresh(session->refresh_token()).status()), "POST_NOT_IN_FORCE");
  const std::string given_back = Make("zhao", "li");
  EXPECT_EQ(ReasonToRevoke("li", given_back), "");
  EXPECT_EQ(ReasonToAct("li", given_back), "POST_NOT_IN_FORCE");

  v1::EndDelegationRequest end;
  end.set_name(Make("zhao", "li"));
  end.set_etag("7");
  EXPECT_EQ(ErrorReason(delegations_.EndDelegation(Admin(), end).status()), "ETAG_MISMATCH");
  end.set_etag("1");
  EXPECT_EQ(delegations_.EndDelegation(Admin(), end)->etag(), "2");
  EXPECT_EQ(ReasonToAct("li", end.name()), "POST_NOT_IN_FORCE");
}

TEST_F(DelegationTest, WhatTheHolderLosesTheDelegateLoses) {
  const std::string of_zhao = Make("zhao", "li");
  const std::string of_wang = Make("wang", "li");
  const auto acting = SignInAs("li", of_zhao);
  EndPost(PostOf("zhao"));
  EXPECT_EQ(ErrorReason(Refresh(acting->refresh_token()).status()), "POST_NOT_IN_FORCE");
  EXPECT_EQ(ReasonToAct("li", of_zhao), "POST_NOT_IN_FORCE");
  // Another post of the holder's is another matter.
  GivePost("zhao", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  EXPECT_EQ(ReasonToAct("li", of_zhao), "POST_NOT_IN_FORCE");
  v1::DisableUserRequest disable;
  disable.set_name("users/wang");
  ASSERT_TRUE(handlers.DisableUser(Admin(), disable).ok());
  EXPECT_EQ(ReasonToAct("li", of_wang), "POST_NOT_IN_FORCE");
  // A role is what the table says when the token is used, whoever has it.
  MakeUser("sun", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  auth::Principal principal = PrincipalIn(*SignInAs("li", Make("sun", "li")));
  EXPECT_TRUE(auth::IsGranted(principal, "distribution.receipt.create"));
  principal.role_table = std::make_shared<const auth::RoleTable>(
      std::map<std::string, std::vector<std::string>>{{"distribution.receipt.create", {}}});
  EXPECT_FALSE(auth::IsGranted(principal, "distribution.receipt.create"));
}

TEST_F(DelegationTest, APartIsAPart) {
  auto request = Request("zhao", "li");
  request.mutable_delegation()->add_permissions("distribution.stock.read");
  request.mutable_delegation()->add_permissions("distribution.transfer.send");
  request.mutable_delegation()->add_permissions("distribution.transfer.send");
  const auto part = Create("zhao", request);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->permissions_size(), 2);
  const auth::Principal principal = PrincipalIn(*SignInAs("li", part->name()));
  EXPECT_TRUE(auth::IsGranted(principal, "distribution.stock.read"));
  EXPECT_FALSE(auth::IsGranted(principal, "distribution.receipt.create"));
  request.mutable_delegation()->add_permissions("procurement.order.create");
  EXPECT_THAT(Create("zhao", request).status().ToString(), HasSubstr("procurement.order.create"));
  request = Request("zhao", "li");
  request.mutable_delegation()->add_roles(v1::ROLE_DEPARTMENT_NURSE);
  EXPECT_THAT(Create("zhao", request).status().ToString(), HasSubstr("delegation.roles"));
}

TEST_F(DelegationTest, NeitherThePostOfOthersNorAStandInsIsHandedOn) {
  EXPECT_EQ(ErrorReason(Create("wang", Request("zhao", "li")).status()), "POST_NOT_FOUND");
  const std::string delegation = Make("zhao", "li");
  const auth::Principal acting = PrincipalIn(*SignInAs("li", delegation));
  for (const char* whose : {"zhao", "li"}) {
    CallContext stand_in = By("li");
    stand_in.principal = acting;
    EXPECT_EQ(ErrorReason(delegations_.CreateDelegation(stand_in, Request(whose, "wang")).status()),
              "STAND_IN_CANNOT_DELEGATE");
  }
  MakeUser("robot", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  const std::string to_robot = Make("zhao", "robot");
  database.Execute("INSERT INTO identity.machine_client VALUES ('robot', '{}', now())");
  EXPECT_EQ(ErrorReason(Delegate("robot", "li").status()), "STAND_IN_CANNOT_DELEGATE");
  EXPECT_EQ(ErrorReason(Delegate("zhao", "robot").status()), "USER_NOT_FOUND");
  EXPECT_EQ(ReasonToAct("robot", to_robot), "POST_NOT_IN_FORCE");
}

TEST_F(DelegationTest, AdministrationAndSupervisionAreNotHandedOn) {
  for (const v1::Role role : {v1::ROLE_BUREAU_ADMINISTRATOR, v1::ROLE_DISCIPLINE_INSPECTOR,
                              v1::ROLE_INSURANCE_BUREAU, v1::ROLE_MARKET_SUPERVISION}) {
    const std::string user = "of-the-county-" + std::to_string(role);
    MakeUser(user, role, v1::SCOPE_COUNTY);
    EXPECT_EQ(ErrorReason(Delegate(user, "li").status()), "ROLE_NOT_DELEGABLE") << user;
    auto named = Request(user, "li");
    named.mutable_delegation()->add_roles(role);
    EXPECT_EQ(ErrorReason(Create(user, named).status()), "ROLE_NOT_DELEGABLE") << user;
  }
}

TEST_F(DelegationTest, OnlyToAColleague) {
  auto there = UserRequest("chen", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  there.mutable_user()->set_institution("institutions/township");
  ASSERT_TRUE(handlers.CreateUser(Admin(), there).ok());
  EXPECT_EQ(ErrorReason(Delegate("zhao", "chen").status()), "USER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Delegate("zhao", "nobody").status()), "USER_NOT_FOUND");
  EXPECT_EQ(Delegate("zhao", "chen").status().message().size(),
            Delegate("zhao", "nine").status().message().size())
      << "whether somebody exists elsewhere is not said";
  // Suppliers among themselves.
  MakeUser("seller", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER);
  auto rival = UserRequest("rival", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER);
  rival.mutable_user()->set_supplier("suppliers/other");
  ASSERT_TRUE(handlers.CreateUser(Admin(), rival).ok());
  MakeUser("seller-two", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER);
  EXPECT_EQ(ErrorReason(Delegate("seller", "rival").status()), "USER_NOT_FOUND");
  EXPECT_TRUE(Delegate("seller", "seller-two").ok());
  // Who leaves the house stands in for nobody there any more.
  const std::string delegation = Make("zhao", "li");
  EXPECT_EQ(ReasonToAct("li", delegation), "");
  v1::EndPostRequest end;
  end.set_name(PostOf("li"));
  *end.mutable_end_time() = rpc::ToTimestamp(clock.Now() + absl::Hours(2));
  ASSERT_TRUE(posts_.EndPost(Admin(), end).ok());
  v1::GetDelegationRequest get;
  get.set_name(delegation);
  EXPECT_EQ(delegations_.GetDelegation(Admin(), get)->effective_end_time().seconds(),
            end.end_time().seconds());
  clock.Advance(absl::Hours(2));
  v1::CreatePostRequest elsewhere;
  elsewhere.mutable_post()->set_user("users/li");
  elsewhere.mutable_post()->add_roles(v1::ROLE_DEPARTMENT_NURSE);
  elsewhere.mutable_post()->set_scope(v1::SCOPE_INSTITUTION);
  elsewhere.mutable_post()->set_institution("institutions/township");
  ASSERT_TRUE(posts_.CreatePost(Admin(), elsewhere).ok());
  EXPECT_EQ(ReasonToAct("li", delegation), "POST_NOT_IN_FORCE");
}

TEST_F(DelegationTest, AColleagueOfTheHouseStandsInForAWardAndSeesTheWardAlone) {
  v1::CreateDepartmentRequest department;
  department.set_department_id("surgery");
  department.mutable_department()->set_display_name("外科");
  department.mutable_department()->set_institution("institutions/county-hospital");
  ASSERT_TRUE(handlers.CreateDepartment(Admin(), department).ok());
  v1::CreateUserRequest nurse = UserRequest("sun", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_DEPARTMENT);
  nurse.mutable_user()->set_institution("institutions/county-hospital");
  nurse.mutable_user()->set_department("departments/surgery");
  ASSERT_TRUE(handlers.CreateUser(Admin(), nurse).ok());
  const std::string delegation = Make("sun", "li");
  const auto acting = SignInAs("li", delegation);
  ASSERT_TRUE(acting.ok()) << acting.status();
  const auth::Principal principal = PrincipalIn(*acting);
  EXPECT_EQ(principal.scope, auth::Scope::kDepartment);
  EXPECT_EQ(principal.department_id, "surgery");
  EXPECT_EQ(principal.on_behalf_of, "sun");
  MakeUser("far", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  EXPECT_EQ(ErrorReason(Delegate("sun", "far").status()), "USER_NOT_FOUND");
}

TEST_F(DelegationTest, PeriodsHaveLimits) {
  auto request = Request("zhao", "li");
  v1::Delegation& delegation = *request.mutable_delegation();
  const auto reason = [&](absl::Duration from, absl::Duration until) {
    *delegation.mutable_start_time() = rpc::ToTimestamp(clock.Now() + from);
    *delegation.mutable_end_time() = rpc::ToTimestamp(clock.Now() + until);
    return Create("zhao", request).status().ToString();
  };
  const absl::Duration day = absl::Hours(24);
  EXPECT_EQ(reason(day, 91 * day), "OK");
  EXPECT_THAT(reason(day, 91 * day + absl::Seconds(1)), HasSubstr("delegation.end_time"));
  EXPECT_THAT(reason(day, day), HasSubstr("delegation.end_time"));
  EXPECT_THAT(reason(-day, day), HasSubstr("delegation.start_time"));
  EXPECT_THAT(reason(366 * day, 367 * day), HasSubstr("delegation.start_time"));
  delegation.clear_start_time();
  delegation.clear_end_time();
  EXPECT_THAT(Create("zhao", request).status().ToString(), HasSubstr("delegation.end_time"));
  request = Request("zhao", "zhao");
  EXPECT_THAT(Create("zhao", request).status().ToString(), HasSubstr("delegation.delegate"));
  v1::EndPostRequest end;
  end.set_name(PostOf("zhao"));
  *end.mutable_end_time() = rpc::ToTimestamp(clock.Now() + 3 * day);
  ASSERT_TRUE(posts_.EndPost(Admin(), end).ok());
  EXPECT_EQ(ErrorReason(Delegate("zhao", "li").status()), "POST_NOT_IN_FORCE");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Delegate("wang", "li").ok()) << i;
  EXPECT_EQ(ErrorReason(Delegate("wang", "li").status()), "TOO_MANY_DELEGATIONS");
}

TEST_F(DelegationTest, NobodyProposesAndApprovesInPostAndDelegationAtOneTime) {
  MakeUser("officer", v1::ROLE_PROCUREMENT_OFFICER, v1::SCOPE_ALLIANCE);
  MakeUser("approver", v1::ROLE_APPROVER, v1::SCOPE_ALLIANCE);
  EXPECT_EQ(ErrorReason(Delegate("approver", "officer").status()), "SEPARATION_OF_DUTIES");
  // Nor by two delegations.
  MakeUser("clerk", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  auto orders = Request("officer", "clerk");
  orders.mutable_delegation()->add_permissions("procurement.order.read");
  ASSERT_TRUE(Create("officer", orders).ok()) << "a part that approves nothing";
  auto proposals = Request("officer", "clerk");
  proposals.mutable_delegation()->add_permissions("catalog.item.propose");
  ASSERT_TRUE(Create("officer", proposals).ok());
  EXPECT_EQ(ErrorReason(Delegate("approver", "clerk").status()), "SEPARATION_OF_DUTIES");
  auto recalls = Request("approver", "clerk");
  recalls.mutable_delegation()->add_permissions("distribution.recall.lift");
  EXPECT_TRUE(Create("approver", recalls).ok());
  // Nor by a post that comes later.
  v1::CreatePostRequest post;
  post.mutable_post()->set_user("users/clerk");
  post.mutable_post()->add_roles(v1::ROLE_APPROVER);
  post.mutable_post()->set_scope(v1::SCOPE_ALLIANCE);
  post.mutable_post()->set_alliance("alliances/east");
  EXPECT_EQ(ErrorReason(posts_.CreatePost(Admin(), post).status()), "SEPARATION_OF_DUTIES");
  // 防统方: the operator learns of use in no way.
  auto carrier = UserRequest("carrier", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  carrier.mutable_user()->set_institution("institutions/county-hospital");
  ASSERT_TRUE(handlers.CreateUser(Admin(), carrier).ok());
  EXPECT_EQ(ErrorReason(Delegate("li", "carrier").status()), "SEPARATION_OF_DUTIES");
  auto without = Request("li", "carrier");
  without.mutable_delegation()->add_permissions("procurement.requisition.create");
  EXPECT_TRUE(Create("li", without).ok());
}

TEST_F(DelegationTest, AnEditOfARoleHoldsForDelegations) {
  RoleHandlers roles(&pool());
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
  MakeUser("judge", v1::ROLE_APPROVER, v1::SCOPE_INSTITUTION);
  auto all = Request("judge", "li");
  ASSERT_TRUE(Create("judge", all).ok());
  edit.set_etag("2");
  edit.add_permissions("procurement.requisition.approve");
  EXPECT_EQ(ErrorReason(roles.UpdateRolePermissions(Admin(), edit).status()),
            "SEPARATION_OF_DUTIES");
}

TEST_F(DelegationTest, CallersWhoRaceDoNotJoinWhatIsSeparate) {
  MakeUser("officer", v1::ROLE_PROCUREMENT_OFFICER, v1::SCOPE_ALLIANCE);
  MakeUser("approver", v1::ROLE_APPROVER, v1::SCOPE_ALLIANCE);
  MakeUser("clerk", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  const auto proposing = [&] {
    auto request = Request("officer", "clerk");
    request.mutable_delegation()->add_permissions("catalog.item.propose");
    return request;
  }();
  const auto approving = Request("approver", "clerk");
  std::vector<std::string> reasons(2);
  {
    std::jthread one([&] { reasons[0] = ErrorReason(Create("officer", proposing).status()); });
    std::jthread two([&] { reasons[1] = ErrorReason(Create("approver", approving).status()); });
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("", "SEPARATION_OF_DUTIES"));
  // And past the handlers.
  const auto kept = delegations_.ListOwnDelegations(By("clerk"), {});
  ASSERT_EQ(kept->delegations_size(), 1);
  EXPECT_EQ(ReasonToRevoke("clerk", kept->delegations(0).name()), "");
  const auto insert = [&](const std::string& holder, const std::string& role, std::string& answer) {
    pqxx::connection connection(database.conninfo_as("identity"));
    pqxx::work tx(connection);
    try {
      tx.exec(
          "SELECT journal.append('delegation.tested', 'test', '', 'delegations/-', '{}', '', '', "
          "'', '', '{}', '{}')");
      tx.exec(
          "INSERT INTO identity.delegation (delegation_id, post_id, holder_id, delegate_id, roles, "
          "permissions, starts_at, ends_at, created_at) SELECT '" +
          holder + "', post_id, user_id, 'clerk', '{" + role + "}', '{" +
          (role == "approver" ? "" : "catalog.item.propose") +
          "}', now(), now() + interval '1 day', now() FROM identity.post WHERE user_id = '" +
          holder + "'");
      tx.commit();
      answer = "kept";
    } catch (const pqxx::check_violation&) {
      answer = "refused";
    }
  };
  std::vector<std::string> answers(2);
  {
    std::jthread one([&] { insert("officer", "procurement_officer", answers[0]); });
    std::jthread two([&] { insert("approver", "approver", answers[1]); });
  }
  EXPECT_THAT(answers, UnorderedElementsAre("kept", "refused"));
  // Nor is a delegation wider than its post.
  std::string wider;
  insert("zhao", "approver", wider);
  EXPECT_EQ(wider, "refused");
}

TEST_F(DelegationTest, AStandInForAnApproverShowsASecondFactor) {
  MakeUser("judge", v1::ROLE_APPROVER, v1::SCOPE_INSTITUTION);
  MakeUser("judge-two", v1::ROLE_APPROVER, v1::SCOPE_INSTITUTION);
  const std::string delegation = Make("judge", "judge-two");
  const auto answer = SignInAs("judge-two", delegation);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->enrolment_required());
  EXPECT_EQ(PrincipalIn(*answer).on_behalf_of, "") << "one enrols for oneself";
}

TEST_F(DelegationTest, EachSeesTheirOwnAndTheAdministratorAll) {
  const std::string one = Make("zhao", "li");
  const std::string two = Make("wang", "zhao");
  const auto own = [&](const std::string& user) {
    std::set<std::string> names;
    const auto listed = delegations_.ListOwnDelegations(By(user), {});
    for (const v1::Delegation& found : listed->delegations()) {
      names.insert(found.name());
    }
    return names;
  };
  EXPECT_THAT(own("li"), UnorderedElementsAre(one));
  EXPECT_THAT(own("zhao"), UnorderedElementsAre(one, two));
  EXPECT_THAT(own("wang"), UnorderedElementsAre(two));
  EXPECT_EQ(ReasonToRevoke("zhao", one), "");
  EXPECT_THAT(own("li"), ElementsAre());
  v1::ListDelegationsRequest list;
  list.set_page_size(1);
  const auto first = delegations_.ListDelegations(Admin(), list);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->delegations(0).name(), one);
  list.set_page_token(first->next_page_token());
  EXPECT_EQ(delegations_.ListDelegations(Admin(), list)->delegations(0).name(), two);
  list.clear_page_token();
  list.set_user("users/li");
  EXPECT_EQ(delegations_.ListDelegations(Admin(), list)->delegations_size(), 1);
  v1::GetDelegationRequest get;
  get.set_name("delegations/none");
  EXPECT_EQ(ErrorReason(delegations_.GetDelegation(Admin(), get).status()), "DELEGATION_NOT_FOUND");
}

TEST_F(DelegationTest, ARepeatedCreationMakesOne) {
  auto request = Request("zhao", "li");
  CallContext call = By("zhao");
  request.set_request_id(call.request_id);
  const auto first = delegations_.CreateDelegation(call, request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(delegations_.CreateDelegation(call, request)->name(), first->name());
  EXPECT_EQ(CountEvents("delegation.created"), "1");
}

}  // namespace
}  // namespace qingqu::identity
