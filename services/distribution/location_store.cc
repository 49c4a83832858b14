#include "services/distribution/location_store.h"

#include <algorithm>
#include <array>

#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/db/array.h"
#include "services/distribution/errors.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr std::array<const char*, 5> kKindNames{"central_store", "institution_store", "department",
                                                "cabinet", "operating_room"};

std::string KindName(LocationKind kind) { return kKindNames.at(static_cast<size_t>(kind)); }

Location LocationOf(const pqxx::row& row) {
  const auto kind = row["kind"].as<std::string>();
  const auto* const found = std::find(kKindNames.begin(), kKindNames.end(), kind);
  QINGQU_CHECK(found != kKindNames.end());
  return {.location_id = row["location_id"].as<std::string>(),
          .kind = static_cast<LocationKind>(found - kKindNames.begin()),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .institution_id = row["institution_id"].as<std::string>(),
          .department_id = row["department_id"].as<std::string>(),
          .display_name = row["display_name"].as<std::string>(),
          .created_at = InstantOf(row["created_us"]),
          .parent_id = row["parent_location_id"].as<std::string>(),
          .shelf_life_days_min = row["shelf_life_days_min"].as<int>(),
          .closed_at =
              row["closed_us"].is_null() ? absl::InfiniteFuture() : InstantOf(row["closed_us"]),
          .version = row["version"].as<int64_t>()};
}

std::map<std::string, Location, std::less<>> ReadAnyLocations(
    pqxx::transaction_base& tx, const std::vector<std::string>& location_ids, bool also_closed) {
  std::map<std::string, Location, std::less<>> found;
  for (const auto& row :
       tx.exec_prepared(queries::kFindLocations.name, db::TextArray(location_ids), also_closed)) {
    Location location = LocationOf(row);
    found.emplace(location.location_id, std::move(location));
  }
  return found;
}

bool IsClosed(const pqxx::result& units) { return units[0]["closed"].as<bool>(); }

absl::Status CompleteCentralStore(pqxx::transaction_base& tx, Location& location) {
  const pqxx::result alliances =
      tx.exec_prepared(queries::kReadAlliance.name, location.alliance_id);
  if (alliances.empty()) return AllianceNotFound(location.alliance_id);
  if (location.institution_id.empty()) {
    location.institution_id = alliances[0]["lead_institution_id"].as<std::string>();
    return location.institution_id.empty() ? LeadNotFound(location.alliance_id) : absl::OkStatus();
  }
  const pqxx::result keepers =
      tx.exec_prepared(queries::kReadInstitution.name, location.institution_id);
  if (keepers.empty() || keepers[0]["alliance_id"].as<std::string>() != location.alliance_id) {
    return InstitutionNotFound(location.institution_id);
  }
  return IsClosed(keepers) ? UnitClosed("institutions/" + location.institution_id)
                           : absl::OkStatus();
}

}  // namespace

absl::Status InsertLocation(pqxx::transaction_base& tx, const Location& location) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertLocation.name, location.location_id, KindName(location.kind),
      location.alliance_id, location.institution_id, location.department_id, location.display_name,
      InstantText(location.created_at), location.parent_id, location.shelf_life_days_min);
  if (inserted.affected_rows() == 1) return absl::OkStatus();
  if (!ReadAnyLocations(tx, {location.location_id}, true).empty()) {
    return LocationExists(location.location_id);
  }
  return DepartmentHasLocation(location.department_id);
}

absl::Status CompleteOwner(pqxx::transaction_base& tx, Location& location) {
  if (location.kind == LocationKind::kCentralStore) return CompleteCentralStore(tx, location);
  if (LiesInDepartment(location.kind)) return absl::OkStatus();
  if (location.kind == LocationKind::kInstitutionStore) {
    const pqxx::result found =
        tx.exec_prepared(queries::kReadInstitution.name, location.institution_id);
    if (found.empty()) return InstitutionNotFound(location.institution_id);
    if (IsClosed(found)) return UnitClosed("institutions/" + location.institution_id);
    location.alliance_id = found[0]["alliance_id"].as<std::string>();
    return absl::OkStatus();
  }
  const pqxx::result found =
      tx.exec_prepared(queries::kReadDepartment.name, location.department_id);
  if (found.empty()) return DepartmentNotFound(location.department_id);
  if (IsClosed(found)) return UnitClosed("departments/" + location.department_id);
  location.institution_id = found[0]["institution_id"].as<std::string>();
  location.alliance_id = found[0]["alliance_id"].as<std::string>();
  return absl::OkStatus();
}

std::string FindOnlyParent(pqxx::transaction_base& tx, const Location& location) {
  const std::optional<LocationKind> kind = ParentKind(location.kind);
  if (!kind.has_value()) return "";
  const std::string institution_id =
      kind == LocationKind::kCentralStore ? "" : location.institution_id;
  const pqxx::result found = tx.exec_prepared(queries::kFindOnlyParent.name, KindName(*kind),
                                              location.alliance_id, institution_id);
  return found.empty() ? "" : found[0]["location_id"].as<std::string>();
}

std::map<std::string, Location, std::less<>> ReadLocations(
    pqxx::transaction_base& tx, const std::vector<std::string>& location_ids) {
  return ReadAnyLocations(tx, location_ids, false);
}

std::optional<Location> LockLocation(pqxx::transaction_base& tx, const std::string& location_id) {
  tx.exec_prepared(queries::kLockLocation.name, location_id);
  auto found = ReadAnyLocations(tx, {location_id}, true);
  if (found.empty()) return std::nullopt;
  return std::move(found.begin()->second);
}

void UpdateLocation(pqxx::transaction_base& tx, const Location& location) {
  tx.exec_prepared(queries::kUpdateLocation.name, location.location_id, location.display_name,
                   location.shelf_life_days_min);
}

void CloseLocation(pqxx::transaction_base& tx, const Location& location) {
  tx.exec_prepared(queries::kCloseLocation.name, location.location_id,
                   InstantText(location.closed_at));
}

std::vector<std::string> OpenAtLocation(pqxx::transaction_base& tx, const std::string& location_id,
                                        int names_max) {
  std::vector<std::string> names;
  for (const auto& row :
       tx.exec_prepared(queries::kListOpenAtLocation.name, location_id, names_max)) {
    names.push_back(row["name"].as<std::string>());
  }
  return names;
}

absl::StatusOr<std::vector<Location>> FindLocations(pqxx::transaction_base& tx,
                                                    const std::vector<std::string>& location_ids) {
  const std::map<std::string, Location, std::less<>> found = ReadLocations(tx, location_ids);
  std::vector<Location> locations;
  for (const std::string& location_id : location_ids) {
    const auto location = found.find(location_id);
    if (location == found.end()) return LocationNotFound(location_id);
    locations.push_back(location->second);
  }
  return locations;
}

std::vector<Location> ListLocations(pqxx::transaction_base& tx, const std::string& after,
                                    int rows_max) {
  std::vector<Location> locations;
  for (const auto& row : tx.exec_prepared(queries::kListLocations.name, after, rows_max)) {
    locations.push_back(LocationOf(row));
  }
  return locations;
}

}  // namespace qingqu::distribution
