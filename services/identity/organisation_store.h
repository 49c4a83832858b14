#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "services/identity/organisation.h"

namespace qingqu::identity {

// How instants go to PostgreSQL, as timestamptz text.
std::string InstantText(absl::Time instant);
// `instant` as PostgreSQL keeps it, in whole microseconds: what a call answers must be what is read
// later.
absl::Time StoredInstant(absl::Time instant);

// One page of a list: rows after `after` (an id; "" for the first page), at most `rows_max`.
struct PageOf {
  std::string after;
  int rows_max = 0;
};

// ALREADY_EXISTS ALLIANCE_EXISTS.
absl::Status InsertAlliance(pqxx::transaction_base& tx, const Alliance& alliance);
bool AllianceIsThere(pqxx::transaction_base& tx, const std::string& alliance_id);
std::vector<Alliance> ListAlliances(pqxx::transaction_base& tx, const PageOf& page);

// ALREADY_EXISTS INSTITUTION_EXISTS or LEAD_EXISTS; NOT_FOUND ALLIANCE_NOT_FOUND.
absl::Status InsertInstitution(pqxx::transaction_base& tx, const Institution& institution);
// Of all alliances when `alliance_id` is empty.
std::vector<Institution> ListInstitutions(pqxx::transaction_base& tx, const PageOf& page,
                                          const std::string& alliance_id);
// The institution's alliance.
std::optional<std::string> FindAllianceOfInstitution(pqxx::transaction_base& tx,
                                                     const std::string& institution_id);

// ALREADY_EXISTS DEPARTMENT_EXISTS.
absl::Status InsertDepartment(pqxx::transaction_base& tx, const Department& department);
// Of all institutions when `institution_id` is empty.
std::vector<Department> ListDepartments(pqxx::transaction_base& tx, const PageOf& page,
                                        const std::string& institution_id);

}  // namespace qingqu::identity
