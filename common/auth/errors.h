#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::auth {

// UNAUTHENTICATED TOKEN_INVALID: sign in again. `problem` completes "the token …".
absl::Status TokenInvalid(std::string_view problem);
// UNAUTHENTICATED TOKEN_EXPIRED: renew it with the refresh token, or sign in again.
absl::Status TokenExpired();
// INVALID_ARGUMENT TOKEN_NOT_SIGNABLE: nobody would accept a token with this content.
absl::Status TokenNotSignable(std::string_view problem);
// FAILED_PRECONDITION KEY_UNUSABLE: whoever runs the process has to put `path` in order.
absl::Status KeyUnusable(std::string_view path, std::string_view problem);

}  // namespace qingqu::auth
