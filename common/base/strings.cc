#include "common/base/strings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace qingqu {
namespace {

uint8_t ByteAt(std::string_view text, size_t index) { return static_cast<uint8_t>(text[index]); }

bool IsContinuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The size of the well-formed sequence at the start of `text`, or 0. Table 3-7 of the Unicode
// Standard: the lead byte decides the size and the range of the second byte, which keeps out
// overlong forms, surrogates and everything above U+10FFFF.
size_t SequenceSize(std::string_view text) {
  const uint8_t lead = ByteAt(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  const uint8_t second = ByteAt(text, 1);
  const uint8_t second_min = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t second_max = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < second_min || second > second_max) return 0;
  for (size_t index = 2; index < size; ++index) {
    if (!IsContinuation(ByteAt(text, index))) return 0;
  }
  return size;
}

}  // namespace

bool IsStorableText(std::string_view text) {
  while (!text.empty()) {
    const size_t size = SequenceSize(text);
    if (size == 0 || text[0] == '\0') return false;
    text.remove_prefix(size);
  }
  return true;
}

int CodePointCount(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(
      text, [](char character) { return !IsContinuation(static_cast<uint8_t>(character)); }));
}

std::string_view TrimAsciiSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace qingqu
