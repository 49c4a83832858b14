#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/base/money.h"

namespace qingqu::catalog {

// The errors of prices. `name` is a resource name.

absl::Status PriceNotFound(std::string_view name);
absl::Status PriceClosed(std::string_view name);
absl::Status PriceOverlaps(std::string_view name);
absl::Status PriceAboveCeiling(Money ceiling);
absl::Status PriceTwiceInRequest(size_t first_index);
// There is no such alliance or institution in the caller's sight.
absl::Status HolderNotFound(std::string_view name);

}  // namespace qingqu::catalog
