#include <set>

#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

class OrganisationHandlersTest : public ::testing::Test, protected TestIdentity {
 protected:
  absl::StatusOr<v1::Institution> CreateInstitution(
      const std::string& id, bool lead, const std::string& alliance = "alliances/east") {
    v1::CreateInstitutionRequest request;
    request.set_institution_id(id);
    request.mutable_institution()->set_display_name("医院");
    request.mutable_institution()->set_alliance(alliance);
    request.mutable_institution()->set_lead(lead);
    return handlers.CreateInstitution(Admin(), request);
  }
  absl::StatusOr<v1::Department> CreateDepartment(const std::string& id,
                                                  const std::string& institution) {
    v1::CreateDepartmentRequest request;
    request.set_department_id(id);
    request.mutable_department()->set_display_name("内科");
    request.mutable_department()->set_institution(institution);
    return handlers.CreateDepartment(Admin(), request);
  }
};

TEST_F(OrganisationHandlersTest, EveryQueryCanBePrepared) {
  EXPECT_EQ(
      database.PrepareAll("identity", {queries::kAllQueries.begin(), queries::kAllQueries.end()}),
      "");
}

TEST_F(OrganisationHandlersTest, CreatesAnOrganisationThatOthersFindInTheViews) {
  MakeOrganisation();
  const auto ward = CreateDepartment("ward-1", "institutions/county-hospital");
  ASSERT_TRUE(ward.ok()) << ward.status();
  EXPECT_EQ(ward->name(), "departments/ward-1");
  EXPECT_EQ(database.Value("SELECT alliance_id || lead FROM identity_pub.institution"
                           " WHERE institution_id = 'county-hospital'"),
            "easttrue");
  EXPECT_EQ(
      database.Value("SELECT institution_id || ' ' || alliance_id FROM identity_pub.department"),
      "county-hospital east");
  pqxx::connection other(database.conninfo_as("catalog"));
  pqxx::nontransaction tx(other);
  EXPECT_EQ(tx.exec("SELECT count(*) FROM identity_pub.alliance")[0][0].as<int>(), 2);
  EXPECT_EQ(CountEvents("department.created"), "1");
  EXPECT_EQ(database.Value("SELECT actor_user_id || ' ' || array_to_string(subjects, ',') FROM "
                           "journal.entry WHERE event = 'department.created'"),
            "admin departments/ward-1,institutions/county-hospital");
}

TEST_F(OrganisationHandlersTest, NamesWhatStandsInTheWay) {
  MakeOrganisation();
  v1::CreateAllianceRequest alliance;
  alliance.set_alliance_id("east");
  alliance.mutable_alliance()->set_display_name("东");
  EXPECT_EQ(ErrorReason(handlers.CreateAlliance(Admin(), alliance).status()), "ALLIANCE_EXISTS");
  EXPECT_EQ(ErrorReason(CreateInstitution("township", false).status()), "INSTITUTION_EXISTS");
  EXPECT_EQ(ErrorReason(CreateInstitution("second", true).status()), "LEAD_EXISTS");
  EXPECT_TRUE(CreateInstitution("west-hospital", true, "alliances/west").ok());
  EXPECT_EQ(ErrorReason(CreateInstitution("x", false, "alliances/north").status()),
            "ALLIANCE_NOT_FOUND");
  EXPECT_EQ(ErrorReason(CreateInstitution("Not An Id", false, "east").status()), "INVALID_FIELD");
  EXPECT_TRUE(CreateDepartment("ward-1", "institutions/township").ok());
  EXPECT_EQ(ErrorReason(CreateDepartment("ward-1", "institutions/township").status()),
            "DEPARTMENT_EXISTS");
  EXPECT_EQ(ErrorReason(CreateDepartment("ward-2", "institutions/none").status()),
            "INSTITUTION_NOT_FOUND");
}

TEST_F(OrganisationHandlersTest, ARepeatedRequestHasOneEffect) {
  v1::CreateAllianceRequest request;
  request.set_alliance_id("east");
  request.mutable_alliance()->set_display_name("东部医共体");
  const CallContext call = Admin();
  const auto first = handlers.CreateAlliance(call, request);
  const auto second = handlers.CreateAlliance(call, request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(CountEvents("alliance.created"), "1");
  request.mutable_alliance()->set_display_name("another");
  EXPECT_EQ(ErrorReason(handlers.CreateAlliance(call, request).status()), "REQUEST_ID_REUSED");
}

TEST_F(OrganisationHandlersTest, ListsPageByPage) {
  MakeOrganisation();
  std::set<std::string> seen;
  v1::ListInstitutionsRequest request;
  request.set_page_size(1);
  do {
    const auto page = handlers.ListInstitutions(Admin(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_LE(page->institutions_size(), 1);
    for (const auto& institution : page->institutions()) {
      EXPECT_TRUE(seen.insert(institution.name()).second);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 2u);
  v1::ListInstitutionsRequest west;
  west.set_alliance("alliances/west");
  EXPECT_EQ(handlers.ListInstitutions(Admin(), west)->institutions_size(), 0);
  v1::ListDepartmentsRequest departments;
  departments.set_institution("east");
  EXPECT_EQ(ErrorReason(handlers.ListDepartments(Admin(), departments).status()), "INVALID_FIELD");
  EXPECT_EQ(handlers.ListAlliances(Admin(), {})->alliances_size(), 2);
}

TEST_F(OrganisationHandlersTest, TheDatabaseRefusesWhatTheCodeWould) {
  MakeOrganisation();
  const auto refuses = [&](const std::string& sql) {
    pqxx::connection connection(database.conninfo_as("identity"));
    pqxx::work tx(connection);
    try {
      tx.exec(sql);
      tx.commit();
    } catch (const pqxx::sql_error&) {
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refuses("INSERT INTO alliance VALUES ('Upper Case', 'x', now())"));
  EXPECT_TRUE(refuses("INSERT INTO institution VALUES ('second', 'east', 'x', true, now())"));
  EXPECT_TRUE(refuses("INSERT INTO department VALUES ('w', 'township', 'west', 'x', now())"));
  EXPECT_TRUE(refuses("INSERT INTO alliance VALUES ('north', 'without an entry', now())"));
  EXPECT_TRUE(refuses("UPDATE alliance SET display_name = 'x'"));
  EXPECT_TRUE(refuses("DELETE FROM account"));
}

}  // namespace
}  // namespace qingqu::identity
