#include "services/identity/delegation_errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::identity {

absl::Status DelegationNotFound(std::string_view delegation_id) {
  return MakeError(absl::StatusCode::kNotFound, "DELEGATION_NOT_FOUND",
                   fmt::format("there is no delegations/{} of yours", delegation_id));
}

absl::Status DelegationEtagMismatch() {
  return MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "the delegation was changed meanwhile; read it again");
}

absl::Status DelegationOver(std::string_view delegation_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "DELEGATION_OVER",
                   fmt::format("delegations/{} is over already", delegation_id));
}

absl::Status RoleNotDelegable(std::string_view role) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "ROLE_NOT_DELEGABLE",
                   fmt::format("{} is entrusted in person; ask the bureau administrator to give "
                               "your colleague a post for the time",
                               role));
}

absl::Status StandInCannotDelegate() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STAND_IN_CANNOT_DELEGATE",
                   "who acts for another does not hand it on, nor does a program; act in a post of "
                   "your own");
}

absl::Status NoSuchColleague(std::string_view user_id) {
  return MakeError(absl::StatusCode::kNotFound, "USER_NOT_FOUND",
                   fmt::format("there is no users/{} with a post of their own there", user_id));
}

absl::Status TooManyDelegations() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "TOO_MANY_DELEGATIONS",
                   "20 delegations of yours are not over; revoke one of them first");
}

}  // namespace qingqu::identity
