#include "common/auth/alliance_scope.h"

#include "common/status/status.h"

namespace qingqu::auth {

absl::Status RequireAllianceScope(const Principal& principal) {
  if (principal.scope != Scope::kInstitution && principal.scope != Scope::kDepartment) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, "SCOPE_TOO_NARROW",
                   "this is decided for the whole alliance; ask an approver of the alliance");
}

}  // namespace qingqu::auth
