#include "services/identity/role_handlers.h"

#include <algorithm>
#include <iterator>

#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/auth/grant_rules.h"
#include "common/auth/role_grants.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/identity/convert.h"
#include "services/identity/organisation_store.h"
#include "services/identity/post_store.h"
#include "services/identity/role_errors.h"
#include "services/identity/role_store.h"

namespace qingqu::identity {
namespace {

constexpr std::string_view kRolePattern = "roles/{role}";
constexpr int kReasonCharactersMax = 500;

std::string Replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string NameOfRole(const std::string& role_id) {
  return "roles/" + Replaced(role_id, '_', '-');
}

std::string EtagOfRole(const StoredRole& role) { return std::to_string(role.version); }

v1::RoleGrants ToProto(const StoredRole& role) {
  v1::RoleGrants proto;
  proto.set_name(NameOfRole(role.role_id));
  proto.set_role(RoleToProto(role.role_id));
  for (const std::string& permission : role.permissions) proto.add_permissions(permission);
  *proto.mutable_update_time() = rpc::ToTimestamp(role.updated_at);
  proto.set_etag(EtagOfRole(role));
  return proto;
}

absl::StatusOr<std::string> RoleIdOf(const std::string& name) {
  FieldViolations violations;
  const absl::StatusOr<std::string> id = ParseResourceId(kRolePattern, name);
  violations.AddIfError("name", id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return Replaced(*id, '-', '_');
}

absl::StatusOr<StoredRole> ReadRole(pqxx::transaction_base& tx, const std::string& role_id) {
  const std::vector<StoredRole> roles = ReadRoles(tx, role_id);
  if (roles.empty()) return RoleNotFound(NameOfRole(role_id));
  return roles.front();
}

absl::Status CheckForm(const v1::UpdateRolePermissionsRequest& request) {
  FieldViolations violations;
  if (request.etag().empty()) violations.Add("etag", "is required: read the role first");
  if (TrimAsciiSpace(request.reason()).empty() ||
      CodePointCount(request.reason()) > kReasonCharactersMax) {
    violations.Add("reason", "must hold 1 to 500 characters");
  }
  return violations.ToStatus();
}

// What the rules say of a role that would hold these permissions and no others.
absl::Status CheckGrants(const std::string& role_id, const std::set<std::string>& permissions) {
  const std::set<std::string_view> known = auth::AllGrantedPermissions();
  for (const std::string& permission : permissions) {
    if (!known.contains(permission)) return PermissionUnknown(permission);
    const std::string_view why = auth::WhyForbidden(role_id, permission);
    if (!why.empty()) return PermissionForbidden(NameOfRole(role_id), permission, why);
  }
  for (const auth::Separation& pair : auth::Separations()) {
    if (permissions.contains(std::string(pair.proposing)) &&
        permissions.contains(std::string(pair.approving))) {
      return RoleSeparation(NameOfRole(role_id), pair.proposing, pair.approving);
    }
  }
  if (role_id != "bureau_administrator") return absl::OkStatus();
  for (const std::string_view permission : auth::AdministratorPermissions()) {
    if (!permissions.contains(std::string(permission))) return AdministratorKeeps(permission);
  }
  return absl::OkStatus();
}

std::vector<std::string> Difference(const std::set<std::string>& these,
                                    const std::set<std::string>& those) {
  std::vector<std::string> rest;
  std::ranges::set_difference(these, those, std::back_inserter(rest));
  return rest;
}

void JournalChange(pqxx::transaction_base& tx, const CallContext& call, const StoredRole& before,
                   const StoredRole& after, const std::string& reason) {
  const nlohmann::json details = {{"before", before.permissions},
                                  {"after", after.permissions},
                                  {"added", Difference(after.permissions, before.permissions)},
                                  {"removed", Difference(before.permissions, after.permissions)}};
  db::AppendJournal(tx, call,
                    {.event = "role.permissions_changed",
                     .resource = NameOfRole(after.role_id),
                     .reason = reason,
                     .details_json = details.dump()});
}

void StoreChange(pqxx::transaction_base& tx, const StoredRole& before, const StoredRole& after) {
  std::vector<Grant> added;
  for (const std::string& permission : Difference(after.permissions, before.permissions)) {
    added.push_back({.role_id = after.role_id, .permission = permission});
  }
  RemoveGrants(tx, after.role_id, Difference(before.permissions, after.permissions));
  InsertGrants(tx, added);
  TouchRole(tx, after.role_id, after.updated_at);
}

}  // namespace

absl::StatusOr<v1::ListRolesResponse> RoleHandlers::ListRoles(
    const CallContext& call, const v1::ListRolesRequest& /*request*/) {
  return db::RunRead(*pool_, call,
                     [](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListRolesResponse> {
                       v1::ListRolesResponse response;
                       for (const StoredRole& role : ReadRoles(tx)) {
                         *response.add_roles() = ToProto(role);
                       }
                       std::ranges::sort(*response.mutable_roles(), {}, &v1::RoleGrants::role);
                       return response;
                     });
}

absl::StatusOr<v1::RoleGrants> RoleHandlers::GetRole(const CallContext& call,
                                                     const v1::GetRoleRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string role_id, RoleIdOf(request.name()));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::RoleGrants> {
                       QINGQU_ASSIGN_OR_RETURN(const StoredRole role, ReadRole(tx, role_id));
                       return ToProto(role);
                     });
}

absl::StatusOr<v1::RoleGrants> RoleHandlers::UpdateRolePermissions(
    const CallContext& call, const v1::UpdateRolePermissionsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string role_id, RoleIdOf(request.name()));
  QINGQU_RETURN_IF_ERROR(CheckForm(request));
  const std::set<std::string> permissions(request.permissions().begin(),
                                          request.permissions().end());
  return db::RunIdempotent<v1::RoleGrants>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::RoleGrants> {
        LockGrants(tx);
        QINGQU_ASSIGN_OR_RETURN(const StoredRole before, ReadRole(tx, role_id));
        QINGQU_RETURN_IF_ERROR(CheckGrants(role_id, permissions));
        if (request.etag() != EtagOfRole(before)) return RoleEtagMismatch();
        if (permissions == before.permissions) return ToProto(before);
        StoredRole after = before;
        after.permissions = permissions;
        after.updated_at = StoredInstant(call.received_at);
        ++after.version;
        StoreChange(tx, before, after);
        QINGQU_RETURN_IF_ERROR(CheckSeparation(tx, ""));
        JournalChange(tx, call, before, after, request.reason());
        return ToProto(after);
      });
}

}  // namespace qingqu::identity
