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

absl::Status RequireCountyScope(const Principal& principal) {
  if (principal.scope == Scope::kCounty || principal.scope == Scope::kSystem) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, "SCOPE_TOO_NARROW",
                   "this is decided for the whole county; ask the bureau");
}

}  // namespace qingqu::auth
