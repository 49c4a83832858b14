#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/udi/udi.h"

namespace qingqu::udi {

// Codes of Ali Health (issuing agency code AHM of ISO/IEC 15459). What is public: the device
// identifier is a labeller's and a product's code, and the production identifiers are BN batch, SN
// serial number, MD production date, BD best before and ED expiry. The identifier is taken as it
// is; how the parts are set apart is not public, and what separates them here is our reading: each
// starts after one of . / | , ; 0x1D, or its name stands in brackets. `text` starts at byte `base`
// of the input. Not for callers of the parser: see udi.h.

// True for what starts with "AHM".
bool LooksLikeAhm(std::string_view text);

ParseResult ParseAhm(std::string_view text, size_t base, const ParseOptions& options);

// Joins two scans of AHM.
ParseResult JoinAhm(const Scan& first, const Scan& second, const ParseOptions& options);

// "AHM10010001.BNA1.ED271231".
std::string AhmString(const Scan& scan);

// True for a device identifier without production identifiers.
bool IsAhmIdentifier(std::string_view text);

}  // namespace qingqu::udi
