#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/status/status.h"

namespace qingqu::distribution {

enum class LocationKind { kCentralStore, kInstitutionStore, kDepartment, kCabinet, kOperatingRoom };

// A place that holds stock for somebody.
struct Location {
  std::string location_id;
  LocationKind kind = LocationKind::kCentralStore;
  std::string alliance_id;
  std::string institution_id;  // of a central store: who keeps it for the alliance
  std::string department_id;   // of a department, cabinet or operating room
  std::string display_name;
  absl::Time created_at;
  std::string parent_id;        // one level up; "": none
  int shelf_life_days_min = 0;  // of goods that are allocated for it
  absl::Time closed_at = absl::InfiniteFuture();
  int64_t version = 1;
};

// What the level above a kind is: central store, store of an institution, department, then cabinet
// or operating room. Nothing is above a central store.
std::optional<LocationKind> ParentKind(LocationKind kind);

// A cabinet or an operating room: a place within a department, which is nothing without it.
bool LiesInDepartment(LocationKind kind);

// OK when `parent` is one level above `child` and of the same alliance; below a store also of the
// same institution, below a department of the same department. Else INVALID_ARGUMENT INVALID_FIELD
// for location.parent.
absl::Status CheckParent(const Location& parent, const Location& child);

// Who owns what lies there: "alliances/east" at the central store, else "institutions/h1".
std::string OwnerAt(const Location& location);

// How many days goods must last that are chosen for the place, today counted in. Any may go back to
// a central store.
int ShelfLifeDaysFor(const Location& destination);

// On consignment: a supplier's, "suppliers/kangda", wherever they lie.
bool IsSupplierOwned(std::string_view owner);

// Adds what is wrong with what a location is called, and with how long goods for it must last.
void CheckLocationTexts(const Location& location, FieldViolations& violations);

// Whose accounts the row-level security lets see what lies there: the institution, or "" for the
// whole alliance.
std::string SeenBy(const Location& location);

// Whether the caller belongs to the side whose the place is: its institution, for a central store
// the whole alliance; who sees one department, to that alone; an operator to all of its alliance,
// the county to every side.
bool IsOnSideOf(const auth::Principal& principal, const Location& location);

// Whether the place is the caller's to set up: its institution's; for an operator its alliance's;
// for the county any. A central store belongs to the alliance: no institution makes one; and a
// department's own place is its institution's to make, what lies within it the department's.
bool MayCreate(const auth::Principal& principal, const Location& location);

// True when the caller handles goods there: staff of its institution (or of the one that keeps the
// central store), at a central store also an operator of its alliance; who sees one department, at
// its places. Watching the place, as the county does, is not working there.
bool WorksAt(const auth::Principal& principal, const Location& location);

// Goods are used up where they belong to an institution, never out of the alliance's central store.
bool MayUseUp(const auth::Principal& principal, const Location& location);

// Whether the caller may send goods this way. NOT_FOUND LOCATION_NOT_FOUND for a place that is not
// the caller's to send from or lies in another alliance, PERMISSION_DENIED ROUTE_NOT_ALLOWED.
//   operator:    central store -> anywhere in the alliance
//   institution: its own places -> its own places or the central store;
//                the central store that it keeps -> anywhere in the alliance
//   department:  its own places -> its own places, a store of its institution or the central store
absl::Status CheckRoute(const auth::Principal& principal, const Location& from, const Location& to);

// PERMISSION_DENIED NOT_AT_DESTINATION unless the caller works there; nurses work in departments,
// at cabinets and in operating rooms only. So nobody but a hospital's own staff confirms what a
// hospital got.
absl::Status CheckDestination(const auth::Principal& principal, const Location& to);

}  // namespace qingqu::distribution
