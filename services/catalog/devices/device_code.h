#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace qingqu::catalog {

// The device identifier of what somebody typed or scanned, as items keep it: of a UDI-DI
// (ParseDeviceIdentifier), or of a whole UDI as a scanner delivers it or as it stands below the
// symbol (common/udi), production identifier and all. INVALID_ARGUMENT with what is wrong.
absl::StatusOr<std::string> DeviceIdentifierOfCode(std::string_view code, absl::Time now);

}  // namespace qingqu::catalog
