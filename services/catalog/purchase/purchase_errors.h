#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::catalog {

// NOT_FOUND BUYER_NOT_FOUND: there is no such institution, or department of it, in the caller's
// sight. `department` may be empty.
absl::Status BuyerNotFound(std::string_view institution, std::string_view department);

}  // namespace qingqu::catalog
