#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tabular/byte_source.h"

namespace qingqu::udid {

// The files of the device database (国家药监局医疗器械唯一标识数据库, udi.nmpa.gov.cn, XML of the
// daily and full releases): <udid><devices><device>, whose elements have the initials of their
// Chinese names.

// An element that is read and what we call it.
struct DeviceElement {
  std::string_view element;
  std::string_view name;
};
// Of a <device>.
std::span<const DeviceElement> DeviceElements();
// The lists in a <device>: "packingList" (packs), "storageList" (storages), "clinicalList"
// (clinical_sizes), "contactList" (contacts).
struct DeviceList {
  std::string_view element;
  std::string_view name;
  std::span<const DeviceElement> elements;  // of each entry
};
std::span<const DeviceList> DeviceLists();

struct DeviceValue {
  std::string_view name;  // static
  std::string value;      // without white space at its ends, never empty
};
struct DeviceEntry {
  std::string_view list;  // static
  std::vector<DeviceValue> values;
};
// What is wrong with a record as a whole or with one of its elements.
struct DeviceFault {
  std::string_view name;    // static; empty: the record
  std::string_view reason;  // UPPER_SNAKE, static
  std::string message;
};
struct DeviceXmlRecord {
  int64_t line = 0;  // of its start tag
  std::vector<DeviceValue> values;
  std::vector<DeviceEntry> entries;
  std::vector<DeviceFault> faults;
};

struct DeviceXmlLimits {
  size_t field_bytes_max = size_t{64} << 10;
  size_t record_bytes_max = size_t{1} << 20;
  size_t entries_max = 1'000;
  int64_t undecodable_max = 1'000;  // bytes that are not UTF-8, see XmlRepair
};

// Reads such a file as a stream, in bounded memory, and whatever is wrong with its text
// (XmlRepair). Elements that are not known are passed over. Not thread-safe.
//
// Faults of a record: FIELD_TOO_LONG, RECORD_TOO_LONG, TOO_MANY_ENTRIES; what is too long is left
// out. Errors, which are final and come after the records before them: INVALID_ARGUMENT
// DEVICE_XML_INVALID (names line and column), DEVICE_XML_ENCODING (not UTF-8), DEVICE_XML_DOCTYPE,
// DEVICE_XML_ZIPPED (as they are published: unpack it), NOT_A_DEVICE_FILE (another root);
// RESOURCE_EXHAUSTED DEVICE_XML_TOO_COMPLEX; besides, those of the source.
class DeviceXmlReader {
 public:
  // Does not own `source`, which must outlive it.
  explicit DeviceXmlReader(tabular::ByteSource& source, const DeviceXmlLimits& limits = {});
  ~DeviceXmlReader();
  DeviceXmlReader(const DeviceXmlReader&) = delete;
  DeviceXmlReader& operator=(const DeviceXmlReader&) = delete;

  // Fills `record` and returns true; false at the end.
  absl::StatusOr<bool> Next(DeviceXmlRecord& record);
  // How many marks and bytes of the text were mended so far.
  int64_t repairs() const;
  // How many records the file says it has (numberRkeyecordXML in its <header>); none when it does
  // not say, or not yet.
  std::optional<int64_t> declared_count() const;

 private:
  class Parser;
  const std::unique_ptr<Parser> parser_;
};

}  // namespace qingqu::udid
