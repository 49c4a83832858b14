#include "services/identity/organisation_errors.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::identity {

absl::Status UnitEtagMismatch() {
  return MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "it was changed meanwhile; read it again");
}

absl::Status UnitClosed(std::string_view name) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "UNIT_CLOSED",
                   fmt::format("{} is closed", name));
}

absl::Status UnitInUse(std::string_view name, std::span<const std::string> open, int named_max) {
  const size_t named = std::min(open.size(), static_cast<size_t>(named_max));
  const std::string list = fmt::format("{}", fmt::join(open.first(named), ", "));
  return MakeError(absl::StatusCode::kFailedPrecondition, "UNIT_IN_USE",
                   fmt::format("end or close first what goes on in {}: {}{}", name, list,
                               named < open.size() ? " and more" : ""),
                   {{"open", list}});
}

absl::Status LeadMustChange(std::string_view alliance_id) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "LEAD_MUST_CHANGE",
      fmt::format("it is the lead hospital of alliances/{}; change that first", alliance_id));
}

absl::Status LeadAlready(std::string_view alliance_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "LEAD_ALREADY",
                   fmt::format("it is the lead hospital of alliances/{} already", alliance_id));
}

absl::Status InstitutionCannotMove(std::string_view institution_id) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "INSTITUTION_CANNOT_MOVE",
      fmt::format("what institutions/{} ordered, holds and used is its alliance's for ever; close "
                  "it, and create it under another id in the other alliance",
                  institution_id));
}

absl::Status SupplierNotUsable(std::string_view supplier_id, std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "SUPPLIER_NOT_USABLE",
                   fmt::format("nobody gets a post at suppliers/{}: {}", supplier_id, why));
}

}  // namespace qingqu::identity
