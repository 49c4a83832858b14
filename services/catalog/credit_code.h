#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::catalog {

// Reads a unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters of
// 0123456789ABCDEFGHJKLMNPQRTUWXY, the last one a check character. Full width and spaces are
// normalised; letters must be capitals. INVALID_ARGUMENT with what is wrong.
absl::StatusOr<std::string> ParseCreditCode(std::string_view text);

}  // namespace qingqu::catalog
