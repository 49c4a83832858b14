#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "fmt/format.h"

#include "common/db/migrations.h"
#include "common/status/status.h"

ABSL_FLAG(std::string, database, "",
          "libpq connection string of a superuser; its dbname is created when missing");
ABSL_FLAG(std::string, root, ".", "the repository's root, where the migrations lie");
ABSL_FLAG(std::string, role_passwords_dir, "",
          "directory with a password file for each role (qingqu_catalog, …)");

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Makes Qingqu's roles and database and applies the migrations that are missing.");
  absl::ParseCommandLine(argc, argv);
  const absl::StatusOr<int> applied =
      qingqu::db::Migrate({.conninfo = absl::GetFlag(FLAGS_database),
                           .root = absl::GetFlag(FLAGS_root),
                           .passwords_dir = absl::GetFlag(FLAGS_role_passwords_dir),
                           .progress = [](std::string_view step) { fmt::print("{}\n", step); }});
  if (!applied.ok()) {
    const std::string reason = qingqu::ErrorReason(applied.status());
    fmt::print(stderr, "qingqu-migrate: {}{}{}\n", reason, reason.empty() ? "" : ": ",
               std::string(applied.status().message()));
    return 1;
  }
  fmt::print("{} migrations applied\n", *applied);
  return 0;
}
