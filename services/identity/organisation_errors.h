#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace qingqu::identity {

absl::Status UnitEtagMismatch();
// FAILED_PRECONDITION UNIT_CLOSED: nothing begins there any more. `name`: "departments/ward".
absl::Status UnitClosed(std::string_view name);
// FAILED_PRECONDITION UNIT_IN_USE: names what goes on there, in the detail "open" up to `named_max`
// of `open`.
absl::Status UnitInUse(std::string_view name, std::span<const std::string> open, int named_max);
// FAILED_PRECONDITION LEAD_MUST_CHANGE: others of the alliance need a lead hospital.
absl::Status LeadMustChange(std::string_view alliance_id);
// FAILED_PRECONDITION LEAD_ALREADY.
absl::Status LeadAlready(std::string_view alliance_id);
// FAILED_PRECONDITION INSTITUTION_CANNOT_MOVE.
absl::Status InstitutionCannotMove(std::string_view institution_id);
// FAILED_PRECONDITION SUPPLIER_NOT_USABLE: the catalogue knows no such supplier, or has suspended
// it.
absl::Status SupplierNotUsable(std::string_view supplier_id, std::string_view why);

}  // namespace qingqu::identity
