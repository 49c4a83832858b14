#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"

namespace qingqu::catalog {

// Every error about local codes, besides field violations.

absl::Status InstitutionNotFound(std::string_view institution_id);
absl::Status LocalCodeNotFound(std::string_view local_code);
absl::Status LocalCodeNotMapped(std::string_view local_code, CivilDate day);
// `decider_id` "": the platform.
absl::Status AlreadyDecided(std::string_view local_code, std::string_view decider_id,
                            absl::Time decided_at);
absl::Status LocalCodeChanged(std::string_view local_code);
absl::Status NothingDecided(std::string_view local_code);
absl::Status ReasonMissing(std::string_view local_code);
absl::Status ProposalNotFound(std::string_view local_code, int proposal);
absl::Status TargetNotApproved(std::string_view item_id);
absl::Status UnitFactorUnknown(std::string_view local_code, std::string_view item_id);
absl::Status ValidFromTooEarly(std::string_view local_code, CivilDate free_from);

}  // namespace qingqu::catalog
