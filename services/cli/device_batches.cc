#include "services/cli/device_batches.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "common/base/check.h"
#include "services/cli/exit_code.h"
#include "services/cli/local_file.h"
#include "services/cli/rpc_client.h"

namespace qingqu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Message;

// A record takes its own bytes and, at most, these for its tag and length.
constexpr size_t kRowOverheadBytes = 6;
// The server takes 64 KiB, tags and lengths included.
constexpr size_t kRecordBytesMax = size_t{60} << 10;

// What the files say of what a production identifier carries; nothing when it is neither.
std::optional<bool> YesOrNo(std::string_view value) {
  if (value == "是" || value == "1" || value == "true") return true;
  if (value == "否" || value == "0" || value == "false") return false;
  return std::nullopt;
}

const FieldDescriptor& Field(const ProtoMessage& message, std::string_view name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  QINGQU_CHECK(field != nullptr);
  return *field;
}

void SetValues(const std::vector<udid::DeviceValue>& values, ProtoMessage& message) {
  for (const udid::DeviceValue& value : values) {
    const FieldDescriptor& field = Field(message, value.name);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      message.GetReflection()->SetString(&message, &field, value.value);
    } else if (const std::optional<bool> yes = YesOrNo(value.value); yes.has_value()) {
      message.GetReflection()->SetBool(&message, &field, *yes);
    }
  }
}

std::string ElementOf(std::string_view name) {
  for (const udid::DeviceElement& element : udid::DeviceElements()) {
    if (element.name == name) return std::string(element.element);
  }
  for (const udid::DeviceList& list : udid::DeviceLists()) {
    if (list.name == name) return std::string(list.element);
  }
  return std::string(name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchReader>> DeviceBatchReader::Open(
    const std::string& path, const google::protobuf::Descriptor& append_request,
    const Catalogue& catalogue) {
  struct stat information = {};
  if (stat(path.c_str(), &information) != 0) {
    return FileError(Message::kFileNotReadable, path, errno, catalogue);
  }
  if (S_ISDIR(information.st_mode)) {
    return FileError(Message::kFileNotReadable, path, EISDIR, catalogue);
  }
  std::unique_ptr<DeviceBatchReader> reader(new DeviceBatchReader(append_request));
  errno = 0;
  reader->file_.open(path, std::ios::binary);
  if (!reader->file_) return FileError(Message::kFileNotReadable, path, errno, catalogue);
  reader->file_bytes_ = information.st_size;
  reader->source_ = std::make_unique<tabular::StreamSource>(reader->file_);
  reader->reader_ = std::make_unique<udid::DeviceXmlReader>(
      *reader->source_, udid::DeviceXmlLimits{.record_bytes_max = kRecordBytesMax});
  return reader;
}

size_t DeviceBatchReader::AddRecord(const udid::DeviceXmlRecord& record,
                                    ProtoMessage& request) const {
  ProtoMessage& row = *request.GetReflection()->AddMessage(&request, &Field(request, "rows"));
  row.GetReflection()->SetInt64(&row, &Field(row, "line"), record.line);
  ProtoMessage& device = *row.GetReflection()->MutableMessage(&row, &Field(row, "record"));
  SetValues(record.values, device);
  for (const udid::DeviceEntry& entry : record.entries) {
    SetValues(entry.values,
              *device.GetReflection()->AddMessage(&device, &Field(device, entry.list)));
  }
  return row.ByteSizeLong() + kRowOverheadBytes;
}

absl::StatusOr<bool> DeviceBatchReader::Next(RowBatch& batch) {
  batch = RowBatch();
  batch.request = NewMessage(append_request_);
  size_t bytes = 0;
  int64_t records = 0;
  while (batch.row_count < kBatchRowsMax && bytes < kBatchBytesMax &&
         batch.errors.size() < static_cast<size_t>(kBatchRowsMax)) {
    udid::DeviceXmlRecord record;
    const auto more = reader_->Next(record);
    if (!more.ok()) return LocalFileError(more.status());
    if (!*more) break;
    ++records;
    ++counts_.read;
    if (record.faults.empty()) {
      bytes += AddRecord(record, *batch.request);
      ++batch.row_count;
      ++counts_.converted;
      continue;
    }
    ++counts_.rejected;
    for (udid::DeviceFault& fault : record.faults) {
      batch.errors.push_back({.line = record.line,
                              .column = ElementOf(fault.name),
                              .value = {},
                              .reason = std::string(fault.reason),
                              .message = std::move(fault.message)});
    }
  }
  const std::streamoff place = file_.tellg();
  batch.bytes_read = place < 0 ? file_bytes_ : static_cast<int64_t>(place);
  batch.counts = counts_;
  return records > 0;
}

std::string DeviceBatchReader::ColumnOf(const std::string& field) const { return ElementOf(field); }

FileRemarks DeviceBatchReader::remarks() const {
  return {.mended = reader_->repairs(), .declared_count = reader_->declared_count()};
}

}  // namespace qingqu::cli
