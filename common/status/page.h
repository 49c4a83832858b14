#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/base/page_token.h"

namespace qingqu {

// The fields page_size and page_token of a list request (AIP-158), read as common/base/page_token.h
// says; what is wrong is INVALID_ARGUMENT with reason INVALID_FIELD for the field.

absl::StatusOr<int> ParsePageSize(int page_size);

absl::StatusOr<std::vector<std::string>> ParsePageToken(std::string_view page_token,
                                                        std::string_view filter, size_t key_size);

// For a token whose parts are not what the list puts into its tokens.
absl::Status WrongPageToken();

}  // namespace qingqu
