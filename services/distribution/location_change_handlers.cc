#include <algorithm>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/distribution_handlers.h"
#include "services/distribution/errors.h"
#include "services/distribution/ledger/period_store.h"
#include "services/distribution/location_store.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kReasonMax = 500;
// How many of what stands in the way of closing are named.
constexpr int kNamedMax = 20;

void CheckReason(const std::string& reason, FieldViolations& violations) {
  if (TrimAsciiSpace(reason).empty() || CodePointCount(reason) > kReasonMax) {
    violations.Add("reason", fmt::format("must have 1 to {} characters", kReasonMax));
  }
}

// What `request` changes, checked; `location` gets the new values.
FieldViolations Apply(const v1::UpdateLocationRequest& request, Location& location) {
  FieldViolations violations;
  const v1::Location& wanted = request.location();
  if (request.update_mask().paths_size() == 0) violations.Add("update_mask", "is required");
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "display_name") {
      location.display_name = wanted.display_name();
    } else if (path == "shelf_life_days_min") {
      location.shelf_life_days_min = wanted.shelf_life_days_min();
    } else {
      violations.Add("update_mask", fmt::format("{} cannot be changed", path));
    }
  }
  CheckLocationTexts(location, violations);
  CheckReason(request.reason(), violations);
  return violations;
}

// The location as it is now, if it is the caller's to change.
absl::StatusOr<Location> LockOwn(pqxx::transaction_base& tx, const CallContext& call,
                                 const std::string& location_id, const std::string& etag) {
  const std::optional<Location> location = LockLocation(tx, location_id);
  if (!location.has_value() || !MayCreate(call.principal, *location)) {
    return LocationNotFound(location_id);
  }
  if (!etag.empty() && etag != std::to_string(location->version)) return LocationEtagMismatch();
  if (location->closed_at != absl::InfiniteFuture()) return LocationClosed(location_id);
  return *location;
}

struct Told {
  std::string event;
  std::string reason;
  Location before;
  Location after;
};

v1::Location Tell(pqxx::transaction_base& tx, const CallContext& call, const Told& told) {
  v1::Location answer = ToProto(told.after);
  db::JournalEntry entry{
      .event = told.event,
      .resource = answer.name(),
      .subjects = {answer.alliance(), answer.institution()},
      .institution_id = told.after.institution_id,
      .alliance_id = told.after.alliance_id,
      .reason = told.reason,
      .details_json =
          nlohmann::json{{"before", nlohmann::json::parse(ToJson(ToProto(told.before)))},
                         {"after", nlohmann::json::parse(ToJson(answer))}}
              .dump()};
  if (!answer.department().empty()) entry.subjects.push_back(answer.department());
  db::AppendJournal(tx, call, entry);
  return answer;
}

}  // namespace

absl::StatusOr<v1::Location> DistributionHandlers::UpdateLocation(
    const CallContext& call, const v1::UpdateLocationRequest& request) {
  FieldViolations violations;
  const std::string location_id =
      ReadId("locations/{location}", "location.name", request.location().name(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Location>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Location> {
        QINGQU_ASSIGN_OR_RETURN(const Location before,
                                LockOwn(tx, call, location_id, request.location().etag()));
        Location after = before;
        QINGQU_RETURN_IF_ERROR(Apply(request, after).ToStatus());
        ++after.version;
        distribution::UpdateLocation(tx, after);
        return Tell(tx, call, {"location.changed", request.reason(), before, after});
      });
}

// Whoever posts waits until the location is closed, and then finds it so.
absl::StatusOr<v1::Location> DistributionHandlers::CloseLocation(
    const CallContext& call, const v1::CloseLocationRequest& request) {
  FieldViolations violations;
  const std::string location_id =
      ReadId("locations/{location}", "name", request.name(), violations);
  CheckReason(request.reason(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Location>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Location> {
        LockLedger(tx);
        QINGQU_ASSIGN_OR_RETURN(const Location before,
                                LockOwn(tx, call, location_id, request.etag()));
        const std::vector<std::string> open = OpenAtLocation(tx, location_id, kNamedMax + 1);
        if (!open.empty()) return LocationInUse(location_id, open, kNamedMax);
        Location after = before;
        after.closed_at = ToMicroseconds(call.received_at);
        ++after.version;
        distribution::CloseLocation(tx, after);
        return Tell(tx, call, {"location.closed", request.reason(), before, after});
      });
}

}  // namespace qingqu::distribution
