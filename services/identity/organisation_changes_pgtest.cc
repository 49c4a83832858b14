#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/identity/post_handlers.h"
#include "services/identity/role_seed.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// county-hospital (lead) with a ward, and township, of alliance east; west has none.
class OrganisationChangesTest : public ::testing::Test, protected TestIdentity {
 protected:
  OrganisationChangesTest() {
    clock.Set(absl::Now());
    MakeOrganisation();
    QINGQU_CHECK(SeedRoles(pool(), clock.Now()).ok());
    MakeDepartment("ward");
  }

  void MakeDepartment(const std::string& department_id) {
    v1::CreateDepartmentRequest request;
    request.set_department_id(department_id);
    request.mutable_department()->set_display_name(department_id);
    request.mutable_department()->set_institution("institutions/county-hospital");
    QINGQU_CHECK(handlers.CreateDepartment(Admin(), request).ok());
  }
  static v1::UpdateInstitutionRequest Rename(const std::string& display_name) {
    v1::UpdateInstitutionRequest request;
    request.mutable_institution()->set_name("institutions/township");
    request.mutable_institution()->set_display_name(display_name);
    request.mutable_update_mask()->add_paths("display_name");
    request.set_reason("更名批复");
    return request;
  }
  static v1::UpdateDepartmentRequest RenameWard(const std::string& display_name) {
    v1::UpdateDepartmentRequest request;
    request.mutable_department()->set_name("departments/ward");
    request.mutable_department()->set_display_name(display_name);
    request.mutable_update_mask()->add_paths("display_name");
    request.set_reason("更名");
    return request;
  }
  absl::StatusOr<v1::Department> CloseDepartment(const std::string& department_id) {
    v1::CloseDepartmentRequest request;
    request.set_name("departments/" + department_id);
    request.set_reason("合并");
    return handlers.CloseDepartment(Admin(), request);
  }
  absl::StatusOr<v1::Institution> CloseInstitution(const std::string& institution_id) {
    v1::CloseInstitutionRequest request;
    request.set_name("institutions/" + institution_id);
    request.set_reason("撤并");
    return handlers.CloseInstitution(Admin(), request);
  }
  absl::StatusOr<v1::Institution> ChangeLead(const std::string& institution_id,
                                             const std::string& etag = "") {
    v1::ChangeLeadRequest request;
    request.set_alliance("alliances/east");
    request.set_lead("institutions/" + institution_id);
    request.set_etag(etag);
    request.set_reason("县里决定");
    return handlers.ChangeLead(Admin(), request);
  }
  v1::Post GiveWardPost(const std::string& user) {
    v1::CreatePostRequest request;
    request.mutable_post()->set_user("users/" + user);
    request.mutable_post()->add_roles(v1::ROLE_DEPARTMENT_NURSE);
    request.mutable_post()->set_scope(v1::SCOPE_INSTITUTION);
    request.mutable_post()->set_institution("institutions/county-hospital");
    request.mutable_post()->set_department("departments/ward");
    return posts_.CreatePost(Admin(), request).value_or(v1::Post());
  }
  void EndPosts(const std::string& user) {
    v1::ListPostsRequest list;
    list.set_user("users/" + user);
    const auto posts = posts_.ListPosts(Admin(), list);
    for (const v1::Post& post : posts->posts()) {
      v1::EndPostRequest end;
      end.set_name(post.name());
      (void)posts_.EndPost(Admin(), end);  // some are over
    }
  }

  PostHandlers posts_{&pool(), &clock};
};

TEST_F(OrganisationChangesTest, UnitsAreRenamed) {
  const auto renamed = handlers.UpdateInstitution(Admin(), Rename("镇中心卫生院"));
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->display_name(), "镇中心卫生院");
  EXPECT_EQ(renamed->etag(), "2");
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', reason, details->'before'->>'display_name',"
                           " details->'after'->>'display_name') FROM journal.entry"
                           " WHERE event = 'institution.renamed'"),
            "更名批复 township 镇中心卫生院");
  EXPECT_EQ(database.Value("SELECT display_name FROM identity_pub.institution"
                           " WHERE institution_id = 'township'"),
            "镇中心卫生院");
  auto stale = Rename("再改");
  stale.mutable_institution()->set_etag("1");
  EXPECT_EQ(ErrorReason(handlers.UpdateInstitution(Admin(), stale).status()), "ETAG_MISMATCH");
  v1::UpdateAllianceRequest alliance;
  alliance.mutable_alliance()->set_name("alliances/east");
  alliance.mutable_alliance()->set_display_name("东部医共体");
  alliance.mutable_alliance()->set_etag("1");
  alliance.mutable_update_mask()->add_paths("display_name");
  alliance.set_reason("更名");
  EXPECT_EQ(handlers.UpdateAlliance(Admin(), alliance)->display_name(), "东部医共体");
  v1::UpdateDepartmentRequest ward = RenameWard("内一科");
  EXPECT_EQ(handlers.UpdateDepartment(Admin(), ward)->display_name(), "内一科");
  ward.mutable_department()->set_name("departments/none");
  EXPECT_EQ(ErrorReason(handlers.UpdateDepartment(Admin(), ward).status()), "DEPARTMENT_NOT_FOUND");
}

TEST_F(OrganisationChangesTest, OnlyTheNameIsChangedSoAndWithAReason) {
  auto request = Rename("");
  request.clear_reason();
  request.mutable_update_mask()->add_paths("lead");
  request.mutable_update_mask()->add_paths("create_time");
  const std::string problems = handlers.UpdateInstitution(Admin(), request).status().ToString();
  for (const char* part :
       {"institution.display_name", "reason", "ChangeLead", "reate_time cannot"}) {
    EXPECT_THAT(problems, HasSubstr(part));
  }
  request = Rename("镇卫生院");
  request.mutable_update_mask()->add_paths("alliance");
  request.mutable_institution()->set_alliance("alliances/west");
  EXPECT_EQ(ErrorReason(handlers.UpdateInstitution(Admin(), request).status()),
            "INSTITUTION_CANNOT_MOVE");
  EXPECT_EQ(CountEvents("institution.renamed"), "0");
}

TEST_F(OrganisationChangesTest, WhereSomethingGoesOnIsNotClosed) {
  MakeNurse("li");
  EndPosts("li");
  const std::string post = GiveWardPost("li").name();
  const auto refused = CloseDepartment("ward");
  EXPECT_EQ(ErrorReason(refused.status()), "UNIT_IN_USE");
  EXPECT_EQ(ErrorDetails(refused.status())["open"], post);
  database.Execute(
      "SET session_replication_role = replica;"
      "INSERT INTO procurement.requisition (requisition_id, department_id, institution_id,"
      " alliance_id, requester_id, line_count, created_at)"
      " VALUES ('r1', 'ward', 'county-hospital', 'east', 'li', 1, now());"
      "INSERT INTO distribution.location (location_id, kind, alliance_id, institution_id,"
      " department_id, display_name, created_at)"
      " VALUES ('ward-store', 'department', 'east', 'county-hospital', 'ward', 'x', now())");
  EndPosts("li");
  EXPECT_EQ(ErrorDetails(CloseDepartment("ward").status())["open"],
            "locations/ward-store, requisitions/r1");
  database.Execute(
      "SET session_replication_role = replica;"
      "UPDATE procurement.requisition SET state = 'rejected', approver_id = 'wang',"
      " rejection_reason = 'no';"
      "UPDATE distribution.location SET closed_at = now()");
  EXPECT_EQ(ErrorDetails(CloseInstitution("county-hospital").status())["open"], "departments/ward");
  const auto closed = CloseDepartment("ward");
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_TRUE(closed->has_close_time());
  EXPECT_EQ(ErrorReason(CloseDepartment("ward").status()), "UNIT_CLOSED");
  EXPECT_EQ(ErrorReason(handlers.UpdateDepartment(Admin(), RenameWard("x")).status()),
            "UNIT_CLOSED");
  EXPECT_EQ(CountEvents("department.renamed"), "0");
  EXPECT_EQ(database.Value("SELECT closed FROM identity_pub.department"), "t");
  EXPECT_EQ(GiveWardPost("li").name(), "") << "nobody begins there";
  EXPECT_EQ(CountEvents("department.closed"), "1");
  EXPECT_THROW(database.Execute("INSERT INTO identity.post (post_id, user_id, roles, scope,"
                                " institution_id, alliance_id, department_id, starts_at,"
                                " created_at) VALUES ('p', 'li', '{department_nurse}',"
                                " 'institution', 'county-hospital', 'east', 'ward', now(), now())"),
               pqxx::check_violation);
}

TEST_F(OrganisationChangesTest, AnInstitutionIsClosedForGood) {
  EXPECT_EQ(ErrorReason(CloseInstitution("none").status()), "INSTITUTION_NOT_FOUND");
  ASSERT_TRUE(CloseDepartment("ward").ok());
  EXPECT_EQ(ErrorReason(CloseInstitution("county-hospital").status()), "LEAD_MUST_CHANGE");
  ASSERT_TRUE(CloseInstitution("township").ok());
  EXPECT_EQ(ErrorReason(handlers.UpdateInstitution(Admin(), Rename("x")).status()), "UNIT_CLOSED");
  EXPECT_EQ(CountEvents("institution.renamed"), "0");
  v1::CreateUserRequest nurse = UserRequest("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  nurse.mutable_user()->set_institution("institutions/township");
  EXPECT_EQ(ErrorReason(handlers.CreateUser(Admin(), nurse).status()), "UNIT_CLOSED");
  v1::CreateDepartmentRequest ward;
  ward.set_department_id("late-ward");
  ward.mutable_department()->set_display_name("x");
  ward.mutable_department()->set_institution("institutions/township");
  EXPECT_EQ(ErrorReason(handlers.CreateDepartment(Admin(), ward).status()), "UNIT_CLOSED");
  EXPECT_EQ(ErrorReason(ChangeLead("township").status()), "UNIT_CLOSED");
  // The last of an alliance may be its lead.
  const auto last = CloseInstitution("county-hospital");
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_FALSE(last->lead());
  v1::ListInstitutionsRequest list;
  EXPECT_EQ(handlers.ListInstitutions(Admin(), list)->institutions_size(), 2) << "it stays";
}

TEST_F(OrganisationChangesTest, NobodyBeginsWhereItClosesMeanwhile) {
  MakeNurse("li");
  EndPosts("li");
  for (int round = 0; round < 5; ++round) {
    const std::string id = "ward-" + std::to_string(round);
    MakeDepartment(id);
    bool closed = false;
    bool given = false;
    {
      std::jthread one([&] { closed = CloseDepartment(id).ok(); });
      std::jthread two([&] {
        v1::CreatePostRequest request;
        request.mutable_post()->set_user("users/li");
        request.mutable_post()->add_roles(v1::ROLE_DEPARTMENT_NURSE);
        request.mutable_post()->set_scope(v1::SCOPE_INSTITUTION);
        request.mutable_post()->set_institution("institutions/county-hospital");
        request.mutable_post()->set_department("departments/" + id);
        given = posts_.CreatePost(Admin(), request).ok();
      });
    }
    EXPECT_NE(closed, given);
  }
}

TEST_F(OrganisationChangesTest, AnAllianceHasOneLeadHospitalAtATime) {
  const auto lead = ChangeLead("township", "1");
  ASSERT_TRUE(lead.ok()) << lead.status();
  EXPECT_TRUE(lead->lead());
  EXPECT_EQ(database.Value("SELECT string_agg(institution_id, ' ') FROM identity.institution"
                           " WHERE lead"),
            "township");
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', details->>'before', details->>'after', reason)"
                           " FROM journal.entry WHERE event = 'alliance.lead_changed'"),
            "institutions/county-hospital institutions/township 县里决定");
  EXPECT_EQ(ErrorReason(ChangeLead("county-hospital", "1").status()), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorReason(ChangeLead("township").status()), "LEAD_ALREADY");
  EXPECT_EQ(ErrorReason(ChangeLead("none").status()), "INSTITUTION_NOT_FOUND");
  std::vector<std::string> reasons(2);
  {
    std::jthread one(
        [&] { reasons[0] = ErrorReason(ChangeLead("county-hospital", "2").status()); });
    std::jthread two(
        [&] { reasons[1] = ErrorReason(ChangeLead("county-hospital", "2").status()); });
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("", "ETAG_MISMATCH"));
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.institution WHERE lead"), "1");
}

TEST_F(OrganisationChangesTest, ASuppliersPeopleBelongToOneThatIsThere) {
  auto request = UserRequest("seller", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER);
  request.mutable_user()->set_supplier("suppliers/nobody");
  EXPECT_EQ(ErrorReason(handlers.CreateUser(Admin(), request).status()), "SUPPLIER_NOT_USABLE");
  database.Execute(
      "SET session_replication_role = replica;"
      "UPDATE catalog.supplier SET state = 'suspended' WHERE supplier_id = 'other'");
  request.mutable_user()->set_supplier("suppliers/other");
  EXPECT_EQ(ErrorReason(handlers.CreateUser(Admin(), request).status()), "SUPPLIER_NOT_USABLE");
  request.mutable_user()->set_supplier("suppliers/acme");
  EXPECT_TRUE(handlers.CreateUser(Admin(), request).ok());
}

}  // namespace
}  // namespace qingqu::identity
