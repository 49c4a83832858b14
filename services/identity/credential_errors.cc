#include "services/identity/credential_errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::identity {

absl::Status IsMachineClient(std::string_view user_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "MACHINE_CLIENT",
                   fmt::format("users/{} is a machine client: it has API keys alone", user_id));
}

absl::Status TooManySigningKeys() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "TOO_MANY_SIGNING_KEYS",
                   "eight keys are trusted or to come; wait until the last tokens of the oldest "
                   "have ended");
}

}  // namespace qingqu::identity
