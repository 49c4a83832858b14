#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "pqxx/row"

#include "common/base/civil_date.h"
#include "services/catalog/approval.h"

namespace qingqu::catalog {

// Columns of suppliers and items alike, between PostgreSQL's text and our types.

// The columns state, proposer_id, approver_id, reinstatement_proposer_id, reinstater_id,
// proposer_for_id, reinstatement_proposer_for_id, created_us, updated_us and version.
Approval ReadApproval(const pqxx::row& row);

// Never NULL.
CivilDate ReadDate(const pqxx::field& field);
std::optional<CivilDate> ReadOptionalDate(const pqxx::field& field);

// For a parameter cast to timestamptz.
std::string TimestampText(absl::Time time);

}  // namespace qingqu::catalog
