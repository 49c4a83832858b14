#include "common/db/migrations.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/sodium.h"
#include "common/base/strings.h"
#include "common/db/sqlstate.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

constexpr std::array<std::string_view, 7> kAreas{
    "common", "identity", "catalog", "procurement", "distribution", "usage", "supervision"};
constexpr int64_t kLockKey = 0x71696e677175;  // "qingqu"

std::filesystem::path FolderOf(const std::filesystem::path& root, std::string_view area) {
  return area == "common" ? root / "common/db/migrations" : root / "services" / area / "migrations";
}

std::string Checksum(const std::string& text) {
  InitializeSodium();
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(fmt::format("cannot read {}", path.string()));
  return text.str();
}

absl::StatusOr<std::vector<Migration>> LoadArea(const std::filesystem::path& root,
                                                std::string_view area) {
  static const std::regex name_pattern("([0-9]{4})_[a-z0-9_]+\\.sql");
  std::vector<Migration> migrations;
  const std::filesystem::path folder = FolderOf(root, area);
  if (!std::filesystem::is_directory(folder)) return migrations;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename();
    std::smatch match;
    if (!std::regex_match(name, match, name_pattern)) {
      return absl::InvalidArgumentError(
          fmt::format("{}: a migration is named NNNN_words.sql", file.path().string()));
    }
    QINGQU_ASSIGN_OR_RETURN(std::string sql, ReadFile(file.path()));
    std::string checksum = Checksum(sql);
    migrations.push_back(
        {std::string(area), std::stoi(match[1]), name, std::move(sql), std::move(checksum)});
  }
  std::sort(
      migrations.begin(), migrations.end(),
      [](const Migration& left, const Migration& right) { return left.number < right.number; });
  const auto twice = std::adjacent_find(
      migrations.begin(), migrations.end(),
      [](const Migration& left, const Migration& right) { return left.number == right.number; });
  if (twice != migrations.end()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: migration {:04} is there twice", folder.string(), twice->number));
  }
  return migrations;
}

// Conninfo with its dbname replaced (the last one counts).
std::string WithDatabase(const std::string& conninfo, std::string_view database) {
  return fmt::format("{} dbname={}", conninfo, database);
}

absl::Status EnsureDatabase(const MigrationOptions& options) {
  std::string database;
  try {
    const pqxx::connection probe(options.conninfo);
    return absl::OkStatus();
  } catch (const pqxx::broken_connection& failure) {
    static const std::regex missing("database \"([^\"]+)\" does not exist");
    const std::string text = failure.what();
    std::smatch match;
    if (!std::regex_search(text, match, missing)) return StatusFromException(failure).status;
    database = match[1];
  }
  pqxx::connection connection(WithDatabase(options.conninfo, "postgres"));
  pqxx::nontransaction tx(connection);
  // Held until this connection ends, against others who create it at the same time.
  tx.exec(fmt::format("SELECT pg_advisory_lock({})", kLockKey));
  if (!tx.exec_params("SELECT FROM pg_database WHERE datname = $1", database).empty()) {
    return absl::OkStatus();
  }
  options.progress(fmt::format("creating database {}", database));
  tx.exec(fmt::format("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0",
                      tx.quote_name(database)));
  return absl::OkStatus();
}

absl::Status SetPassword(pqxx::transaction_base& tx, const std::filesystem::path& folder,
                         const std::string& role) {
  QINGQU_ASSIGN_OR_RETURN(const std::string text, ReadFile(folder / role));
  const std::string password(TrimAsciiSpace(text));
  if (password.empty())
    return absl::InvalidArgumentError(fmt::format("the password file of {} is empty", role));
  tx.exec(fmt::format("ALTER ROLE {} PASSWORD {}", tx.quote_name(role), tx.quote(password)));
  return absl::OkStatus();
}

// Roles belong to the whole cluster, so this runs under a lock in the database `postgres`.
absl::Status EnsureRoles(const MigrationOptions& options) {
  pqxx::connection connection(WithDatabase(options.conninfo, "postgres"));
  pqxx::work tx(connection);
  tx.exec(fmt::format("SELECT pg_advisory_xact_lock({})", kLockKey));
  const auto ensure = [&](const std::string& role, std::string_view attributes) {
    if (tx.exec_params("SELECT FROM pg_roles WHERE rolname = $1", role).empty()) {
      tx.exec(fmt::format("CREATE ROLE {} {}", role, attributes));
    }
  };
  ensure("qingqu_owner", "NOLOGIN");
  ensure("qingqu_services", "NOLOGIN");
  for (const std::string_view area : kAreas) {
    if (area == "common") continue;
    const std::string role = fmt::format("qingqu_{}", area);
    ensure(role, "LOGIN IN ROLE qingqu_services");
    tx.exec(fmt::format("ALTER ROLE {} SET search_path = {}, pg_catalog", role, area));
    // Only a superuser may say in which language the server speaks.
    tx.exec(fmt::format("ALTER ROLE {} SET lc_messages = 'C'", role));
    if (!options.passwords_dir.empty())
      QINGQU_RETURN_IF_ERROR(SetPassword(tx, options.passwords_dir, role));
  }
  tx.commit();
  return absl::OkStatus();
}

using Applied = std::map<std::pair<std::string, int>, std::string>;

Applied ReadApplied(pqxx::connection& connection) {
  pqxx::work tx(connection);
  tx.exec("CREATE SCHEMA IF NOT EXISTS meta");
  tx.exec(
      "CREATE TABLE IF NOT EXISTS meta.migration (area text, number int, file_name text NOT NULL, "
      "checksum text NOT NULL,"
      " applied_at timestamptz NOT NULL DEFAULT now(), CONSTRAINT migration_pkey PRIMARY KEY "
      "(area, number))");
  tx.exec(fmt::format("GRANT CREATE, CONNECT ON DATABASE {} TO qingqu_owner",
                      tx.quote_name(connection.dbname())));
  Applied applied;
  for (const auto& row : tx.exec("SELECT area, number, checksum FROM meta.migration")) {
    applied[{row[0].as<std::string>(), row[1].as<int>()}] = row[2].as<std::string>();
  }
  tx.commit();
  return applied;
}

absl::Status CheckApplied(const std::vector<Migration>& migrations, const Applied& applied) {
  Applied unseen = applied;
  for (const Migration& migration : migrations) {
    const auto found = applied.find({migration.area, migration.number});
    unseen.erase({migration.area, migration.number});
    if (found != applied.end() && found->second != migration.checksum) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition, "MIGRATION_CHANGED",
          fmt::format(
              "{} of {} was applied with other content; put it back and write a new migration",
              migration.file_name, migration.area));
    }
  }
  if (!unseen.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "MIGRATION_CHANGED",
                     fmt::format("migration {:04} of {} was applied, and its file is gone",
                                 unseen.begin()->first.second, unseen.begin()->first.first));
  }
  return absl::OkStatus();
}

void Apply(pqxx::connection& connection, const Migration& migration) {
  pqxx::work tx(connection);
  tx.exec("SET LOCAL ROLE qingqu_owner");
  tx.exec(migration.sql);
  tx.exec("RESET ROLE");
  tx.exec_params(
      "INSERT INTO meta.migration (area, number, file_name, checksum) VALUES ($1, $2, $3, $4)",
      migration.area, migration.number, migration.file_name, migration.checksum);
  tx.commit();
}

absl::StatusOr<int> ApplyAll(const MigrationOptions& options,
                             const std::vector<Migration>& migrations) {
  pqxx::connection connection(options.conninfo + " options='-c client_min_messages=warning'");
  {
    pqxx::nontransaction lock(connection);
    lock.exec(fmt::format("SELECT pg_advisory_lock({})", kLockKey));
  }
  const Applied applied = ReadApplied(connection);
  QINGQU_RETURN_IF_ERROR(CheckApplied(migrations, applied));
  int count = 0;
  for (const Migration& migration : migrations) {
    if (applied.contains({migration.area, migration.number})) continue;
    options.progress(fmt::format("applying {} {}", migration.area, migration.file_name));
    try {
      Apply(connection, migration);
    } catch (const std::exception& failure) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition, "MIGRATION_FAILED",
          fmt::format("{} {}: {}", migration.area, migration.file_name, failure.what()));
    }
    ++count;
  }
  return count;
}

}  // namespace

absl::StatusOr<std::vector<Migration>> LoadMigrations(const std::filesystem::path& root) {
  std::vector<Migration> all;
  for (const std::string_view area : kAreas) {
    QINGQU_ASSIGN_OR_RETURN(std::vector<Migration> migrations, LoadArea(root, area));
    std::move(migrations.begin(), migrations.end(), std::back_inserter(all));
  }
  if (all.empty()) {
    return absl::NotFoundError(
        fmt::format("no migrations below {}; is --root the repository?", root.string()));
  }
  return all;
}

absl::StatusOr<int> Migrate(const MigrationOptions& options) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Migration> migrations, LoadMigrations(options.root));
  try {
    QINGQU_RETURN_IF_ERROR(EnsureRoles(options));
    QINGQU_RETURN_IF_ERROR(EnsureDatabase(options));
    return ApplyAll(options, migrations);
  } catch (const std::exception& failure) {
    return StatusFromException(failure).status;
  }
}

}  // namespace qingqu::db
