#pragma once

#include <algorithm>
#include <string_view>

namespace qingqu::udi {

// Character classes of ASCII, whatever the locale.

constexpr bool IsDigit(char character) { return '0' <= character && character <= '9'; }

constexpr bool IsLetter(char character) {
  return ('A' <= character && character <= 'Z') || ('a' <= character && character <= 'z');
}

// True for the empty text.
constexpr bool IsAllDigits(std::string_view text) { return std::ranges::all_of(text, IsDigit); }

// The number that the digits of `text` spell; at most 9 digits.
constexpr int DigitsToInt(std::string_view text) {
  int value = 0;
  for (const char digit : text) value = value * 10 + (digit - '0');
  return value;
}

}  // namespace qingqu::udi
