#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "common/tabular/byte_source.h"
#include "common/tabular/cell_error.h"
#include "common/tabular/csv_reader.h"
#include "common/tabular/mapping.h"
#include "common/tabular/record.h"
#include "common/tabular/row_hash.h"
#include "common/tabular/text_decoding.h"

namespace qingqu::tabular {

enum class RowOutcome {
  kConverted,  // `values` and `hash` are set
  kDuplicate,  // the same, and an earlier row of this file with the same key holds the same values
  kRejected    // `errors` lists everything that is wrong with the row
};

struct Row {
  int64_t line = 0;  // physical line on which the row starts, 1-based
  RowOutcome outcome = RowOutcome::kConverted;
  std::vector<std::optional<std::string>>
      values;      // canonical text, in the order of the mapping's fields
  RowHash hash{};  // of the field names and values, whatever their order
  std::vector<CellError> errors;
};

// Every row that was read is exactly one of converted, duplicate and rejected.
struct RowCounts {
  int64_t read = 0;
  int64_t converted = 0;
  int64_t duplicate = 0;
  int64_t rejected = 0;
  int64_t blank_lines = 0;  // not rows: a line with nothing on it in a file of two columns or more
};

struct RowPipelineOptions {
  size_t field_bytes_max = size_t{1} << 20;
  size_t columns_max = 1'000;
  size_t row_bytes_max = size_t{16} << 20;
  size_t keyed_rows_max = 5'000'000;  // 41 bytes each are kept, at most about 0.4 GiB
};

// Reads a table through a mapping, row by row. Not thread-safe.
//
// Reasons of its own besides the converters' and the reader's: COLUMN_COUNT (the row has more
// or fewer fields than the header), DUPLICATE_KEY (an earlier row has the same key and other
// values; the message names its line). Rejected rows hold no key: a good row after a bad one with
// the same key is converted.
class RowPipeline {
 public:
  // Finds the encoding of a CSV text, reads the header and binds the mapping to it. Owns neither
  // argument; both must outlive it. Errors: the decoder's, the header's, COLUMN_MISSING.
  static absl::StatusOr<std::unique_ptr<RowPipeline>> Open(ByteSource& source,
                                                           const Mapping& mapping,
                                                           const RowPipelineOptions& options = {});
  // The same from records. Does not own `reader` or `mapping`.
  static absl::StatusOr<std::unique_ptr<RowPipeline>> Open(RecordReader& reader,
                                                           const Mapping& mapping,
                                                           const RowPipelineOptions& options = {});

  // Fills `row` and returns true; false at the end. An error is final: what could not be decoded or
  // read, or RESOURCE_EXHAUSTED TOO_MANY_ROWS when there are more than keyed_rows_max.
  absl::StatusOr<bool> Next(Row& row);

  const RowCounts& counts() const { return counts_; }
  // Of a text; UTF-8 for records.
  Encoding encoding() const { return decoder_ ? decoder_->encoding() : Encoding::kUtf8; }
  // What the file calls the first column of a field of the mapping; the field itself when it has
  // none.
  std::string ColumnOf(size_t field) const;
  const std::vector<std::string>& ignored_columns() const { return bound_.ignored_columns; }

 private:
  struct FirstRow {
    RowHash hash;
    int64_t line;
  };

  RowPipeline(const Mapping& mapping, const RowPipelineOptions& options);
  absl::Status Start();
  void RejectMalformed(const RecordError& error, Row& row);
  void ConvertRecord(Row& row);
  bool TakeFaults(size_t index, Row& row) const;
  absl::Status FindDuplicate(Row& row);
  void Count(const Row& row);

  std::unique_ptr<TextDecoder> decoder_;
  std::unique_ptr<CsvReader> csv_reader_;
  RecordReader* reader_ = nullptr;
  const Mapping& mapping_;
  const RowPipelineOptions options_;
  std::vector<std::string> header_;
  BoundMapping bound_;
  std::vector<size_t> fields_by_name_;
  Record record_;
  std::vector<std::string_view> cells_;
  RowHasher hasher_;
  absl::flat_hash_map<RowHash, FirstRow> first_rows_;
  RowCounts counts_;
};

}  // namespace qingqu::tabular
