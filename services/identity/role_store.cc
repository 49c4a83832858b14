#include "services/identity/role_store.h"

#include <sstream>

#include "pqxx/pqxx"

#include "common/auth/grant_rules.h"
#include "common/db/array.h"
#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {

std::vector<StoredRole> ReadRoles(pqxx::transaction_base& tx, const std::string& role_id) {
  std::vector<StoredRole> roles;
  for (const auto& row : tx.exec_prepared(queries::kListRoles.name, role_id)) {
    StoredRole role{.role_id = row["role_id"].as<std::string>(),
                    .version = row["version"].as<int64_t>(),
                    .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>())};
    std::istringstream permissions(row["permissions"].as<std::string>());
    for (std::string permission; permissions >> permission;) role.permissions.insert(permission);
    roles.push_back(std::move(role));
  }
  return roles;
}

std::set<std::string> KnownPermissions(pqxx::transaction_base& tx) {
  std::set<std::string> known;
  for (const auto& row : tx.exec_prepared(queries::kListKnownPermissions.name)) {
    known.insert(row["permission"].as<std::string>());
  }
  return known;
}

void InsertMissingRoles(pqxx::transaction_base& tx, const std::vector<std::string>& role_ids,
                        absl::Time now) {
  tx.exec_prepared(queries::kInsertMissingRoles.name, db::TextArray(role_ids), InstantText(now));
}

bool PutSeparations(pqxx::transaction_base& tx) {
  db::ArrayBuilder proposing, approving;
  for (const auth::Separation& pair : auth::Separations()) {
    proposing.AddText(pair.proposing);
    approving.AddText(pair.approving);
  }
  const auto removed =
      tx.exec_prepared(queries::kRemoveOtherSeparations.name, proposing.Build(), approving.Build());
  const auto inserted = tx.exec_prepared(queries::kInsertMissingSeparations.name, proposing.Build(),
                                         approving.Build());
  return removed.affected_rows() + inserted.affected_rows() > 0;
}

void InsertPermissions(pqxx::transaction_base& tx, const std::vector<std::string>& permissions) {
  tx.exec_prepared(queries::kInsertPermissions.name, db::TextArray(permissions));
}

void InsertGrants(pqxx::transaction_base& tx, const std::vector<Grant>& grants) {
  db::ArrayBuilder roles, permissions;
  for (const Grant& grant : grants) {
    roles.AddText(grant.role_id);
    permissions.AddText(grant.permission);
  }
  tx.exec_prepared(queries::kInsertRolePermissions.name, roles.Build(), permissions.Build());
}

void RemoveGrants(pqxx::transaction_base& tx, const std::string& role_id,
                  const std::vector<std::string>& permissions) {
  tx.exec_prepared(queries::kRemoveRolePermissions.name, role_id, db::TextArray(permissions));
}

void TouchRole(pqxx::transaction_base& tx, const std::string& role_id, absl::Time now) {
  tx.exec_prepared(queries::kTouchRole.name, role_id, InstantText(now));
}

}  // namespace qingqu::identity
