#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "services/identity/organisation.h"

namespace qingqu::identity {

// The unit of this id, which no other transaction changes until this one ends.
std::optional<Alliance> LockAlliance(pqxx::transaction_base& tx, const std::string& alliance_id);
std::optional<Institution> LockInstitution(pqxx::transaction_base& tx,
                                           const std::string& institution_id);
std::optional<Department> LockDepartment(pqxx::transaction_base& tx,
                                         const std::string& department_id);

// Each of these makes the unit's next version, in the database and in memory.
void Rename(pqxx::transaction_base& tx, const std::string& display_name, Alliance& alliance);
void Rename(pqxx::transaction_base& tx, const std::string& display_name, Institution& institution);
void Rename(pqxx::transaction_base& tx, const std::string& display_name, Department& department);
void Close(pqxx::transaction_base& tx, absl::Time now, Institution& institution);
void Close(pqxx::transaction_base& tx, absl::Time now, Department& department);
void SetLead(pqxx::transaction_base& tx, bool lead, Institution& institution);
void Touch(pqxx::transaction_base& tx, Alliance& alliance);

// The id of the alliance's lead hospital, or "".
std::string FindLead(pqxx::transaction_base& tx, const std::string& alliance_id);

// Resource names of what goes on there at `now`, sorted, at most `names_max`: posts that are not
// over, departments and locations that are not closed, requisitions that nobody decided on.
struct OpenOptions {
  absl::Time now;
  int names_max = 0;
};
std::vector<std::string> OpenIn(pqxx::transaction_base& tx, const Institution& institution,
                                const OpenOptions& options);
std::vector<std::string> OpenIn(pqxx::transaction_base& tx, const Department& department,
                                const OpenOptions& options);

// FAILED_PRECONDITION UNIT_CLOSED unless both are open ("" is no department); they stay so until
// the transaction ends.
absl::Status HoldOpen(pqxx::transaction_base& tx, const std::string& institution_id,
                      const std::string& department_id = "");

}  // namespace qingqu::identity
