#include "services/catalog/devices/device_code.h"

#include <variant>

#include "common/udi/udi.h"
#include "services/catalog/device_identifier.h"

namespace qingqu::catalog {

absl::StatusOr<std::string> DeviceIdentifierOfCode(std::string_view code, absl::Time now) {
  absl::StatusOr<std::string> identifier = ParseDeviceIdentifier(code);
  if (identifier.ok()) return identifier;
  const int year = static_cast<int>(absl::ToCivilYear(now, absl::UTCTimeZone()).year());
  const udi::ParseResult parsed = udi::Parse(code, {.current_year = year});
  const auto* scan = std::get_if<udi::Scan>(&parsed);
  if (scan == nullptr) return identifier;
  if (scan->di.empty()) {
    return absl::InvalidArgumentError(
        "the scan has a production identifier only: scan the code with the product too");
  }
  return ParseDeviceIdentifier(scan->di);
}

}  // namespace qingqu::catalog
