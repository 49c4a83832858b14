#include "services/identity/role_errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::identity {

absl::Status RoleNotFound(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, "ROLE_NOT_FOUND",
                   fmt::format("there is no {}", name));
}

absl::Status RoleEtagMismatch() {
  return MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "the role was changed meanwhile; read it again");
}

absl::Status PermissionUnknown(std::string_view permission) {
  return MakeError(absl::StatusCode::kInvalidArgument, "PERMISSION_UNKNOWN",
                   fmt::format("no method asks for the permission {}", permission),
                   {{"permission", std::string(permission)}});
}

absl::Status PermissionForbidden(std::string_view role, std::string_view permission,
                                 std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "PERMISSION_FORBIDDEN",
                   fmt::format("{} cannot hold {}, because {}", role, permission, why),
                   {{"role", std::string(role)}, {"permission", std::string(permission)}});
}

absl::Status RoleSeparation(std::string_view role, std::string_view proposing,
                            std::string_view approving) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "SEPARATION_OF_DUTIES",
                   fmt::format("{} cannot hold both {} and {}: one person could do both", role,
                               proposing, approving),
                   {{"proposing", std::string(proposing)}, {"approving", std::string(approving)}});
}

absl::Status AdministratorKeeps(std::string_view permission) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "LAST_ADMINISTRATOR",
                   fmt::format("the bureau administrator keeps {}: without it nobody could "
                               "administrate users and roles any more",
                               permission),
                   {{"permission", std::string(permission)}});
}

}  // namespace qingqu::identity
