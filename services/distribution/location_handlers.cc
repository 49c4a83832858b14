#include <optional>

#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/errors.h"
#include "services/distribution/location_store.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

void ReadOwner(const v1::Location& proto, Location& location, FieldViolations& violations) {
  const std::string prefix = "location.";
  if (location.kind == LocationKind::kCentralStore) {
    location.alliance_id =
        ReadId("alliances/{alliance}", prefix + "alliance", proto.alliance(), violations);
  }
  const bool keeper_given =
      location.kind == LocationKind::kCentralStore && !proto.institution().empty();
  if (location.kind == LocationKind::kInstitutionStore || keeper_given) {
    location.institution_id = ReadId("institutions/{institution}", prefix + "institution",
                                     proto.institution(), violations);
  }
  if (location.kind == LocationKind::kDepartment) {
    location.department_id =
        ReadId("departments/{department}", prefix + "department", proto.department(), violations);
  } else if (!LiesInDepartment(location.kind) && !proto.department().empty()) {
    violations.Add(prefix + "department", "must be empty: the location is not a department's");
  }
}

void ReadParent(const v1::Location& proto, Location& location, FieldViolations& violations) {
  const std::string field = "location.parent";
  if (proto.parent().empty()) {
    if (LiesInDepartment(location.kind)) {
      violations.Add(field, "is required: the location of the department that it belongs to");
    }
    return;
  }
  if (location.kind == LocationKind::kCentralStore) {
    violations.Add(field, "must be empty: nothing is above a central store");
    return;
  }
  location.parent_id = ReadId("locations/{location}", field, proto.parent(), violations);
}

absl::StatusOr<Location> ParseLocation(const CallContext& call,
                                       const v1::CreateLocationRequest& request) {
  FieldViolations violations;
  const v1::Location& proto = request.location();
  Location location{.location_id = request.location_id(),
                    .display_name = proto.display_name(),
                    .created_at = ToMicroseconds(call.received_at),
                    .shelf_life_days_min = proto.shelf_life_days_min()};
  violations.AddIfError("location_id", ValidateResourceId(location.location_id));
  CheckLocationTexts(location, violations);
  if (proto.kind() < v1::LOCATION_KIND_CENTRAL_STORE ||
      proto.kind() > v1::LOCATION_KIND_OPERATING_ROOM) {
    violations.Add("location.kind", "must be set");
  } else {
    location.kind = static_cast<LocationKind>(proto.kind() - 1);
    ReadOwner(proto, location, violations);
    ReadParent(proto, location, violations);
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return location;
}

// Whose places are not the caller's to make is not said to exist.
absl::Status NotYours(const Location& location) {
  switch (location.kind) {
    case LocationKind::kCentralStore:
      return AllianceNotFound(location.alliance_id);
    case LocationKind::kInstitutionStore:
      return InstitutionNotFound(location.institution_id);
    case LocationKind::kDepartment:
      return DepartmentNotFound(location.department_id);
    case LocationKind::kCabinet:
    case LocationKind::kOperatingRoom:
      return LocationNotFound(location.parent_id);
  }
  return LocationNotFound(location.location_id);
}

absl::StatusOr<Location> FindParent(pqxx::transaction_base& tx, const CallContext& call,
                                    const std::string& location_id) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Location> places, FindLocations(tx, {location_id}));
  if (!IsOnSideOf(call.principal, places[0])) return LocationNotFound(location_id);
  return places[0];
}

// Fills in owner and parent where they follow from the rest, and checks them.
absl::Status Complete(pqxx::transaction_base& tx, const CallContext& call, Location& location) {
  std::optional<Location> parent;
  if (!location.parent_id.empty()) {
    QINGQU_ASSIGN_OR_RETURN(parent, FindParent(tx, call, location.parent_id));
  }
  if (parent.has_value() && LiesInDepartment(location.kind)) {
    location.alliance_id = parent->alliance_id;
    location.institution_id = parent->institution_id;
    location.department_id = parent->department_id;
    QINGQU_RETURN_IF_ERROR(CheckParent(*parent, location));
  }
  QINGQU_RETURN_IF_ERROR(CompleteOwner(tx, location));
  if (!MayCreate(call.principal, location)) return NotYours(location);
  if (parent.has_value()) return CheckParent(*parent, location);
  location.parent_id = FindOnlyParent(tx, location);
  return absl::OkStatus();
}

// Whoever closes the place above waits until this one is there, and then finds it.
absl::Status HoldParent(pqxx::transaction_base& tx, const Location& location) {
  if (location.parent_id.empty()) return absl::OkStatus();
  const std::optional<Location> parent = LockLocation(tx, location.parent_id);
  if (!parent.has_value()) return LocationNotFound(location.parent_id);
  const bool closed = parent->closed_at != absl::InfiniteFuture();
  return closed ? LocationClosed(location.parent_id) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Location> DistributionHandlers::CreateLocation(
    const CallContext& call, const v1::CreateLocationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Location parsed, ParseLocation(call, request));
  return db::RunIdempotent<v1::Location>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Location> {
        Location location = parsed;
        QINGQU_RETURN_IF_ERROR(Complete(tx, call, location));
        QINGQU_RETURN_IF_ERROR(HoldParent(tx, location));
        QINGQU_RETURN_IF_ERROR(InsertLocation(tx, location));
        v1::Location created = ToProto(location);
        db::JournalEntry entry{.event = "location.created",
                               .resource = created.name(),
                               .subjects = {created.alliance(), created.institution()},
                               .institution_id = location.institution_id,
                               .alliance_id = location.alliance_id,
                               .details_json = ToJson(created)};
        if (!created.department().empty()) entry.subjects.push_back(created.department());
        if (!created.parent().empty()) entry.subjects.push_back(created.parent());
        db::AppendJournal(tx, call, entry);
        return created;
      });
}

absl::StatusOr<v1::ListLocationsResponse> DistributionHandlers::ListLocations(
    const CallContext& call, const v1::ListLocationsRequest& request) {
  const std::string filter = "locations";
  QINGQU_ASSIGN_OR_RETURN(const int rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 1));
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListLocationsResponse> {
        v1::ListLocationsResponse response;
        const std::string after = key.empty() ? "" : key.front();
        std::string last;
        for (const Location& location : distribution::ListLocations(tx, after, rows + 1)) {
          if (response.locations_size() == rows) {
            response.set_next_page_token(EncodePageToken({last}, filter));
            break;
          }
          last = location.location_id;
          *response.add_locations() = ToProto(location);
        }
        return response;
      });
}

}  // namespace qingqu::distribution
