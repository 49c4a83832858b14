#include "common/auth/errors.h"

#include <fmt/format.h>

#include <string>

#include "common/status/status.h"

namespace qingqu::auth {

absl::Status TokenInvalid(std::string_view problem) {
  return MakeError(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID",
                   fmt::format("the token {}; sign in again", problem));
}

absl::Status TokenExpired() {
  return MakeError(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED",
                   "the token has expired; refresh the session or sign in again");
}

absl::Status TokenNotSignable(std::string_view problem) {
  return MakeError(absl::StatusCode::kInvalidArgument, "TOKEN_NOT_SIGNABLE",
                   fmt::format("no token can be made: {}", problem));
}

absl::Status KeyUnusable(std::string_view path, std::string_view problem) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "KEY_UNUSABLE",
                   fmt::format("{}: {}", path, problem), {{"path", std::string(path)}});
}

}  // namespace qingqu::auth
