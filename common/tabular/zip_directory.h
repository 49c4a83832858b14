#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/status.h"

namespace qingqu::tabular {

// Fills `buffer` from `offset` of a file; false when the file cannot be read or is shorter.
using ReadAt = std::function<bool(int64_t offset, std::span<char> buffer)>;

// Reads the end records of a zip archive (APPNOTE 6.3 sections 4.3.14 to 4.3.16, zip64 included)
// before libzip does, which makes room for as many entries as they claim. RESOURCE_EXHAUSTED
// XLSX_TOO_MANY_PARTS. What is malformed otherwise is left to libzip.
absl::Status CheckZipDirectory(const ReadAt& read_at, int64_t file_bytes, int64_t entries_max);

}  // namespace qingqu::tabular
