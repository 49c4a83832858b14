#include <map>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

using Rows = std::set<std::string>;
using ::testing::ContainerEq;

// The settings that the pool writes at the start of a call.
struct Caller {
  std::string scope, institution, alliance, supplier, department;
};

constexpr const char* kRules[] = {"alliance", "institution", "holder", "supplier", "department"};

// A table for each rule of scope.*_rule, with the same rows in each: named by where they belong.
class ScopeTest : public ::testing::Test {
 protected:
  ScopeTest() {
    for (const char* rule : kRules) {
      database_.Execute(fmt::format(
          "CREATE TABLE usage.{0}_probe (name text, institution_id text, alliance_id text, "
          "supplier_id text, department_id text);"
          "INSERT INTO usage.{0}_probe VALUES ('h1 of east', 'h1', 'east', 'acme', 'd1'),"
          " ('h2 of east', 'h2', 'east', 'zeta', 'd2'), ('east', NULL, 'east', 'acme', NULL),"
          " ('h9 of west', 'h9', 'west', 'zeta', 'd9'), ('west', NULL, 'west', 'zeta', NULL),"
          " ('nobody', NULL, NULL, NULL, NULL);"
          "SELECT scope.protect('usage.{0}_probe', scope.{0}_rule());"
          "GRANT SELECT, INSERT ON usage.{0}_probe TO qingqu_usage",
          rule));
    }
  }

  Rows Seen(const Caller& caller, const std::string& sql) const {
    pqxx::connection connection(database_.conninfo_as("usage"));
    pqxx::work tx(connection);
    Enter(tx, caller);
    Rows names;
    for (const auto& row : tx.exec(sql)) names.insert(row[0].as<std::string>());
    return names;
  }
  Rows SeenOf(const std::string& rule, const Caller& caller) const {
    return Seen(caller, fmt::format("SELECT name FROM usage.{}_probe", rule));
  }
  bool MayInsert(const Caller& caller, const std::string& values) const {
    pqxx::connection connection(database_.conninfo_as("usage"));
    pqxx::work tx(connection);
    Enter(tx, caller);
    try {
      tx.exec("INSERT INTO usage.holder_probe VALUES " + values);
    } catch (const pqxx::insufficient_privilege&) {
      return false;
    }
    return true;
  }

  testing::TestDatabase database_;
  const std::map<std::string, Caller> callers_{{"nobody", {}},
                                               {"supplier", {"supplier", "", "", "acme"}},
                                               {"nurse", {"institution", "h1", "east", "", "d1"}},
                                               {"ward", {"department", "h1", "east", "", "d1"}},
                                               {"no ward", {"department", "h1", "east", ""}},
                                               {"operator", {"alliance", "", "east", ""}},
                                               {"inspector", {"county", "", "", ""}},
                                               {"system", {"system", "", "", ""}},
                                               {"confused", {"institution", "", "", ""}},
                                               {"forged", {"everything", "h1", "east", "acme"}}};

 private:
  static void Enter(pqxx::work& tx, const Caller& caller) {
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"scope", caller.scope},
                                                          {"institution", caller.institution},
                                                          {"alliance", caller.alliance},
                                                          {"supplier", caller.supplier},
                                                          {"department", caller.department}}) {
      tx.exec_params("SELECT set_config('qingqu.' || $1, $2, true)", name, value);
    }
  }
};

TEST_F(ScopeTest, EachRuleShowsWhatIsTheCallers) {
  const Rows all{"h1 of east", "h2 of east", "east", "h9 of west", "west", "nobody"};
  const Rows of_east{"h1 of east", "h2 of east", "east"};
  const std::map<std::string, std::map<std::string, Rows>> expected{
      {"alliance",
       {{"nurse", of_east}, {"operator", of_east}, {"inspector", all}, {"system", all}}},
      {"institution",
       {{"nurse", {"h1 of east"}}, {"operator", of_east}, {"inspector", all}, {"system", all}}},
      {"holder",
       {{"nurse", {"h1 of east", "east"}},
        {"operator", of_east},
        {"inspector", all},
        {"system", all}}},
      {"supplier", {{"supplier", {"h1 of east", "east"}}, {"forged", {"h1 of east", "east"}}}},
      // Who sees one department sees it by this rule alone, and nobody else does.
      {"department", {{"ward", {"h1 of east"}}}}};
  for (const auto& [rule, of_rule] : expected) {
    for (const auto& [who, caller] : callers_) {
      const auto found = of_rule.find(who);
      const Rows rows = found == of_rule.end() ? Rows{} : found->second;
      EXPECT_THAT(SeenOf(rule, caller), ContainerEq(rows)) << who << " by " << rule;
    }
  }
}

TEST_F(ScopeTest, TheRuleForASingleRowIsTheSame) {
  for (const auto& [who, caller] : callers_) {
    EXPECT_THAT(Seen(caller,
                     "SELECT name FROM usage.alliance_probe "
                     "WHERE scope.sees_alliance(alliance_id)"),
                ContainerEq(SeenOf("alliance", caller)))
        << who;
    EXPECT_THAT(Seen(caller,
                     "SELECT name FROM usage.institution_probe "
                     "WHERE scope.sees_institution(institution_id, alliance_id)"),
                ContainerEq(SeenOf("institution", caller)))
        << who;
    Rows of_department = SeenOf("institution", caller);
    of_department.merge(SeenOf("department", caller));
    EXPECT_THAT(Seen(caller,
                     "SELECT name FROM (VALUES ('h1 of east', 'h1', 'east', 'd1'),"
                     " ('h2 of east', 'h2', 'east', 'd2'), ('east', NULL, 'east', NULL),"
                     " ('h9 of west', 'h9', 'west', 'd9'), ('west', NULL, 'west', NULL),"
                     " ('nobody', NULL, NULL, NULL))"
                     " AS probe (name, institution_id, alliance_id, department_id)"
                     " WHERE scope.sees_department(department_id, institution_id, alliance_id)"),
                ContainerEq(of_department))
        << who;
  }
}

TEST_F(ScopeTest, NobodyWritesWhatTheyDoNotSee) {
  const Caller& nurse = callers_.at("nurse");
  EXPECT_TRUE(MayInsert(nurse, "('mine', 'h1', 'east', NULL)"));
  EXPECT_TRUE(MayInsert(nurse, "('shared', NULL, 'east', NULL)"));
  EXPECT_FALSE(MayInsert(nurse, "('a neighbour''s', 'h2', 'east', NULL)"));
  EXPECT_FALSE(MayInsert(nurse, "('foreign', NULL, 'west', NULL)"));
  EXPECT_FALSE(MayInsert(callers_.at("nobody"), "('nobody''s', NULL, NULL, NULL)"));
}

// A rule that is asked once a row is seen in the plan as a filter with a function.
TEST_F(ScopeTest, SettingsAreReadOnceAStatement) {
  for (const char* rule : kRules) {
    std::string plan;
    for (const std::string& line :
         Seen(callers_.at("nurse"), fmt::format("EXPLAIN SELECT name FROM usage.{}_probe", rule))) {
      plan += line + "\n";
    }
    const size_t filter = plan.find("Filter:");
    ASSERT_NE(filter, std::string::npos) << plan;
    const std::string condition = plan.substr(filter, plan.find('\n', filter) - filter);
    EXPECT_EQ(condition.find("scope."), std::string::npos) << condition;
    EXPECT_EQ(condition.find("current_setting"), std::string::npos) << condition;
    EXPECT_NE(condition.find('$'), std::string::npos) << condition;
  }
}

}  // namespace
}  // namespace qingqu::db
