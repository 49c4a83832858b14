#pragma once

#include "absl/status/status.h"

#include "common/auth/principal.h"

namespace qingqu::auth {

// For what binds every institution of an alliance (suppliers, items, agreements): OK unless the
// caller acts for one institution only, then PERMISSION_DENIED SCOPE_TOO_NARROW. Roles such as
// approver are held in both scopes, so the permission alone does not tell.
absl::Status RequireAllianceScope(const Principal& principal);

// The same for what binds the whole county.
absl::Status RequireCountyScope(const Principal& principal);

}  // namespace qingqu::auth
