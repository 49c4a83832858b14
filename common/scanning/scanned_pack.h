#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "common/base/quantity.h"
#include "common/status/line_problems.h"

namespace qingqu::scanning {

// What a scan at a door or a bedside tells, from one bar code or two (common/udi).
struct ScannedPack {
  std::string device_identifier;  // as udi::Scan::di; never empty
  std::string lot;
  std::string serial;
  std::optional<CivilDate> expiry;
  std::optional<CivilDate> manufactured;
};

// What the catalogue says of the item that carries the identifier (catalog_pub.device_identifier
// and catalog_pub.item).
struct ItemFacts {
  std::string item_id;
  int64_t base_units_per_pack = 1;
  bool lot_tracked = false;
  bool serial_tracked = false;
  bool expiry_tracked = false;
  bool high_value = false;
  bool suspended = false;  // by the catalogue; false where that is not asked
};

// Reads `scan`, joined with `pi_scan` when that is not empty. INVALID_ARGUMENT UDI_INVALID, with
// the parser's reason and position in the message; also when there is no device identifier, or when
// what one bar code must not tell alone is missing.
absl::StatusOr<ScannedPack> ReadScan(std::string_view scan, std::string_view pi_scan,
                                     absl::Time now);

// Adds LOT_MISSING, SERIAL_MISSING, EXPIRY_MISSING when the item's UDI carries what the scan lacks,
// and QUANTITY_ODD when a piece with a serial number is not exactly one base unit.
void CheckTracking(const ItemFacts& item, const ScannedPack& pack, int64_t packs, size_t line_index,
                   LineProblems& problems);

// Adds LOT_EXPIRED when the last day of use lies before `today`.
void CheckExpiry(const ScannedPack& pack, CivilDate today, size_t line_index,
                 LineProblems& problems);

}  // namespace qingqu::scanning
