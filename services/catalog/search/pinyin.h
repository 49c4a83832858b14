#pragma once

#include <span>
#include <string_view>

namespace qingqu::catalog {

// How a Han character is read, in the letters that a keyboard has: the reading of the Unicode CLDR
// (ICU, Han-Latin) first, then others that the words of the field know (长 chang, zhang). Empty for
// what is no Han character or has no reading. `lü` is "lu", as it also is when it is typed "lv".
std::span<const std::string_view> ReadingsOf(char32_t character);

// How many letters of `letters` (a-z, digits) the text spells from its character `begin` on, each
// character by its whole reading, its first letter or zh, ch, sh, the last one by any beginning of
// its reading; letters and digits stand for themselves. The most that can be; `end`, unless null,
// gets the character behind the last one that took part.
size_t SpelledFrom(std::u32string_view text, size_t begin, std::string_view letters, size_t* end);

}  // namespace qingqu::catalog
