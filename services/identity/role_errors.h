#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::identity {

absl::Status RoleNotFound(std::string_view name);
absl::Status RoleEtagMismatch();
// INVALID_ARGUMENT PERMISSION_UNKNOWN: no method and no field names it.
absl::Status PermissionUnknown(std::string_view permission);
// FAILED_PRECONDITION PERMISSION_FORBIDDEN: no administrator can grant this. `why` completes
// "because …".
absl::Status PermissionForbidden(std::string_view role, std::string_view permission,
                                 std::string_view why);
// FAILED_PRECONDITION SEPARATION_OF_DUTIES: whoever has the role could do both.
absl::Status RoleSeparation(std::string_view role, std::string_view proposing,
                            std::string_view approving);
// FAILED_PRECONDITION LAST_ADMINISTRATOR: nobody could administrate users and roles any more.
absl::Status AdministratorKeeps(std::string_view permission);

}  // namespace qingqu::identity
