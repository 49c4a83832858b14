#include "common/tabular/cell_error.h"

namespace qingqu::tabular {
namespace {

// Where code point number `count` starts, or npos when there are no more than `count`.
size_t CodePointOffset(std::string_view value, size_t count) {
  size_t seen = 0;
  for (size_t index = 0; index < value.size(); ++index) {
    const bool continuation = (static_cast<unsigned char>(value[index]) & 0xC0) == 0x80;
    if (continuation) continue;
    if (seen == count) return index;
    ++seen;
  }
  return std::string_view::npos;
}

}  // namespace

std::string ShownValue(std::string_view value) {
  if (CodePointOffset(value, kShownCodePointsMax) == std::string_view::npos) {
    return std::string(value);
  }
  return std::string(value.substr(0, CodePointOffset(value, kShownCodePointsMax - 1))) + "…";
}

}  // namespace qingqu::tabular
