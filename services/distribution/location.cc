#include "services/distribution/location.h"

#include <algorithm>

#include "services/distribution/errors.h"

namespace qingqu::distribution {
namespace {

bool IsNurseOnly(const auth::Principal& principal) {
  return std::all_of(principal.roles.begin(), principal.roles.end(),
                     [](const std::string& role) { return role == "department_nurse"; });
}

}  // namespace

std::string OwnerAt(const Location& location) {
  if (location.kind == LocationKind::kCentralStore) return "alliances/" + location.alliance_id;
  return "institutions/" + location.institution_id;
}

std::string SeenBy(const Location& location) {
  return location.kind == LocationKind::kCentralStore ? "" : location.institution_id;
}

bool IsAt(const auth::Principal& principal, const Location& location) {
  switch (principal.scope) {
    case auth::Scope::kInstitution:
      return principal.institution_id == location.institution_id;
    case auth::Scope::kAlliance:
      return principal.alliance_id == location.alliance_id;
    case auth::Scope::kCounty:
    case auth::Scope::kSystem:
      return true;
    case auth::Scope::kSupplier:
      return false;
  }
  return false;
}

absl::Status CheckRoute(const auth::Principal& principal, const Location& from,
                        const Location& to) {
  const bool is_operator = principal.scope == auth::Scope::kAlliance;
  if (!IsAt(principal, from) || (is_operator && from.kind == LocationKind::kDepartment)) {
    return LocationNotFound(from.location_id);
  }
  if (to.alliance_id != from.alliance_id) return LocationNotFound(to.location_id);
  if (principal.scope != auth::Scope::kInstitution || IsAt(principal, to) ||
      from.kind == LocationKind::kCentralStore || to.kind == LocationKind::kCentralStore) {
    return absl::OkStatus();
  }
  return RouteNotAllowed();
}

absl::Status CheckDestination(const auth::Principal& principal, const Location& to) {
  if (!IsAt(principal, to) || (to.kind != LocationKind::kDepartment && IsNurseOnly(principal))) {
    return NotAtDestination(to.location_id);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::distribution
