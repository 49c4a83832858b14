#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/udi/udi.h"

namespace qingqu::udi {

// Health Industry Bar Codes of suppliers (ANSI/HIBC 2.6, supplier labelling). Three structures:
// primary "+A123BJC5D6E71G" (labeller, product, unit of measure, check character), secondary
// "+$$52001510X3GD" (production identifiers, link character, check character), and both in one,
// "+A99912345/$$52001510X3/S77DEFG45…", joined by slashes with one check character. `text` starts
// at byte `base` of the input. Not for callers of the parser: see udi.h.

// True for "+…", and for "*+…", the form under the symbol.
bool LooksLikeHibc(std::string_view text);

// Appendix B: the sum of the characters' values modulo 43. What is no character of HIBC counts as
// 0.
char HibcCheckCharacter(std::string_view text);

// How many of the `spaces` that follow `text` belong to it: link and check character may be spaces.
size_t HibcSpacesAtEnd(std::string_view text, size_t spaces);

ParseResult ParseHibc(std::string_view text, size_t base, const ParseOptions& options);

// Joins two scans of HIBC. The link character of a secondary symbol must be the check character of
// the primary one; it is left out of what they make together.
ParseResult JoinHibc(const Scan& first, const Scan& second, const ParseOptions& options);

// "+A99912345/$$52001510X33".
std::string HibcString(const Scan& scan);

// The same between asterisks, with "_" for a link or check character that is a space.
std::string HibcPrinted(const Scan& scan);

// True for labeller, product and unit of measure, "A99912345", as registers keep them.
bool IsHibcIdentifier(std::string_view text);

}  // namespace qingqu::udi
