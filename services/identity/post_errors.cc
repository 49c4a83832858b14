#include "services/identity/post_errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::identity {

absl::Status PostNotFound(std::string_view post_id) {
  return MakeError(absl::StatusCode::kNotFound, "POST_NOT_FOUND",
                   fmt::format("there is no posts/{}", post_id));
}

absl::Status PostEtagMismatch() {
  return MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "the post was changed meanwhile; read it again");
}

absl::Status PostOver(std::string_view post_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "POST_OVER",
                   fmt::format("posts/{} has ended, or ends earlier, already", post_id));
}

absl::Status PostNotInForce() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "POST_NOT_IN_FORCE",
                   "the post is not in force (any more); act in another one, or ask the bureau "
                   "administrator");
}

absl::Status DepartmentNotFound(std::string_view department_id) {
  return MakeError(absl::StatusCode::kNotFound, "DEPARTMENT_NOT_FOUND",
                   fmt::format("the institution has no departments/{}", department_id));
}

absl::Status UserDisabled(std::string_view user_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "USER_DISABLED",
                   fmt::format("users/{} has left; make another user", user_id));
}

absl::Status PersonSeparation(std::string_view user_id, std::string_view proposing,
                              std::string_view approving) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "SEPARATION_OF_DUTIES",
      fmt::format("users/{} would hold both {} and {} at the same time: one person could do both",
                  user_id, proposing, approving),
      {{"user", fmt::format("users/{}", user_id)},
       {"proposing", std::string(proposing)},
       {"approving", std::string(approving)}});
}

}  // namespace qingqu::identity
