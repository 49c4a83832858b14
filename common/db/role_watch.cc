#include "common/db/role_watch.h"

#include <chrono>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/db/transaction.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

constexpr absl::Duration kLookDeadline = absl::Seconds(10);
// Until there is a copy at all, nobody can do anything.
constexpr absl::Duration kFirstInterval = absl::Milliseconds(200);

constexpr char kVersion[] = "SELECT version FROM identity_pub.role_table";
constexpr char kTable[] = "SELECT permission, role_id FROM identity_pub.role_permission";

std::shared_ptr<const auth::RoleTable> TableOf(const pqxx::result& rows) {
  std::map<std::string, std::vector<std::string>> roles_of_permission;
  for (const auto& row : rows) {
    std::vector<std::string>& roles = roles_of_permission[row["permission"].as<std::string>()];
    if (!row["role_id"].is_null()) roles.push_back(row["role_id"].as<std::string>());
  }
  return std::make_shared<const auth::RoleTable>(roles_of_permission);
}

}  // namespace

absl::Status RoleWatch::Look() {
  CallContext call;
  call.principal = auth::SystemPrincipal(options_.service);
  call.method = "roles/look";
  call.client = options_.service;
  call.deadline = absl::Now() + kLookDeadline;
  const auto read_version = [](pqxx::transaction_base& tx) -> absl::StatusOr<int64_t> {
    return tx.exec(kVersion)[0]["version"].as<int64_t>();
  };
  QINGQU_ASSIGN_OR_RETURN(const int64_t version, RunRead(*pool_, call, read_version));
  if (version == version_) return absl::OkStatus();
  // A change between the two questions is read now and once more at the next look.
  QINGQU_RETURN_IF_ERROR(RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
    source_->Replace(TableOf(tx.exec(kTable)));
    return absl::OkStatus();
  }));
  spdlog::info("{}: goes by version {} of the table of roles", options_.service, version);
  version_ = version;
  return absl::OkStatus();
}

void RoleWatch::Start() {
  loop_.Start([this, failed = false](const std::stop_token&) mutable {
    const absl::Status looked = Look();
    if (!looked.ok() && !failed) {
      spdlog::warn("{}: the table of roles cannot be read, and stays as it is: {}",
                   options_.service, looked.ToString());
    }
    failed = !looked.ok();
    return version_ < 0 ? kFirstInterval : options_.interval;
  });
}

}  // namespace qingqu::db
