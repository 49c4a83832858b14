#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu {

// AIP-122. A pattern is "items/{item}" or "agreements/{agreement}/lines/{line}".

// The ids of `name` in the order of the pattern's variables. INVALID_ARGUMENT, with the pattern in
// the message, when it does not fit or an id is not valid.
absl::StatusOr<std::vector<std::string>> ParseResourceName(std::string_view pattern,
                                                           std::string_view name);

// For patterns with one variable: its id.
absl::StatusOr<std::string> ParseResourceId(std::string_view pattern, std::string_view name);

// OK when `id` matches [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?, which both ids chosen by people and
// lower-case UUIDs do.
absl::Status ValidateResourceId(std::string_view id);

}  // namespace qingqu
