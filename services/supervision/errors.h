#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace qingqu::supervision {

// There is no such lot, or nothing of it concerns the caller: the answer does not tell which.
absl::Status LotNotFound(std::string_view item_id, std::string_view lot_number);

// Nothing is sealed yet (`size` 0), or no checkpoint of this size is kept.
absl::Status CheckpointNotFound(uint64_t size);
// There is no such entry in a log of this size.
absl::Status EntryNotSealed(uint64_t size);
// The entry of the leaf of this index is another one than was sealed.
absl::Status EntryNotAsSealed(uint64_t index);
// The log is not that long (yet).
absl::Status LogTooShort(uint64_t size);
// The log tells of everybody, so nobody gets a part of it.
absl::Status CountyOnly();
// As many exports and followers as may run are running.
absl::Status TooManyStreams();

}  // namespace qingqu::supervision
