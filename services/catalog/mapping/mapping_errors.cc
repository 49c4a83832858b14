#include "services/catalog/mapping/mapping_errors.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

ErrorMetadata Code(std::string_view local_code) {
  return {{"local_code", std::string(local_code)}};
}

}  // namespace

absl::Status InstitutionNotFound(std::string_view institution_id) {
  return MakeError(StatusCode::kNotFound, "INSTITUTION_NOT_FOUND",
                   fmt::format("there is no institutions/{}", institution_id),
                   ResourceMetadata(fmt::format("institutions/{}", institution_id)));
}

absl::Status LocalCodeNotFound(std::string_view local_code) {
  return MakeError(StatusCode::kNotFound, "LOCAL_CODE_NOT_FOUND",
                   fmt::format("the institution's list has no {}", local_code), Code(local_code));
}

absl::Status LocalCodeNotMapped(std::string_view local_code, CivilDate day) {
  return MakeError(StatusCode::kNotFound, "LOCAL_CODE_NOT_MAPPED",
                   fmt::format("{} is no item's on {}", local_code, day.ToString()),
                   Code(local_code));
}

absl::Status AlreadyDecided(std::string_view local_code, std::string_view decider_id,
                            absl::Time decided_at) {
  const std::string decider =
      decider_id.empty() ? "the platform" : fmt::format("users/{}", decider_id);
  return MakeError(
      StatusCode::kAborted, "ALREADY_DECIDED",
      fmt::format("{} was decided by {} at {}; read it again", local_code, decider,
                  absl::FormatTime(absl::RFC3339_sec, decided_at, absl::UTCTimeZone())),
      Code(local_code));
}

absl::Status LocalCodeChanged(std::string_view local_code) {
  return MakeError(StatusCode::kAborted, "LOCAL_CODE_CHANGED",
                   fmt::format("the row of {}, or what is proposed for it, was changed since you "
                               "read it; read it again",
                               local_code),
                   Code(local_code));
}

absl::Status NothingDecided(std::string_view local_code) {
  return MakeError(StatusCode::kFailedPrecondition, "NOTHING_DECIDED",
                   fmt::format("nothing is decided about {} that could be taken back", local_code),
                   Code(local_code));
}

absl::Status ReasonMissing(std::string_view local_code) {
  return MakeError(StatusCode::kFailedPrecondition, "REASON_MISSING",
                   fmt::format("say why {} is no longer, or not, an item's", local_code),
                   Code(local_code));
}

absl::Status ProposalNotFound(std::string_view local_code, int proposal) {
  return MakeError(StatusCode::kFailedPrecondition, "PROPOSAL_NOT_FOUND",
                   fmt::format("{} has no proposal {}", local_code, proposal), Code(local_code));
}

absl::Status TargetNotApproved(std::string_view item_id) {
  return MakeError(StatusCode::kFailedPrecondition, "ITEM_NOT_APPROVED",
                   fmt::format("items/{} is not approved; nothing is mapped onto it", item_id),
                   ResourceMetadata(fmt::format("items/{}", item_id)));
}

absl::Status UnitFactorUnknown(std::string_view local_code, std::string_view item_id) {
  return MakeError(
      StatusCode::kFailedPrecondition, "UNIT_FACTOR_UNKNOWN",
      fmt::format("say how many base units of items/{} are in one unit of {}: its row does not "
                  "say it, or says something else than the item's packs",
                  item_id, local_code),
      Code(local_code));
}

absl::Status ValidFromTooEarly(std::string_view local_code, CivilDate free_from) {
  return MakeError(StatusCode::kFailedPrecondition, "VALID_FROM_TOO_EARLY",
                   fmt::format("until {} it is on record what {} was; begin on that day or later",
                               free_from.ToString(), local_code),
                   Code(local_code));
}

}  // namespace qingqu::catalog
