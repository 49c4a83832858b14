#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/uuid.h"
#include "common/db/migrations.h"
#include "common/status/status.h"

namespace qingqu::db {
namespace {

using ::testing::HasSubstr;

// A repository with migrations of the test's own, and a database that does not exist yet.
class MigrationsTest : public ::testing::Test {
 protected:
  MigrationsTest() {
    static int counter = 0;
    const char* server = std::getenv("QINGQU_TEST_POSTGRES");
    if (server == nullptr) {
      fmt::print(stderr, "QINGQU_TEST_POSTGRES is not set; run through tests/run\n");
      std::exit(1);
    }
    server_ = server;
    database_ = fmt::format("qingqu_migrations_{}_{}", getpid(), ++counter);
    root_ = std::filesystem::temp_directory_path() / database_;
    std::filesystem::create_directories(root_ / "common/db/migrations");
    std::filesystem::create_directories(root_ / "services/identity/migrations");
    std::filesystem::create_directories(root_ / "services/usage/migrations");
  }
  ~MigrationsTest() override {
    std::filesystem::remove_all(root_);
    pqxx::connection connection(server_ + " dbname=postgres");
    pqxx::nontransaction tx(connection);
    tx.exec("DROP DATABASE IF EXISTS " + database_ + " WITH (FORCE)");
  }

  void Write(const std::string& path, const std::string& sql) const {
    std::ofstream(root_ / path, std::ios::binary) << sql;
  }
  absl::StatusOr<int> Run() const {
    return Migrate({.conninfo = server_ + " dbname=" + database_, .root = root_});
  }
  std::string Value(const std::string& sql) const {
    pqxx::connection connection(server_ + " dbname=" + database_);
    pqxx::nontransaction tx(connection);
    return tx.exec(sql)[0][0].as<std::string>("");
  }

  std::string server_;
  std::string database_;
  std::filesystem::path root_;
};

constexpr const char* kCommon = "common/db/migrations/0001_a.sql";
constexpr const char* kIdentity = "services/identity/migrations/0001_b.sql";
constexpr const char* kIdentityNext = "services/identity/migrations/0002_c.sql";
constexpr const char* kUsage = "services/usage/migrations/0001_d.sql";

TEST_F(MigrationsTest, AppliesAreasAndNumbersInOrderAndOnce) {
  // Each needs the one before.
  Write(kCommon, "CREATE TABLE public.step (area text PRIMARY KEY)");
  Write(kIdentity, "ALTER TABLE public.step ADD COLUMN second int");
  Write(kIdentityNext, "ALTER TABLE public.step RENAME COLUMN second TO third");
  Write(kUsage, "ALTER TABLE public.step RENAME COLUMN third TO fourth");
  const auto refused = Run();
  // The schema public is nobody's place for tables since PostgreSQL 15.
  EXPECT_EQ(ErrorReason(refused.status()), "MIGRATION_FAILED");
  for (const char* file : {kCommon, kIdentity, kIdentityNext, kUsage}) {
    std::ifstream in(root_ / file);
    std::string sql{std::istreambuf_iterator<char>(in), {}};
    for (size_t at = sql.find("public."); at != std::string::npos; at = sql.find("public.")) {
      sql.replace(at, 7, "place.");
    }
    Write(file, (file == std::string(kCommon) ? "CREATE SCHEMA place; " : "") + sql);
  }
  const auto applied = Run();
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, 4);
  EXPECT_EQ(*Run(), 0);
  EXPECT_EQ(Value("SELECT count(*) FROM information_schema.columns WHERE column_name = 'fourth'"),
            "1");
  EXPECT_EQ(Value("SELECT tableowner FROM pg_tables WHERE tablename = 'step'"), "qingqu_owner");
}

TEST_F(MigrationsTest, SaysWhichAppliedFileIsNotWhatItWas) {
  Write(kCommon, "SELECT 1");
  Write(kIdentity, "SELECT 2");
  ASSERT_TRUE(Run().ok());
  Write(kIdentity, "SELECT 3");
  const auto changed = Run().status();
  EXPECT_EQ(ErrorReason(changed), "MIGRATION_CHANGED");
  EXPECT_THAT(std::string(changed.message()), HasSubstr("0001_b.sql of identity"));
  std::filesystem::remove(root_ / kIdentity);
  const auto gone = Run().status();
  EXPECT_EQ(ErrorReason(gone), "MIGRATION_CHANGED");
  EXPECT_THAT(std::string(gone.message()), HasSubstr("0001 of identity"));
  Write(kIdentity, "SELECT 2");
  EXPECT_EQ(*Run(), 0);
}

TEST_F(MigrationsTest, AFailingFileLeavesNothingAndTheNextRunGoesOn) {
  Write(kCommon, "CREATE SCHEMA place");
  Write(kIdentity, "CREATE TABLE place.half (a int); SELECT 1 / 0");
  Write(kIdentityNext, "CREATE TABLE place.next (a int)");
  const auto failed = Run().status();
  EXPECT_EQ(ErrorReason(failed), "MIGRATION_FAILED");
  EXPECT_THAT(std::string(failed.message()), HasSubstr("0001_b.sql"));
  EXPECT_THAT(std::string(failed.message()), HasSubstr("division by zero"));
  EXPECT_EQ(Value("SELECT count(*) FROM pg_tables WHERE schemaname = 'place'"), "0");
  EXPECT_EQ(Value("SELECT count(*) FROM meta.migration"), "1");
  Write(kIdentity, "CREATE TABLE place.half (a int)");
  EXPECT_EQ(*Run(), 2);
}

TEST_F(MigrationsTest, ManyAtOnceApplyEachFileOnce) {
  Write(kCommon, "CREATE SCHEMA place; CREATE TABLE place.log (n int)");
  Write(kIdentity, "SELECT pg_sleep(0.2); INSERT INTO place.log VALUES (1)");
  Write(kUsage, "INSERT INTO place.log VALUES (2)");
  std::atomic<int> applied = 0;
  {
    std::vector<std::jthread> threads;
    for (int index = 0; index < 5; ++index) {
      threads.emplace_back([&] {
        const auto count = Run();
        EXPECT_TRUE(count.ok()) << count.status();
        applied += count.value_or(0);
      });
    }
  }
  EXPECT_EQ(applied, 3);
  EXPECT_EQ(Value("SELECT string_agg(n::text, '' ORDER BY n) FROM place.log"), "12");
}

TEST_F(MigrationsTest, NumbersThatAreLeftOutMayComeLater) {
  Write(kCommon, "CREATE SCHEMA place; CREATE TABLE place.log (n int)");
  Write("services/identity/migrations/0003_late.sql", "INSERT INTO place.log VALUES (3)");
  EXPECT_EQ(*Run(), 2);
  Write(kIdentity, "INSERT INTO place.log VALUES (1)");
  EXPECT_EQ(*Run(), 1);
  EXPECT_EQ(Value("SELECT string_agg(n::text, '' ORDER BY n) FROM place.log"), "13");
}

TEST_F(MigrationsTest, RefusesNamesAndNumbersTwiceBeforeAnythingIsApplied) {
  Write(kCommon, "SELECT 1");
  Write("services/identity/migrations/first.sql", "SELECT 1");
  EXPECT_THAT(Run().status().ToString(), HasSubstr("NNNN_words.sql"));
  std::filesystem::remove(root_ / "services/identity/migrations/first.sql");
  Write(kIdentity, "SELECT 1");
  Write("services/identity/migrations/0001_again.sql", "SELECT 1");
  EXPECT_THAT(Run().status().ToString(), HasSubstr("there twice"));
}

TEST_F(MigrationsTest, TheRolesKeepToTheirOwn) {
  Write(kCommon, "SELECT 1");
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(
      Value("SELECT count(*) FROM pg_roles WHERE rolname ~ "
            "'^qingqu_(identity|catalog|procurement|distribution|usage|supervision)$'"
            " AND rolcanlogin AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"),
      "6");
  EXPECT_EQ(Value("SELECT rolcanlogin OR rolsuper FROM pg_roles WHERE rolname = 'qingqu_owner'"),
            "f");
  EXPECT_EQ(Value("SELECT pg_has_role('qingqu_usage', 'qingqu_owner', 'MEMBER')"), "f");
}

}  // namespace
}  // namespace qingqu::db
