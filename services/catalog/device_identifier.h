#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::catalog {

// Reads a UDI-DI: a GTIN of 8, 12, 13 or 14 digits with its check digit (GS1 General Specifications
// 7.9), which becomes a GTIN-14; an MA or AHM code without production identifier; the primary
// symbol of HIBC, "+A123BJC5D6E71G", the product or blood bag of ICCBBA, "=/A9999XYZ100T0944", or
// either as registers keep it, "A123BJC5D6E71", which is what they become. Full width and spaces
// are normalised. INVALID_ARGUMENT with what is wrong.
absl::StatusOr<std::string> ParseDeviceIdentifier(std::string_view text);

}  // namespace qingqu::catalog
