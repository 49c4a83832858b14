#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::identity {

absl::Status PostNotFound(std::string_view post_id);
absl::Status PostEtagMismatch();
// FAILED_PRECONDITION POST_OVER: it has ended, or ends earlier, already.
absl::Status PostOver(std::string_view post_id);
// FAILED_PRECONDITION POST_NOT_IN_FORCE: nobody can act in it (any more), or in none at all.
absl::Status PostNotInForce();
absl::Status DepartmentNotFound(std::string_view department_id);
absl::Status UserDisabled(std::string_view user_id);
// FAILED_PRECONDITION SEPARATION_OF_DUTIES: this person could do both.
absl::Status PersonSeparation(std::string_view user_id, std::string_view proposing,
                              std::string_view approving);

}  // namespace qingqu::identity
