#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu::db {

// One migration file. Areas are applied in a fixed order (common, identity, catalog, …), files of
// an area by number.
struct Migration {
  std::string area;
  int number = 0;
  std::string file_name;  // "0001_foundation.sql"
  std::string sql;
  std::string checksum;  // BLAKE2b-256 of the file, hex
};

struct MigrationOptions {
  // A superuser's conninfo; its dbname is created when it does not exist.
  std::string conninfo;
  std::filesystem::path root;  // the repository's root
  // When set, a directory with one file for each login role (qingqu_catalog, …): its password.
  std::filesystem::path passwords_dir;
  // Told of each step, for people.
  std::function<void(std::string_view)> progress = [](std::string_view) {};
};

// Reads common/db/migrations and services/<area>/migrations. INVALID_ARGUMENT when a name is not
// NNNN_words.sql, a number is there twice. Numbers may be left out: work that goes on side by
// side has its numbers kept for it.
absl::StatusOr<std::vector<Migration>> LoadMigrations(const std::filesystem::path& root);

// Makes roles and database, then applies what is not applied yet, each file in its own transaction,
// under an advisory lock. Forward only. FAILED_PRECONDITION MIGRATION_CHANGED when an applied file
// has other content now or is gone, MIGRATION_FAILED with the file's name and the database's words.
// Returns how many were applied.
absl::StatusOr<int> Migrate(const MigrationOptions& options);

}  // namespace qingqu::db
