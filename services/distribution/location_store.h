#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/distribution/location.h"

namespace qingqu::distribution {

// ALREADY_EXISTS LOCATION_EXISTS, also when the department has a location already.
absl::Status InsertLocation(pqxx::transaction_base& tx, const Location& location);

// Fills in what follows from what is given: of a department its institution and alliance, of a
// store its alliance, of a central store without a keeper the lead hospital; nothing of a place
// within a department. NOT_FOUND ALLIANCE_NOT_FOUND, INSTITUTION_NOT_FOUND, DEPARTMENT_NOT_FOUND.
absl::Status CompleteOwner(pqxx::transaction_base& tx, Location& location);

// The only place one level above `location`, whose owner is complete, that could be its parent; ""
// when there is none or more than one.
std::string FindOnlyParent(pqxx::transaction_base& tx, const Location& location);

// Those of the ids that there are.
std::map<std::string, Location, std::less<>> ReadLocations(
    pqxx::transaction_base& tx, const std::vector<std::string>& location_ids);

// In the order of the ids given; NOT_FOUND LOCATION_NOT_FOUND names the first that is missing.
absl::StatusOr<std::vector<Location>> FindLocations(pqxx::transaction_base& tx,
                                                    const std::vector<std::string>& location_ids);

std::vector<Location> ListLocations(pqxx::transaction_base& tx, const std::string& after,
                                    int rows_max);

}  // namespace qingqu::distribution
