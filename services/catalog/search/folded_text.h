#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::catalog {

// A text as it is compared, and where each of its characters came from.
struct FoldedText {
  std::u32string characters;
  // For each of them the byte in the original at which what it stands for begins; one more at the
  // end: the original's length.
  std::vector<uint32_t> origins;
};

// `text` (well-formed UTF-8) without what means nothing to somebody who looks for it: compatibility
// forms and case (NFKC_Casefold, Unicode Technical Report 15), traditional characters (the
// character table of the Unicode CLDR), signs of multiplication and diameter that are written in
// many ways (x, φ), runs of white space (one space), and what is invisible. Nothing at both ends.
FoldedText Fold(std::string_view text);

// One of 64 bits for each character that occurs: what lacks a bit of a term's lacks the term.
uint64_t CharacterBits(std::u32string_view text);

bool IsHan(char32_t character);
bool IsAsciiLetter(char32_t character);
bool IsAsciiDigit(char32_t character);

}  // namespace qingqu::catalog
