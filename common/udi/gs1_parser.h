#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/udi/udi.h"

namespace qingqu::udi {

// The forms that GS1 data come in. In each, `text` is what is left of the input from byte `base`
// on; positions of errors count from the start of the input. Not for callers of the parser: see
// udi.h.

inline constexpr char kFnc1 = '\x1d';

// AI, value, AI, value …; FNC1 ends values whose length is not predefined, and is tolerated after
// others, at the start and once at the end.
ParseResult ParseElementString(std::string_view text, size_t base, const ParseOptions& options);

// True when `text` starts with an opening bracket, "(" or its full-width form.
bool StartsWithBracket(std::string_view text);

// "(01)06901234567892 (17)271231".
ParseResult ParseHumanReadable(std::string_view text, size_t base, const ParseOptions& options);

// A GS1 Digital Link URI: starts with "http://" or "https://" in any case.
ParseResult ParseDigitalLink(std::string_view text, size_t base, const ParseOptions& options);

// A GTIN of 8, 12, 13 or 14 digits without an AI.
ParseResult ParseBareGtin(std::string_view text, size_t base, const ParseOptions& options);

// True when `text` consists of 8, 12, 13 or 14 digits.
bool HasGtinShape(std::string_view text);

// True when it also ends with its check digit.
bool IsBareGtin(std::string_view text);

// `gtin` with zeros in front, 14 digits.
std::string PadGtin(std::string_view gtin);

}  // namespace qingqu::udi
