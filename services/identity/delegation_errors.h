#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::identity {

// Also for one that is not the caller's affair.
absl::Status DelegationNotFound(std::string_view delegation_id);
absl::Status DelegationEtagMismatch();
// FAILED_PRECONDITION DELEGATION_OVER.
absl::Status DelegationOver(std::string_view delegation_id);
// FAILED_PRECONDITION ROLE_NOT_DELEGABLE.
absl::Status RoleNotDelegable(std::string_view role);
// FAILED_PRECONDITION STAND_IN_CANNOT_DELEGATE: neither who acts by a delegation nor a program.
absl::Status StandInCannotDelegate();
// NOT_FOUND USER_NOT_FOUND, the same whether there is nobody of that name or they work elsewhere.
absl::Status NoSuchColleague(std::string_view user_id);
absl::Status TooManyDelegations();

}  // namespace qingqu::identity
