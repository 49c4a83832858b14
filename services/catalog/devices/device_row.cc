#include "services/catalog/devices/device_row.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "services/catalog/convert.h"
#include "services/catalog/device_identifier.h"

namespace qingqu::catalog {
namespace {

constexpr size_t kValueBytesMax = 100;
// versionStauts of a record that is no more. Published files say 新增 and 更新; these are what the
// words for the end of a record are, should one come.
constexpr std::array<std::string_view, 4> kDeletedStates = {"删除", "注销", "撤销", "作废"};

// The start of `value`, whole characters only.
std::string Shorten(std::string_view value) {
  if (value.size() <= kValueBytesMax) return std::string(value);
  size_t size = kValueBytesMax;
  while (size > 0 && (static_cast<uint8_t>(value[size]) & 0xC0) == 0x80) --size;
  return std::string(value.substr(0, size));
}

// "3" and "3.0" are 3.
int64_t NumberOf(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && number >= 0 ? number : 0;
}

// Brings identifiers into the form in which items keep them and collects them.
class IdentifierReader {
 public:
  void Read(std::string_view role, std::string& identifier) {
    if (identifier.empty()) return;
    absl::StatusOr<std::string> parsed = ParseDeviceIdentifier(identifier);
    if (!parsed.ok()) return;
    identifier = *std::move(parsed);
    if (std::ranges::find(found_, identifier, &DeviceRowIdentifier::identifier) == found_.end()) {
      found_.push_back({.role = role, .identifier = identifier});
    }
  }
  std::vector<DeviceRowIdentifier> Take() { return std::move(found_); }

 private:
  std::vector<DeviceRowIdentifier> found_;
};

// Of the pack within, which is found as a pack of its own or as the unit sold.
void NormaliseOnly(std::string& identifier) {
  IdentifierReader reader;
  reader.Read("", identifier);
}

// The stronger role first.
std::vector<DeviceRowIdentifier> ReadIdentifiers(v1::DeviceRecord& record) {
  IdentifierReader reader;
  reader.Read("sale_unit", *record.mutable_device_identifier());
  for (v1::DevicePack& pack : *record.mutable_packs()) {
    reader.Read("pack", *pack.mutable_device_identifier());
    NormaliseOnly(*pack.mutable_contained_identifier());
  }
  reader.Read("use_unit", *record.mutable_use_unit_identifier());
  reader.Read("direct_mark", *record.mutable_direct_mark_identifier());
  reader.Read("registered", *record.mutable_registered_identifier());
  return reader.Take();
}

}  // namespace

std::variant<DeviceRow, DeviceRowError> ReadDeviceRow(const v1::DeviceRecordRow& message) {
  const auto identifier = ParseDeviceIdentifier(message.record().device_identifier());
  if (!identifier.ok()) {
    return DeviceRowError{.line = message.line(),
                          .column = "device_identifier",
                          .value = Shorten(message.record().device_identifier()),
                          .reason = "DEVICE_IDENTIFIER_INVALID",
                          .message = std::string(ToStd(identifier.status().message()))};
  }
  if (message.record().ByteSizeLong() > kDeviceRecordBytesMax) {
    return DeviceRowError{.line = message.line(),
                          .column = "",
                          .value = "",
                          .reason = "RECORD_TOO_LONG",
                          .message = fmt::format("at most {} bytes", kDeviceRecordBytesMax)};
  }
  v1::DeviceRecord record = message.record();
  std::vector<DeviceRowIdentifier> identifiers = ReadIdentifiers(record);
  return DeviceRow{
      .line = message.line(),
      .device_identifier = *identifier,
      .version = {.number = NumberOf(record.version_number()),
                  .correction = NumberOf(record.correction_number())},
      .deleted = std::ranges::find(kDeletedStates, record.version_state()) != kDeletedStates.end(),
      .identifiers = std::move(identifiers),
      .json = ToJson(record)};
}

DeviceRowError DeviceConflict(const DeviceRow& row, int64_t first_line) {
  return {.line = row.line,
          .column = "device_identifier",
          .value = Shorten(row.device_identifier),
          .reason = "DEVICE_CONFLICT",
          .message =
              fmt::format("line {} says otherwise of version {}, correction {} of {}", first_line,
                          row.version.number, row.version.correction, row.device_identifier)};
}

}  // namespace qingqu::catalog
