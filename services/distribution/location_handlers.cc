#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
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

constexpr int kDisplayNameMax = 100;

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
  } else if (!proto.department().empty()) {
    violations.Add(prefix + "department", "must be empty: the location is not a department's");
  }
}

absl::StatusOr<Location> ParseLocation(const CallContext& call,
                                       const v1::CreateLocationRequest& request) {
  FieldViolations violations;
  const v1::Location& proto = request.location();
  Location location{.location_id = request.location_id(),
                    .display_name = proto.display_name(),
                    .created_at = ToMicroseconds(call.received_at)};
  violations.AddIfError("location_id", ValidateResourceId(location.location_id));
  const int length = CodePointCount(location.display_name);
  if (length < 1 || length > kDisplayNameMax) {
    violations.Add("location.display_name", "must be 1 to 100 characters");
  }
  if (proto.kind() < v1::LOCATION_KIND_CENTRAL_STORE ||
      proto.kind() > v1::LOCATION_KIND_DEPARTMENT) {
    violations.Add("location.kind", "must be set");
  } else {
    location.kind = static_cast<LocationKind>(proto.kind() - 1);
    ReadOwner(proto, location, violations);
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
  }
  return LocationNotFound(location.location_id);
}

}  // namespace

absl::StatusOr<v1::Location> DistributionHandlers::CreateLocation(
    const CallContext& call, const v1::CreateLocationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Location parsed, ParseLocation(call, request));
  return db::RunIdempotent<v1::Location>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Location> {
        Location location = parsed;
        QINGQU_RETURN_IF_ERROR(CompleteOwner(tx, location));
        if (!MayCreate(call.principal, location)) return NotYours(location);
        QINGQU_RETURN_IF_ERROR(InsertLocation(tx, location));
        v1::Location created = ToProto(location);
        db::JournalEntry entry{.event = "location.created",
                               .resource = created.name(),
                               .subjects = {created.alliance(), created.institution()},
                               .institution_id = location.institution_id,
                               .alliance_id = location.alliance_id,
                               .details_json = ToJson(created)};
        if (!created.department().empty()) entry.subjects.push_back(created.department());
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
