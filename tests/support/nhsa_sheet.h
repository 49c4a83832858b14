#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace qingqu::testing {

struct NhsaSheetOptions {
  int64_t rows = 1'000;
  // Of a thousand rows how many say again what an earlier one said, with another GOODS_ID: 57 in
  // the sheet that was looked at (349 of 6,132).
  int repeated_per_thousand = 57;
};

// Writes a specification sheet as the insurance bureau publishes them (sheet Query1, 21 columns)
// with made-up codes, makers and sizes; the same options give the same rows. A product has up to 60
// specifications, a maker up to 40 products. At most 1,048,575 rows.
absl::Status WriteNhsaSheet(const std::string& path, const NhsaSheetOptions& options);

}  // namespace qingqu::testing
