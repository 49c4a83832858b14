#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tabular/byte_source.h"
#include "common/udid/device_xml.h"

namespace qingqu::udid {
namespace {

constexpr DeviceXmlLimits kLimits{
    .field_bytes_max = 100, .record_bytes_max = 300, .entries_max = 4, .undecodable_max = 50};

// What is read of it, or that it is refused: values are storable text within their limits, lines
// ascend, an error has a reason and is final.
std::string Read(std::string_view bytes, size_t chunk) {
  tabular::BufferSource source(bytes, chunk);
  DeviceXmlReader reader(source, kLimits);
  std::string all;
  int64_t line = 0;
  while (true) {
    DeviceXmlRecord record;
    const auto more = reader.Next(record);
    if (!more.ok()) {
      QINGQU_CHECK(!ErrorReason(more.status()).empty());
      QINGQU_CHECK(!reader.Next(record).ok());
      // How much of a file is read before its error, and which of two is met first, depends on
      // how it is cut.
      return "error";
    }
    if (!*more) return all;
    QINGQU_CHECK(record.line >= line);
    line = record.line;
    QINGQU_CHECK(record.entries.size() <= kLimits.entries_max);
    size_t total = 0;
    const auto take = [&](const std::vector<DeviceValue>& values) {
      for (const DeviceValue& value : values) {
        QINGQU_CHECK(!value.name.empty() && !value.value.empty());
        QINGQU_CHECK(value.value.size() <= kLimits.field_bytes_max && IsStorableText(value.value));
        total += value.value.size();
        all += value.value;
      }
    };
    take(record.values);
    for (const DeviceEntry& entry : record.entries) take(entry.values);
    QINGQU_CHECK(total <= kLimits.record_bytes_max);
  }
}

}  // namespace
}  // namespace qingqu::udid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = qingqu::udid::Read(bytes, size_t{1} << 16);
  QINGQU_CHECK(whole == qingqu::udid::Read(bytes, 16));
  return 0;
}
