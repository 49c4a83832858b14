#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::supervision {

// There is no such lot, or nothing of it concerns the caller: the answer does not tell which.
absl::Status LotNotFound(std::string_view item_id, std::string_view lot_number);

}  // namespace qingqu::supervision
