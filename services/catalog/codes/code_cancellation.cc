#include "services/catalog/codes/code_cancellation.h"

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"

namespace qingqu::catalog {
namespace {

using absl::StatusCode;

ErrorMetadata Resource(std::string_view release_id) {
  return ResourceMetadata(CodeReleaseName(release_id));
}

absl::Status CheckProposed(const CodeRelease& release) {
  if (release.cancelled_at.has_value()) return CodeReleaseCancelled(release.id);
  if (!release.cancellation_proposer.user_id.empty()) return absl::OkStatus();
  return CancellationNotProposed(release.id);
}

}  // namespace

std::string Etag(const CodeRelease& release) { return fmt::format("{}", release.version); }

absl::Status CheckTakesLists(std::string_view release_id, bool cancelled, bool proposed) {
  if (cancelled) return CodeReleaseCancelled(release_id);
  if (proposed) return CancellationProposed(release_id);
  return absl::OkStatus();
}

absl::StatusOr<CodeRelease> ProposeCancellation(const CodeRelease& release,
                                                const auth::Actor& proposer,
                                                std::string_view reason) {
  QINGQU_RETURN_IF_ERROR(CheckTakesLists(release.id, release.cancelled_at.has_value(),
                                         !release.cancellation_proposer.user_id.empty()));
  CodeRelease next = release;
  next.cancellation_proposer = proposer;
  next.cancellation_reason = reason;
  next.cancellation_refusal.clear();
  ++next.version;
  return next;
}

absl::StatusOr<CodeRelease> ApproveCancellation(const CodeRelease& release,
                                                const auth::Actor& approver, absl::Time now) {
  QINGQU_RETURN_IF_ERROR(CheckProposed(release));
  if (auth::ShareAPerson(approver, release.cancellation_proposer)) {
    return SamePerson(CodeReleaseName(release.id));
  }
  CodeRelease next = release;
  next.canceller_id = approver.user_id;
  // Whole microseconds, as the database keeps them.
  next.cancelled_at = absl::FromUnixMicros(absl::ToUnixMicros(now));
  ++next.version;
  return next;
}

absl::StatusOr<CodeRelease> RejectCancellation(const CodeRelease& release,
                                               std::string_view reason) {
  QINGQU_RETURN_IF_ERROR(CheckProposed(release));
  CodeRelease next = release;
  next.cancellation_proposer = {};
  next.cancellation_reason.clear();
  next.cancellation_refusal = reason;
  ++next.version;
  return next;
}

absl::Status CodeReleaseNotFound(std::string_view release_id) {
  return MakeError(StatusCode::kNotFound, "CODE_RELEASE_NOT_FOUND",
                   fmt::format("no list of a release {} was imported", release_id),
                   Resource(release_id));
}

absl::Status CodeReleaseCancelled(std::string_view release_id) {
  return MakeError(StatusCode::kFailedPrecondition, "CODE_RELEASE_CANCELLED",
                   fmt::format("the release {} is cancelled for good; import what is right as a "
                               "release with another id",
                               release_id),
                   Resource(release_id));
}

absl::Status CancellationProposed(std::string_view release_id) {
  return MakeError(StatusCode::kFailedPrecondition, "CODE_RELEASE_CANCELLATION_PROPOSED",
                   fmt::format("that the release {} be cancelled waits for another person's "
                               "decision; until then it takes no more lists",
                               release_id),
                   Resource(release_id));
}

absl::Status CancellationNotProposed(std::string_view release_id) {
  return MakeError(
      StatusCode::kFailedPrecondition, "CODE_RELEASE_CANCELLATION_NOT_PROPOSED",
      fmt::format("nobody has asked that the release {} be cancelled; propose it first",
                  release_id),
      Resource(release_id));
}

absl::Status CodeReleaseBuiltUpon(std::string_view release_id, std::string_view later_id) {
  return MakeError(StatusCode::kFailedPrecondition, "CODE_RELEASE_BUILT_UPON",
                   fmt::format("the release {} came after {} and was read against it; releases "
                               "are cancelled from the last one on, so cancel {} first and import "
                               "it again afterwards",
                               later_id, release_id, later_id),
                   Resource(later_id));
}

}  // namespace qingqu::catalog
