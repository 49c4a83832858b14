#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"

namespace qingqu::catalog {

// The ids of up to 1,000 names of the pattern, which are the field `names`. INVALID_ARGUMENT
// with every violation.
absl::StatusOr<std::vector<std::string>> IdsOfNames(
    std::string_view pattern, const google::protobuf::RepeatedPtrField<std::string>& names);

}  // namespace qingqu::catalog
