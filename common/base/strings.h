#pragma once

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace qingqu {

// Debian builds Abseil with its own string_view, which does not convert to or from
// std::string_view.
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// True when `text` is well-formed UTF-8 without NUL. PostgreSQL text can hold nothing else, and
// libpqxx cuts a parameter silently at its first NUL.
bool IsStorableText(std::string_view text);

// Number of Unicode code points in well-formed UTF-8.
int CodePointCount(std::string_view text);

// `text` without ASCII white space at both ends.
std::string_view TrimAsciiSpace(std::string_view text);

}  // namespace qingqu
