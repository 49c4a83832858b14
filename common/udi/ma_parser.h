#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/udi/udi.h"

namespace qingqu::udi {

// MA (IDcode) codes, issued by the Zhongguancun institute ZIIOT under ISO/IEC 15459 with the
// issuing agency code "MA": "MA.156.M0.100761.21234561.Sx00008.M220117.L20220117.E220130.C3". Read
// in structure: check characters are never held against a code. `text` starts at byte `base` of the
// input. Not for callers of the parser: see udi.h.

// True for "MA.…", and for a production identifier alone, ".S…".
bool LooksLikeMa(std::string_view text);

ParseResult ParseMa(std::string_view text, size_t base, const ParseOptions& options);

// A part and where it starts in the input.
struct MaPart {
  Element element;
  size_t position = 0;
};

// Makes the scan of parts whose values are right: drops exact repetitions, refuses contradictions.
ParseResult BuildMaScan(std::string di, const std::vector<MaPart>& parts,
                        const ParseOptions& options);

}  // namespace qingqu::udi
