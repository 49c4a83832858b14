#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace qingqu::catalog {

// National insurance codes of consumables (医保27位码): C + 2 discipline + 2 use + 2 site or
// function + 3 generic name + 2 material + 3 feature + 5 manufacturer + 7 specification. No check
// digit. The disciplines are 01 to 17.
inline constexpr size_t kNationalCodeLength = 27;
inline constexpr size_t kClassCodeLength = 15;

// Reads a whole code, normalising full width and spaces. INVALID_ARGUMENT with what is wrong.
// Whether its class is in the class tree is not asked: the tree that is loaded need not cover all
// classes.
absl::StatusOr<std::string> ParseNationalCode(std::string_view text);

// True for C, a discipline and digits: what a code of any level begins with. Cheap, for imports.
bool IsCodePrefix(std::string_view text);

}  // namespace qingqu::catalog
