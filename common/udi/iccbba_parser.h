#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/udi/udi.h"

namespace qingqu::udi {

// ISBT 128 codes of ICCBBA, for devices with human tissue and for blood bags (ST-001, ST-011,
// ST-017): data structures one after the other, each a data identifier and its data,
// "=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123". A message in
// a two-dimensional symbol starts with the number of structures, "=+06000". `text` starts at byte
// `base` of the input. Not for callers of the parser: see udi.h.

// True for what starts with "=" or "&".
bool LooksLikeIccbba(std::string_view text);

ParseResult ParseIccbba(std::string_view text, size_t base, const ParseOptions& options);

// Joins two scans of ICCBBA.
ParseResult JoinIccbba(const Scan& first, const Scan& second, const ParseOptions& options);

// The structures of `scan`, of ICCBBA, one after the other: as in the symbol and as printed.
std::string IccbbaString(const Scan& scan);

// True for a product of human origin, "A9999XYZ100T0944" (facility, its product code, product
// description code), or a blood bag, "1TE123456A".
bool IsIccbbaIdentifier(std::string_view text);

}  // namespace qingqu::udi
