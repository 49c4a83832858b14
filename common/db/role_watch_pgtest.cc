#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "common/db/role_watch.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

class RoleWatchTest : public ::testing::Test {
 protected:
  // As superuser, in one transaction with the journal's entry that a change needs.
  void Change(const std::string& sql) const {
    database_.Execute(
        "SELECT journal.append('role.tested', 'test', '', 'roles/-', '{}', '', '', '', '', '{}', "
        "'{}');" +
        sql);
  }
  bool Officer(std::string_view permission) const {
    auth::Principal officer;
    officer.user_id = "officer";
    officer.roles = {"procurement_officer"};
    officer.role_table = source_.Current();
    return auth::IsGranted(officer, permission);
  }

  testing::TestDatabase database_;
  std::unique_ptr<ConnectionPool> pool_ = database_.NewPool("catalog", {}, 1);
  auth::RoleSource source_;
  RoleWatch watch_{pool_.get(), &source_, {.service = "catalog"}};
};

TEST_F(RoleWatchTest, AnEmptyTableIsTheSeed) {
  EXPECT_EQ(source_.Current(), nullptr);
  ASSERT_TRUE(watch_.Look().ok());
  ASSERT_NE(source_.Current(), nullptr);
  EXPECT_TRUE(Officer("catalog.item.propose"));
  EXPECT_FALSE(Officer("catalog.item.approve"));
}

TEST_F(RoleWatchTest, EachChangeIsSeenAtTheNextLookAndReadOnce) {
  ASSERT_TRUE(watch_.Look().ok());
  Change(
      "INSERT INTO identity.role VALUES ('procurement_officer', 1, now());"
      "INSERT INTO identity.permission VALUES ('catalog.item.propose'), ('catalog.item.approve')");
  ASSERT_TRUE(watch_.Look().ok());
  EXPECT_FALSE(Officer("catalog.item.propose")) << "known to the table, and held by nobody";
  EXPECT_TRUE(Officer("catalog.supplier.propose")) << "not known to the table";
  const auto copy = source_.Current();
  ASSERT_TRUE(watch_.Look().ok());
  EXPECT_EQ(source_.Current(), copy);
  Change(
      "INSERT INTO identity.role_permission VALUES ('procurement_officer', "
      "'catalog.item.approve')");
  ASSERT_TRUE(watch_.Look().ok());
  EXPECT_TRUE(Officer("catalog.item.approve"));
  Change("DELETE FROM identity.role_permission WHERE permission = 'catalog.item.approve'");
  ASSERT_TRUE(watch_.Look().ok());
  EXPECT_FALSE(Officer("catalog.item.approve"));
}

TEST_F(RoleWatchTest, ItsThreadFollowsWithinSeconds) {
  watch_.Start();
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (source_.Current() == nullptr && absl::Now() < until) absl::SleepFor(absl::Milliseconds(5));
  ASSERT_NE(source_.Current(), nullptr);
  Change("INSERT INTO identity.permission VALUES ('catalog.item.propose')");
  while (Officer("catalog.item.propose") && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_FALSE(Officer("catalog.item.propose"));
  watch_.Stop();
}

TEST_F(RoleWatchTest, WithoutADatabaseTheCopyStays) {
  ASSERT_TRUE(watch_.Look().ok());
  const auto copy = source_.Current();
  ConnectionPool nowhere({.conninfo = "host=127.0.0.1 port=1 user=nobody", .connections_max = 1});
  RoleWatch blind(&nowhere, &source_, {.service = "catalog"});
  EXPECT_FALSE(blind.Look().ok());
  EXPECT_EQ(source_.Current(), copy);
}

}  // namespace
}  // namespace qingqu::db
