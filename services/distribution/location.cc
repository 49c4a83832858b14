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

bool MayCreate(const auth::Principal& principal, const Location& location) {
  switch (principal.scope) {
    case auth::Scope::kInstitution:
      return location.kind != LocationKind::kCentralStore &&
             principal.institution_id == location.institution_id;
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

bool WorksAt(const auth::Principal& principal, const Location& location) {
  if (principal.scope == auth::Scope::kInstitution) {
    return principal.institution_id == location.institution_id;
  }
  return principal.scope == auth::Scope::kAlliance &&
         location.kind == LocationKind::kCentralStore &&
         principal.alliance_id == location.alliance_id;
}

bool MayUseUp(const auth::Principal& principal, const Location& location) {
  return location.kind != LocationKind::kCentralStore && WorksAt(principal, location);
}

absl::Status CheckRoute(const auth::Principal& principal, const Location& from,
                        const Location& to) {
  if (!WorksAt(principal, from)) return LocationNotFound(from.location_id);
  if (to.alliance_id != from.alliance_id) return LocationNotFound(to.location_id);
  if (WorksAt(principal, to) || from.kind == LocationKind::kCentralStore ||
      to.kind == LocationKind::kCentralStore) {
    return absl::OkStatus();
  }
  return RouteNotAllowed();
}

absl::Status CheckDestination(const auth::Principal& principal, const Location& to) {
  if (!WorksAt(principal, to) || (to.kind != LocationKind::kDepartment && IsNurseOnly(principal))) {
    return NotAtDestination(to.location_id);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::distribution
