#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::identity {

// FAILED_PRECONDITION MACHINE_CLIENT: what a machine client cannot do.
absl::Status IsMachineClient(std::string_view user_id);
// FAILED_PRECONDITION TOO_MANY_SIGNING_KEYS: as many are trusted or to come as may be.
absl::Status TooManySigningKeys();

}  // namespace qingqu::identity
