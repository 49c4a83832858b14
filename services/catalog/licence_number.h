#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/catalog/approval.h"

namespace qingqu::catalog {

// A distributor's licence (经营许可) or filing (经营备案).
struct LicenceNumber {
  std::string text;  // normalised
  // The highest class that it allows: a licence (许) class III, a filing (备) class II.
  DeviceClass highest_class = DeviceClass::kII;
};

// Reads `<province><city>(食)?药监械经营(许|备)YYYYNNNN号`, normalising full width, brackets,
// spaces and dashes. INVALID_ARGUMENT with what is wrong.
absl::StatusOr<LicenceNumber> ParseLicenceNumber(std::string_view text);

// The same for a manufacturer's licence (生产许可) or filing (生产备案):
// `<province><city>(食)?药监械生产(许|备)YYYYNNNN号`. A licence allows class III, a filing class I.
absl::StatusOr<LicenceNumber> ParseProductionLicenceNumber(std::string_view text);

}  // namespace qingqu::catalog
