#include "services/identity/role_seed.h"

#include <algorithm>
#include <map>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/auth/grant_rules.h"
#include "common/auth/role_grants.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "services/identity/role_store.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

using Held = std::map<std::string, std::set<std::string>>;  // by role

CallContext SeedCall(absl::Time now) {
  CallContext call;
  call.principal = auth::SystemPrincipal("identity");
  call.method = "identity/seed_roles";
  call.client = "identity";
  call.received_at = now;
  call.deadline = absl::Now() + absl::Seconds(30);
  return call;
}

bool WouldBreakSeparation(const std::set<std::string>& held, const std::string& permission) {
  return std::ranges::any_of(auth::Separations(), [&](const auth::Separation& pair) {
    return (permission == pair.proposing && held.contains(std::string(pair.approving))) ||
           (permission == pair.approving && held.contains(std::string(pair.proposing)));
  });
}

std::vector<Grant> GrantsOfSeed(const std::vector<std::string>& permissions, Held& held) {
  std::vector<Grant> grants;
  for (const std::string& permission : permissions) {
    for (const std::string_view role : auth::AllRoles()) {
      if (!auth::RoleHolds(role, permission)) continue;
      std::set<std::string>& of_role = held[std::string(role)];
      if (WouldBreakSeparation(of_role, permission)) {
        spdlog::warn(
            "roles: {} does not get the new permission {}, which does not go with what an "
            "administrator gave it",
            role, permission);
        continue;
      }
      of_role.insert(permission);
      grants.push_back({.role_id = std::string(role), .permission = permission});
    }
  }
  return grants;
}

std::string DetailsOf(const std::vector<std::string>& permissions,
                      const std::vector<Grant>& grants) {
  nlohmann::json details = nlohmann::json::object();
  for (const std::string& permission : permissions) details[permission] = nlohmann::json::array();
  for (const Grant& grant : grants) details[grant.permission].push_back(grant.role_id);
  return nlohmann::json{{"roles_of_new_permissions", details}}.dump();
}

void SeedIn(pqxx::transaction_base& tx, const CallContext& call) {
  LockNamed(tx, "roles");
  const std::set<std::string> known = KnownPermissions(tx);
  std::vector<std::string> missing;
  for (const std::string_view permission : auth::AllRolePermissions()) {
    if (!known.contains(std::string(permission))) missing.emplace_back(permission);
  }
  const bool separations_changed = PutSeparations(tx);
  if (missing.empty() && !separations_changed) return;
  InsertMissingRoles(tx, {auth::AllRoles().begin(), auth::AllRoles().end()}, call.received_at);
  Held held;
  for (const StoredRole& role : ReadRoles(tx)) held[role.role_id] = role.permissions;
  const std::vector<Grant> grants = GrantsOfSeed(missing, held);
  InsertPermissions(tx, missing);
  InsertGrants(tx, grants);
  db::AppendJournal(
      tx, call,
      {.event = "roles.seeded", .resource = "roles/-", .details_json = DetailsOf(missing, grants)});
}

}  // namespace

absl::Status SeedRoles(db::ConnectionPool& pool, absl::Time now) {
  const CallContext call = SeedCall(now);
  return db::RunTransaction(pool, call, [&](pqxx::transaction_base& tx) {
    SeedIn(tx, call);
    return absl::OkStatus();
  });
}

}  // namespace qingqu::identity
