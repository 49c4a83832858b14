#pragma once

#include <atomic>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "common/tabular/byte_source.h"
#include "common/tabular/cell_error.h"
#include "common/tabular/mapping.h"
#include "common/tabular/row_pipeline.h"
#include "common/tabular/xlsx_reader.h"
#include "services/cli/messages.h"
#include "services/cli/progress.h"

namespace qingqu::cli {

// A batch stays below what a server takes in one message (4 MiB), and below 10,000 rows.
inline constexpr size_t kBatchBytesMax = size_t{3} << 20;
inline constexpr int kBatchRowsMax = 10'000;

// Rows that go to the server together, and what was found between them.
struct RowBatch {
  std::unique_ptr<google::protobuf::Message> request;  // its `rows` may be empty
  int row_count = 0;
  std::vector<tabular::CellError> errors;  // of the rows that were left out, in their order
  int64_t bytes_read = 0;                  // of the file, up to the end of this batch
  tabular::RowCounts counts;               // of the file, up to the end of this batch
};

// What there is to say of a file as a whole.
struct FileRemarks {
  int64_t mended = 0;                     // characters and marks that were not as they should be
  std::optional<int64_t> declared_count;  // how many rows the file says it has
};

// Where batches come from. Not thread-safe.
class BatchReader {
 public:
  virtual ~BatchReader() = default;
  // Fills `batch` and returns true; false when the file has ended. Errors are local-file errors.
  virtual absl::StatusOr<bool> Next(RowBatch& batch) = 0;
  virtual int64_t file_bytes() const = 0;
  virtual const std::vector<std::string>& ignored_columns() const = 0;
  // The file's name for a field of the server's rows: "Weight (Kilograms)" for "weight_kg".
  virtual std::string ColumnOf(const std::string& field) const = 0;
  // Of what was read so far.
  virtual FileRemarks remarks() const { return {}; }
};

// Reads a file through a mapping into requests of an append rpc: a workbook (.xlsx) or a CSV text,
// told apart by what is in them. Not thread-safe.
class RowBatchReader final : public BatchReader {
 public:
  // Opens the file and reads its header. Owns neither `mapping` nor `append_request`, a type with
  // the repeated field `rows`. `progress` is shown what precedes the first row of a workbook.
  // Errors are local-file errors.
  static absl::StatusOr<std::unique_ptr<RowBatchReader>> Open(
      const std::string& path, const tabular::Mapping& mapping,
      const google::protobuf::Descriptor& append_request, const Catalogue& catalogue,
      ProgressBar& progress);

  ~RowBatchReader() override;
  RowBatchReader(const RowBatchReader&) = delete;
  RowBatchReader& operator=(const RowBatchReader&) = delete;

  absl::StatusOr<bool> Next(RowBatch& batch) override;
  int64_t file_bytes() const override { return file_bytes_; }
  const std::vector<std::string>& ignored_columns() const override {
    return pipeline_->ignored_columns();
  }
  std::string ColumnOf(const std::string& field) const override;

 private:
  class CountingSource;

  RowBatchReader(const tabular::Mapping& mapping,
                 const google::protobuf::Descriptor& append_request);
  // Opens the file, which is told by `path`, as what it is.
  absl::Status OpenPipeline(const std::string& path, ProgressBar& progress);
  int64_t bytes_read() const;
  // Adds a converted row to the request and returns its size in bytes.
  size_t AddRow(tabular::Row& row, google::protobuf::Message& request) const;

  const tabular::Mapping& mapping_;
  const google::protobuf::Descriptor& append_request_;
  std::ifstream file_;
  int64_t file_bytes_ = 0;
  std::unique_ptr<CountingSource> source_;         // of a text
  std::unique_ptr<tabular::XlsxReader> workbook_;  // of a workbook
  std::unique_ptr<tabular::RowPipeline> pipeline_;
  const google::protobuf::FieldDescriptor* rows_;
  const google::protobuf::FieldDescriptor* line_;
  std::vector<const google::protobuf::FieldDescriptor*> fields_;  // for each field of the mapping
};

// What a field of a mapping's target is called in the server's rows.
std::string_view RowFieldName(std::string_view target, std::string_view field);

}  // namespace qingqu::cli
