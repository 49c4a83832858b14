#pragma once

#include <map>
#include <optional>
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
// within a department. NOT_FOUND ALLIANCE_NOT_FOUND, INSTITUTION_NOT_FOUND, DEPARTMENT_NOT_FOUND;
// FAILED_PRECONDITION UNIT_CLOSED.
absl::Status CompleteOwner(pqxx::transaction_base& tx, Location& location);

// The only place one level above `location`, whose owner is complete, that could be its parent; ""
// when there is none or more than one.
std::string FindOnlyParent(pqxx::transaction_base& tx, const Location& location);

// Those of the ids that there are and that are not closed.
std::map<std::string, Location, std::less<>> ReadLocations(
    pqxx::transaction_base& tx, const std::vector<std::string>& location_ids);

// In the order of the ids given; NOT_FOUND LOCATION_NOT_FOUND names the first that is missing.
absl::StatusOr<std::vector<Location>> FindLocations(pqxx::transaction_base& tx,
                                                    const std::vector<std::string>& location_ids);

// The location, closed or not, which no other transaction changes until this one ends.
std::optional<Location> LockLocation(pqxx::transaction_base& tx, const std::string& location_id);
// Each makes the next version: of its name and shelf life, or closed.
void UpdateLocation(pqxx::transaction_base& tx, const Location& location);
void CloseLocation(pqxx::transaction_base& tx, const Location& location);
// Resource names of what stands in the way of closing it, sorted, at most `names_max`: places below
// it, items that lie there, transfers on their way from or to it, orders to be delivered there.
std::vector<std::string> OpenAtLocation(pqxx::transaction_base& tx, const std::string& location_id,
                                        int names_max);

std::vector<Location> ListLocations(pqxx::transaction_base& tx, const std::string& after,
                                    int rows_max);

}  // namespace qingqu::distribution
