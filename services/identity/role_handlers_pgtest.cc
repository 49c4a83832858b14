#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/auth/grant_rules.h"
#include "common/auth/role_grants.h"
#include "services/identity/role_handlers.h"
#include "services/identity/role_seed.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class RoleHandlersTest : public ::testing::Test, protected TestIdentity {
 protected:
  RoleHandlersTest() { QINGQU_CHECK(SeedRoles(pool(), clock.Now()).ok()); }

  absl::StatusOr<v1::RoleGrants> Get(const std::string& name) {
    v1::GetRoleRequest request;
    request.set_name(name);
    return roles_.GetRole(Admin(), request);
  }
  // The role as it is, with `added` and without `removed`.
  v1::UpdateRolePermissionsRequest Edit(const std::string& name,
                                        const std::vector<std::string>& added,
                                        const std::vector<std::string>& removed = {}) {
    const v1::RoleGrants role = *Get(name);
    v1::UpdateRolePermissionsRequest request;
    request.set_name(name);
    request.set_etag(role.etag());
    request.set_reason("试点");
    for (const std::string& permission : role.permissions()) {
      if (std::ranges::find(removed, permission) == removed.end())
        request.add_permissions(permission);
    }
    for (const std::string& permission : added) request.add_permissions(permission);
    return request;
  }
  std::string ReasonOf(const v1::UpdateRolePermissionsRequest& request) {
    return ErrorReason(roles_.UpdateRolePermissions(Admin(), request).status());
  }
  // What the database says to it, as the service's own role.
  bool DatabaseTakes(const std::string& sql) {
    pqxx::connection connection(database.conninfo_as("identity"));
    pqxx::work tx(connection);
    try {
      tx.exec(
          "SELECT journal.append('role.tested', 'test', '', 'roles/-', '{}', '', '', '', '', "
          "'{}', '{}')");
      tx.exec(sql);
      tx.exec("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (const pqxx::check_violation&) {
      return false;
    }
    return true;
  }

  RoleHandlers roles_{&pool()};
};

TEST_F(RoleHandlersTest, TheTableBeginsAsTheSeed) {
  const auto all = roles_.ListRoles(Admin(), {});
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->roles_size(), static_cast<int>(auth::AllRoles().size()));
  for (int index = 0; index < all->roles_size(); ++index) {
    const v1::RoleGrants& role = all->roles(index);
    const std::string_view role_id = auth::AllRoles()[static_cast<size_t>(index)];
    EXPECT_EQ(role.role(), index + 1);
    const std::set<std::string> held(role.permissions().begin(), role.permissions().end());
    for (const std::string_view permission : auth::AllGrantedPermissions()) {
      EXPECT_EQ(held.contains(std::string(permission)), auth::RoleHolds(role_id, permission))
          << role_id << " " << permission;
    }
  }
  EXPECT_EQ(CountEvents("roles.seeded"), "1");
  EXPECT_EQ(Get("roles/department-nurse")->role(), v1::ROLE_DEPARTMENT_NURSE);
  EXPECT_EQ(ErrorReason(Get("roles/no-such").status()), "ROLE_NOT_FOUND");
}

TEST_F(RoleHandlersTest, AnEditIsKeptJournalledAndSurvivesTheNextStart) {
  const auto changed = roles_.UpdateRolePermissions(
      Admin(), Edit("roles/approver", {"catalog.class.import"}, {"distribution.lot.correct"}));
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->etag(), "2");
  EXPECT_THAT(changed->permissions(), Contains("catalog.class.import"));
  EXPECT_THAT(changed->permissions(), Not(Contains("distribution.lot.correct")));
  EXPECT_EQ(Get("roles/approver")->SerializeAsString(), changed->SerializeAsString());
  EXPECT_EQ(
      database.Value("SELECT (details->'added')::text || (details->'removed')::text || reason "
                     "FROM journal.entry WHERE event = 'role.permissions_changed'"),
      "[\"catalog.class.import\"][\"distribution.lot.correct\"]试点");
  EXPECT_EQ(database.Value("SELECT jsonb_array_length(details->'before') FROM journal.entry WHERE "
                           "event = 'role.permissions_changed'"),
            std::to_string(changed->permissions_size()));
  ASSERT_TRUE(SeedRoles(pool(), clock.Now()).ok());
  EXPECT_EQ(Get("roles/approver")->SerializeAsString(), changed->SerializeAsString());
  EXPECT_EQ(CountEvents("roles.seeded"), "1");
}

TEST_F(RoleHandlersTest, WhatIsNewInTheSeedComesWithTheNextStart) {
  database.Execute(
      "SELECT journal.append('role.tested', 'test', '', 'roles/-', '{}', '', '', '', '', '{}', "
      "'{}');"
      "DELETE FROM identity.role_permission WHERE permission IN ('catalog.item.approve', "
      "'catalog.class.read');"
      "DELETE FROM identity.permission WHERE permission IN ('catalog.item.approve', "
      "'catalog.class.read');"
      // So that the seed's grant of catalog.item.approve to the approver would join the two.
      "INSERT INTO identity.role_permission VALUES ('approver', 'catalog.item.propose');"
      "DELETE FROM identity.separation WHERE proposing = 'catalog.item.propose'");
  ASSERT_TRUE(SeedRoles(pool(), clock.Now()).ok());
  EXPECT_THAT(Get("roles/supplier")->permissions(), Contains("catalog.class.read"));
  EXPECT_THAT(Get("roles/approver")->permissions(), Not(Contains("catalog.item.approve")));
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.separation"),
            std::to_string(auth::Separations().size()));
}

TEST_F(RoleHandlersTest, RefusesWhatNobodyCanGrant) {
  EXPECT_EQ(ReasonOf(Edit("roles/approver", {"catalog.item.aprove"})), "PERMISSION_UNKNOWN");
  EXPECT_EQ(ReasonOf(Edit("roles/operator", {"usage.use.read"})), "PERMISSION_FORBIDDEN");
  EXPECT_EQ(ReasonOf(Edit("roles/approver", {"usage.patient.read"})), "PERMISSION_FORBIDDEN");
  EXPECT_EQ(ReasonOf(Edit("roles/approver", {"catalog.item.propose"})), "SEPARATION_OF_DUTIES");
  EXPECT_EQ(ReasonOf(Edit("roles/bureau-administrator", {}, {"identity.role.write"})),
            "LAST_ADMINISTRATOR");
  EXPECT_EQ(CountEvents("role.permissions_changed"), "0");
  auto request = Edit("roles/approver", {"catalog.class.import"});
  request.set_reason(" ");
  request.clear_etag();
  const auto status = roles_.UpdateRolePermissions(Admin(), request).status();
  EXPECT_THAT(status.ToString(), HasSubstr("reason"));
  EXPECT_THAT(status.ToString(), HasSubstr("etag"));
  EXPECT_EQ(ReasonOf(Edit("roles/hospital-pharmacist", {"usage.patient.read"})), "");
}

TEST_F(RoleHandlersTest, ARepeatedEditActsOnceAndAStaleOneNotAtAll) {
  auto request = Edit("roles/approver", {"catalog.class.import"});
  CallContext call = Admin();
  request.set_request_id(call.request_id);
  ASSERT_TRUE(roles_.UpdateRolePermissions(call, request).ok());
  EXPECT_EQ(roles_.UpdateRolePermissions(call, request)->etag(), "2");
  EXPECT_EQ(CountEvents("role.permissions_changed"), "1");
  request.clear_request_id();
  EXPECT_EQ(ReasonOf(request), "ETAG_MISMATCH");
}

TEST_F(RoleHandlersTest, TheDatabaseKeepsTheSameRules) {
  for (const std::string_view role : auth::AllRoles()) {
    for (const std::string_view permission : auth::AllRolePermissions()) {
      if (auth::RoleHolds(role, permission)) continue;
      const bool separate = std::ranges::any_of(auth::Separations(), [&](const auto& pair) {
        return (permission == pair.proposing && auth::RoleHolds(role, pair.approving)) ||
               (permission == pair.approving && auth::RoleHolds(role, pair.proposing));
      });
      EXPECT_EQ(DatabaseTakes(fmt::format(
                    "INSERT INTO identity.role_permission VALUES ('{}', '{}')", role, permission)),
                auth::WhyForbidden(role, permission).empty() && !separate)
          << role << " " << permission;
    }
  }
  for (const std::string_view permission : auth::AdministratorPermissions()) {
    EXPECT_FALSE(DatabaseTakes(
        fmt::format("DELETE FROM identity.role_permission WHERE role_id = 'bureau_administrator' "
                    "AND permission = '{}'",
                    permission)));
  }
}

TEST_F(RoleHandlersTest, TwoWhoRaceDoNotJoinWhatIsSeparate) {
  // Past the handlers, each in a transaction of its own that is still open when the other begins.
  ASSERT_TRUE(
      roles_.UpdateRolePermissions(Admin(), Edit("roles/approver", {}, {"catalog.item.approve"}))
          .ok());
  std::vector<std::string> answers(2);
  const auto insert = [&](const std::string& permission, std::string& answer) {
    pqxx::connection connection(database.conninfo_as("identity"));
    pqxx::work tx(connection);
    try {
      tx.exec(
          "SELECT journal.append('role.tested', 'test', '', 'roles/-', '{}', '', '', '', '', "
          "'{}', '{}')");
      tx.exec("INSERT INTO identity.role_permission VALUES ('approver', '" + permission + "')");
      tx.commit();
      answer = "kept";
    } catch (const pqxx::check_violation&) {
      answer = "refused";
    }
  };
  {
    std::jthread first([&] { insert("catalog.item.propose", answers[0]); });
    std::jthread second([&] { insert("catalog.item.approve", answers[1]); });
  }
  EXPECT_THAT(answers, UnorderedElementsAre("kept", "refused"));
}

}  // namespace
}  // namespace qingqu::identity
