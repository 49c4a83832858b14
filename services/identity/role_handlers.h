#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/identity/v1/role_service.pb.h"

namespace qingqu::identity {

// One method for each rpc of RoleService; see the proto for what they promise. Thread-safe.
class RoleHandlers {
 public:
  // `pool` outlives the handlers.
  explicit RoleHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::ListRolesResponse> ListRoles(const CallContext& call,
                                                  const v1::ListRolesRequest& request);
  absl::StatusOr<v1::RoleGrants> GetRole(const CallContext& call,
                                         const v1::GetRoleRequest& request);
  absl::StatusOr<v1::RoleGrants> UpdateRolePermissions(
      const CallContext& call, const v1::UpdateRolePermissionsRequest& request);

 private:
  db::ConnectionPool* const pool_;
};

}  // namespace qingqu::identity
