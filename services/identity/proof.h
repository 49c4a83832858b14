#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "services/identity/handler_dependencies.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {

// A try to prove that one knows a user's password.
struct Proof {
  bool fits = false;
  std::string attempt_id;  // to be forgotten (sign_in_store.h) once all has been proved
  std::optional<Account> account;
};

// Notes that the caller tries to prove to be this user; the id of the attempt. SIGN_IN_THROTTLED
// when there were too many.
absl::StatusOr<std::string> NoteTry(const HandlerDependencies& dependencies,
                                    const CallContext& call, const std::string& user_id);
// The attempt was not looked at, and counts for nothing.
void ForgetTry(const HandlerDependencies& dependencies, const CallContext& call,
               const std::string& attempt_id);
// The same as NoteTry, and says whether the password is the user's. A disabled or unknown user's
// fits never, after the same time. What cannot be looked at (SIGN_IN_BUSY) is forgotten.
absl::StatusOr<Proof> ProvePassword(const HandlerDependencies& dependencies,
                                    const CallContext& call, const std::string& user_id,
                                    const std::string& password);
// Appends that somebody could not prove to be this user; `what` is "password" or "second_factor".
absl::Status JournalFailure(const HandlerDependencies& dependencies, const CallContext& call,
                            const std::string& user_id, std::string_view what);

}  // namespace qingqu::identity
