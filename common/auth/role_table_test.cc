#include "common/auth/role_table.h"

#include <gtest/gtest.h>

#include "common/auth/role_grants.h"

namespace qingqu::auth {
namespace {

Principal With(std::string_view role, std::shared_ptr<const RoleTable> table) {
  Principal principal;
  principal.user_id = "wang";
  principal.roles = {std::string(role)};
  principal.role_table = std::move(table);
  return principal;
}

TEST(RoleTableTest, WhatTheTableNamesIsItsAffairAndTheRestTheSeeds) {
  const auto table =
      std::make_shared<const RoleTable>(std::map<std::string, std::vector<std::string>>{
          {"catalog.item.propose", {}}, {"catalog.class.import", {"approver"}}});
  EXPECT_FALSE(IsGranted(With("procurement_officer", table), "catalog.item.propose"));
  EXPECT_TRUE(IsGranted(With("procurement_officer", nullptr), "catalog.item.propose"));
  EXPECT_TRUE(IsGranted(With("approver", table), "catalog.class.import"));
  EXPECT_FALSE(IsGranted(With("procurement_officer", table), "catalog.class.import"));
  EXPECT_TRUE(IsGranted(With("approver", table), "catalog.item.approve"));
  EXPECT_FALSE(IsGranted(With("approver", table), "no.such.permission"));
  EXPECT_TRUE(IsGranted(With("", table), "authenticated"));
}

TEST(RoleTableTest, AnActingServiceIsNotInTheTable) {
  const auto table = std::make_shared<const RoleTable>(
      std::map<std::string, std::vector<std::string>>{{"distribution.location.read", {}}});
  Principal usage = With("department_nurse", table);
  EXPECT_FALSE(IsGranted(usage, "distribution.location.read"));
  usage.acting_service = "usage";
  EXPECT_TRUE(IsGranted(usage, "distribution.location.read"));
}

TEST(RoleTableTest, ADelegatedPartIsNeverMoreThanTheRolesHold) {
  const auto table = std::make_shared<const RoleTable>(
      std::map<std::string, std::vector<std::string>>{{"catalog.item.approve", {}}});
  Principal approver = With("approver", table);
  approver.on_behalf_of = "li";
  approver.delegation_id = "d1";
  approver.only_permissions = {"catalog.supplier.approve", "catalog.item.approve",
                               "catalog.item.propose"};
  EXPECT_TRUE(IsGranted(approver, "catalog.supplier.approve"));
  EXPECT_FALSE(IsGranted(approver, "procurement.agreement.approve"));
  // The holder has lost the first, and never had the second.
  EXPECT_FALSE(IsGranted(approver, "catalog.item.approve"));
  EXPECT_FALSE(IsGranted(approver, "catalog.item.propose"));
  EXPECT_TRUE(IsGranted(approver, "authenticated"));
}

TEST(RoleTableTest, ASourceHasNothingUntilItIsGivenATable) {
  RoleSource source;
  EXPECT_EQ(source.Current(), nullptr);
  const auto table =
      std::make_shared<const RoleTable>(std::map<std::string, std::vector<std::string>>{});
  source.Replace(table);
  EXPECT_EQ(source.Current(), table);
}

}  // namespace
}  // namespace qingqu::auth
