#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "qingqu/catalog/v1/device_record.pb.h"

namespace qingqu::catalog {

// What says which of two records of a device is the later one: 版本号, and within a version how
// often it was corrected (纠错次数). What cannot be read is 0.
struct DeviceVersion {
  int64_t number = 0;
  int64_t correction = 0;

  friend auto operator<=>(const DeviceVersion&, const DeviceVersion&) = default;
};

// An identifier by which a record is found, as items keep it, and what it is there: "sale_unit",
// "pack", "use_unit", "direct_mark" (本体标识) or "registered" (注册/备案产品标识).
struct DeviceRowIdentifier {
  std::string_view role;
  std::string identifier;
};

// A record of the device database on its way into staging.
struct DeviceRow {
  int64_t line = 0;
  std::string device_identifier;  // as items keep it
  DeviceVersion version;
  bool deleted = false;  // the database has done away with the record
  // Each once, in the first of its roles; those that cannot be read are not among them.
  std::vector<DeviceRowIdentifier> identifiers;
  std::string json;  // of the whole record
};

// Why a record is not taken.
struct DeviceRowError {
  int64_t line = 0;
  std::string_view column;  // the field's name in the proto
  std::string value;        // at most 100 bytes
  std::string_view reason;
  std::string message;
};

inline constexpr size_t kDeviceRecordBytesMax = size_t{64} << 10;

// Reads a record and brings its identifiers into the form in which items keep them; those beside
// the device's own that cannot be read stay as they are. Reasons why not:
// DEVICE_IDENTIFIER_INVALID, RECORD_TOO_LONG.
std::variant<DeviceRow, DeviceRowError> ReadDeviceRow(const v1::DeviceRecordRow& message);

// DEVICE_CONFLICT: the record on `first_line` is of the same version and says otherwise.
DeviceRowError DeviceConflict(const DeviceRow& row, int64_t first_line);

}  // namespace qingqu::catalog
