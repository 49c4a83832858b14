#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qingqu::tabular {

inline constexpr size_t kShownCodePointsMax = 120;

// What is wrong with one cell, or with one row as a whole (`column` is then empty).
struct CellError {
  int64_t line = 0;     // physical line on which the row starts, 1-based
  std::string column;   // name in the header
  std::string value;    // as it stands in the file, at most kShownCodePointsMax code points
  std::string reason;   // UPPER_SNAKE, stable
  std::string message;  // says what is expected
};

// The first kShownCodePointsMax code points of well-formed UTF-8, with "…" in place of the last
// when some are missing.
std::string ShownValue(std::string_view value);

}  // namespace qingqu::tabular
