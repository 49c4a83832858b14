#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/udi/udi.h"

namespace qingqu::udi {

// MA (IDcode) codes, issued by the Zhongguancun institute ZIIOT under ISO/IEC 15459 with the
// issuing agency code "MA": "MA.156.M0.100761.21234561.Sx00008.M220117.L20220117.E220130.C3". Read
// in structure: check characters are never held against a code. `text` starts at byte `base` of the
// input. Not for callers of the parser: see udi.h.

// True for "MA.…", and for a production identifier alone, ".S…".
bool LooksLikeMa(std::string_view text);

ParseResult ParseMa(std::string_view text, size_t base, const ParseOptions& options);

// Joins two scans of MA.
ParseResult JoinMa(const Scan& first, const Scan& second, const ParseOptions& options);

// The one form that `scan`, of MA, is written in.
std::string MaString(const Scan& scan);

}  // namespace qingqu::udi
