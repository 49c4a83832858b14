#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "services/catalog/codes/code_release.h"

namespace qingqu::catalog {

// That a release counts no longer: one person proposes it, another one approves. Meanwhile the
// release takes no more lists, so that what is approved is what was proposed.

std::string Etag(const CodeRelease& release);

// Whether lists of the release can be imported: CodeReleaseCancelled, CancellationProposed.
absl::Status CheckTakesLists(std::string_view release_id, bool cancelled, bool proposed);

// `release` as it is next. `reason` was checked.
//
// CodeReleaseCancelled; CancellationProposed (to propose it again), CancellationNotProposed (to
// decide what nobody proposed), SamePerson (to approve, by anybody who stands behind the proposal).
absl::StatusOr<CodeRelease> ProposeCancellation(const CodeRelease& release,
                                                const auth::Actor& proposer,
                                                std::string_view reason);
absl::StatusOr<CodeRelease> ApproveCancellation(const CodeRelease& release,
                                                const auth::Actor& approver, absl::Time now);
absl::StatusOr<CodeRelease> RejectCancellation(const CodeRelease& release, std::string_view reason);

absl::Status CodeReleaseNotFound(std::string_view release_id);
absl::Status CodeReleaseCancelled(std::string_view release_id);
absl::Status CancellationProposed(std::string_view release_id);
absl::Status CancellationNotProposed(std::string_view release_id);
// What `later_id` said again was not written down again, so that it goes first.
absl::Status CodeReleaseBuiltUpon(std::string_view release_id, std::string_view later_id);

}  // namespace qingqu::catalog
