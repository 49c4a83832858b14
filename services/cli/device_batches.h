#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

#include "common/tabular/byte_source.h"
#include "common/udid/device_xml.h"
#include "services/cli/messages.h"
#include "services/cli/row_batches.h"

namespace qingqu::cli {

// Reads a file of the device database into requests of AppendDeviceRecords. A record with a fault
// is left out and named. Not thread-safe.
class DeviceBatchReader final : public BatchReader {
 public:
  // Errors are local-file errors.
  static absl::StatusOr<std::unique_ptr<BatchReader>> Open(
      const std::string& path, const google::protobuf::Descriptor& append_request,
      const Catalogue& catalogue);

  absl::StatusOr<bool> Next(RowBatch& batch) override;
  int64_t file_bytes() const override { return file_bytes_; }
  const std::vector<std::string>& ignored_columns() const override { return no_columns_; }
  // The element: "zxxsdycpbs" for "device_identifier".
  std::string ColumnOf(const std::string& field) const override;
  FileRemarks remarks() const override;

 private:
  explicit DeviceBatchReader(const google::protobuf::Descriptor& append_request)
      : append_request_(append_request) {}
  // Adds a record to the request and returns its size in bytes.
  size_t AddRecord(const udid::DeviceXmlRecord& record, google::protobuf::Message& request) const;

  const google::protobuf::Descriptor& append_request_;
  std::ifstream file_;
  int64_t file_bytes_ = 0;
  std::unique_ptr<tabular::StreamSource> source_;
  std::unique_ptr<udid::DeviceXmlReader> reader_;
  tabular::RowCounts counts_;
  const std::vector<std::string> no_columns_;
};

}  // namespace qingqu::cli
