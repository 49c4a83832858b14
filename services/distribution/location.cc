#include "services/distribution/location.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "services/distribution/errors.h"

namespace qingqu::distribution {
namespace {

constexpr int kDisplayNameMax = 100;
constexpr int kShelfLifeDaysMax = 3650;

constexpr std::array<std::string_view, 5> kPhrases{"a central store", "a store of an institution",
                                                   "a department", "a cabinet",
                                                   "an operating room"};

std::string_view PhraseOf(LocationKind kind) { return kPhrases.at(static_cast<size_t>(kind)); }

bool IsBelowStore(LocationKind kind) {
  return kind == LocationKind::kDepartment || LiesInDepartment(kind);
}

bool IsOwnDepartments(const auth::Principal& principal, const Location& location) {
  return !principal.department_id.empty() && principal.department_id == location.department_id;
}

bool IsNurseOnly(const auth::Principal& principal) {
  return std::all_of(principal.roles.begin(), principal.roles.end(),
                     [](const std::string& role) { return role == "department_nurse"; });
}

}  // namespace

std::optional<LocationKind> ParentKind(LocationKind kind) {
  switch (kind) {
    case LocationKind::kCentralStore:
      return std::nullopt;
    case LocationKind::kInstitutionStore:
      return LocationKind::kCentralStore;
    case LocationKind::kDepartment:
      return LocationKind::kInstitutionStore;
    case LocationKind::kCabinet:
    case LocationKind::kOperatingRoom:
      return LocationKind::kDepartment;
  }
  return std::nullopt;
}

bool LiesInDepartment(LocationKind kind) {
  return kind == LocationKind::kCabinet || kind == LocationKind::kOperatingRoom;
}

absl::Status CheckParent(const Location& parent, const Location& child) {
  const std::string field = "location.parent";
  const std::optional<LocationKind> kind = ParentKind(child.kind);
  if (!kind.has_value()) return InvalidField(field, "must be empty: nothing is above it");
  if (parent.kind != *kind) {
    return InvalidField(field, fmt::format("must be {}, one level above {}", PhraseOf(*kind),
                                           PhraseOf(child.kind)));
  }
  if (parent.alliance_id != child.alliance_id) {
    return InvalidField(field, "must be a place of the same alliance");
  }
  if (IsBelowStore(child.kind) && parent.institution_id != child.institution_id) {
    return InvalidField(field, "must be a place of the same institution");
  }
  if (LiesInDepartment(child.kind) && parent.department_id != child.department_id) {
    return InvalidField(field, "must be a place of the same department");
  }
  return absl::OkStatus();
}

std::string OwnerAt(const Location& location) {
  if (location.kind == LocationKind::kCentralStore) return "alliances/" + location.alliance_id;
  return "institutions/" + location.institution_id;
}

int ShelfLifeDaysFor(const Location& destination) {
  return destination.kind == LocationKind::kCentralStore ? 0 : destination.shelf_life_days_min;
}

bool IsSupplierOwned(std::string_view owner) { return owner.rfind("suppliers/", 0) == 0; }

void CheckLocationTexts(const Location& location, FieldViolations& violations) {
  const int length = CodePointCount(location.display_name);
  if (length < 1 || length > kDisplayNameMax) {
    violations.Add("location.display_name",
                   fmt::format("must be 1 to {} characters", kDisplayNameMax));
  }
  if (location.shelf_life_days_min < 0 || location.shelf_life_days_min > kShelfLifeDaysMax) {
    violations.Add("location.shelf_life_days_min",
                   fmt::format("must be 0 to {} days", kShelfLifeDaysMax));
  }
}

std::string SeenBy(const Location& location) {
  return location.kind == LocationKind::kCentralStore ? "" : location.institution_id;
}

bool IsOnSideOf(const auth::Principal& principal, const Location& location) {
  switch (principal.scope) {
    case auth::Scope::kInstitution:
      return location.kind == LocationKind::kCentralStore
                 ? principal.alliance_id == location.alliance_id
                 : principal.institution_id == location.institution_id;
    case auth::Scope::kAlliance:
      return principal.alliance_id == location.alliance_id;
    case auth::Scope::kDepartment:
      return IsOwnDepartments(principal, location);
    case auth::Scope::kCounty:
    case auth::Scope::kSystem:
      return true;
    case auth::Scope::kSupplier:
      return false;
  }
  return false;
}

bool MayCreate(const auth::Principal& principal, const Location& location) {
  if (!IsOnSideOf(principal, location)) return false;
  if (principal.scope == auth::Scope::kDepartment) return LiesInDepartment(location.kind);
  return location.kind != LocationKind::kCentralStore ||
         principal.scope != auth::Scope::kInstitution;
}

bool WorksAt(const auth::Principal& principal, const Location& location) {
  if (principal.scope == auth::Scope::kInstitution) {
    return principal.institution_id == location.institution_id;
  }
  if (principal.scope == auth::Scope::kDepartment) return IsOwnDepartments(principal, location);
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
  // What a department does not need any more goes back to its institution's store.
  if (principal.scope == auth::Scope::kDepartment && to.kind == LocationKind::kInstitutionStore &&
      to.institution_id == from.institution_id) {
    return absl::OkStatus();
  }
  return RouteNotAllowed();
}

absl::Status CheckDestination(const auth::Principal& principal, const Location& to) {
  if (!WorksAt(principal, to) || (!IsBelowStore(to.kind) && IsNurseOnly(principal))) {
    return NotAtDestination(to.location_id);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::distribution
