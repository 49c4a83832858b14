#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::catalog {

// Reads a UDI-DI: a GTIN of 8, 12, 13 or 14 digits with its check digit (GS1 General Specifications
// 7.9), which becomes a GTIN-14, or an MA code without production identifier. Full width and spaces
// are normalised. INVALID_ARGUMENT with what is wrong.
absl::StatusOr<std::string> ParseDeviceIdentifier(std::string_view text);

}  // namespace qingqu::catalog
