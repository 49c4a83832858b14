#include "common/tabular/row_pipeline.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/converters.h"

namespace qingqu::tabular {
namespace {

CsvOptions ReaderOptions(const Mapping& mapping, const RowPipelineOptions& options) {
  return {.delimiter = mapping.delimiter,
          .field_bytes_max = options.field_bytes_max,
          .columns_max = options.columns_max,
          .row_bytes_max = options.row_bytes_max};
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowPipeline>> RowPipeline::Open(ByteSource& source,
                                                               const Mapping& mapping,
                                                               const RowPipelineOptions& options) {
  std::unique_ptr<RowPipeline> pipeline(new RowPipeline(mapping, options));
  QINGQU_ASSIGN_OR_RETURN(pipeline->decoder_, TextDecoder::Create(source, mapping.encoding));
  pipeline->csv_reader_ =
      std::make_unique<CsvReader>(*pipeline->decoder_, ReaderOptions(mapping, options));
  pipeline->reader_ = pipeline->csv_reader_.get();
  QINGQU_RETURN_IF_ERROR(pipeline->Start());
  return pipeline;
}

absl::StatusOr<std::unique_ptr<RowPipeline>> RowPipeline::Open(RecordReader& reader,
                                                               const Mapping& mapping,
                                                               const RowPipelineOptions& options) {
  std::unique_ptr<RowPipeline> pipeline(new RowPipeline(mapping, options));
  pipeline->reader_ = &reader;
  QINGQU_RETURN_IF_ERROR(pipeline->Start());
  return pipeline;
}

absl::Status RowPipeline::Start() {
  QINGQU_ASSIGN_OR_RETURN(header_, ReadHeader(*reader_));
  QINGQU_ASSIGN_OR_RETURN(bound_, BindToHeader(mapping_, header_));
  return absl::OkStatus();
}

RowPipeline::RowPipeline(const Mapping& mapping, const RowPipelineOptions& options)
    : mapping_(mapping), options_(options), fields_by_name_(mapping.fields.size()) {
  std::iota(fields_by_name_.begin(), fields_by_name_.end(), size_t{0});
  std::sort(fields_by_name_.begin(), fields_by_name_.end(), [&mapping](size_t left, size_t right) {
    return mapping.fields[left].field < mapping.fields[right].field;
  });
}

absl::StatusOr<bool> RowPipeline::Next(Row& row) {
  row.errors.clear();
  row.outcome = RowOutcome::kConverted;
  RecordError error;
  QINGQU_ASSIGN_OR_RETURN(RecordOutcome outcome, reader_->Next(record_, error));
  while (outcome == RecordOutcome::kRecord && record_.blank && header_.size() > 1) {
    ++counts_.blank_lines;
    QINGQU_ASSIGN_OR_RETURN(outcome, reader_->Next(record_, error));
  }
  if (outcome == RecordOutcome::kEnd) return false;
  if (outcome == RecordOutcome::kMalformed) {
    RejectMalformed(error, row);
  } else {
    ConvertRecord(row);
  }
  if (row.errors.empty()) QINGQU_RETURN_IF_ERROR(FindDuplicate(row));
  if (!row.errors.empty()) row.outcome = RowOutcome::kRejected;
  Count(row);
  return true;
}

void RowPipeline::RejectMalformed(const RecordError& error, Row& row) {
  row.line = error.line;
  std::string message = Describe(error);
  if (error.last_line > error.line) {
    message += fmt::format("; lines {} to {} are passed over", error.line, error.last_line);
  }
  const bool named = error.column >= 1 && error.column <= header_.size();
  row.errors.push_back({.line = error.line,
                        .column = named ? header_[error.column - 1] : "",
                        .value = "",
                        .reason = std::string(error.reason),
                        .message = std::move(message)});
}

void RowPipeline::ConvertRecord(Row& row) {
  row.line = record_.line;
  if (record_.fields.size() != header_.size()) {
    row.errors.push_back({.line = row.line,
                          .column = "",
                          .value = "",
                          .reason = "COLUMN_COUNT",
                          .message = fmt::format("the row has {} columns, the header {}",
                                                 record_.fields.size(), header_.size())});
    return;
  }
  row.values.resize(mapping_.fields.size());
  for (size_t index = 0; index < mapping_.fields.size(); ++index) {
    const FieldMapping& field = mapping_.fields[index];
    cells_.clear();
    for (const size_t column : bound_.columns[index]) cells_.push_back(record_.fields[column]);
    if (TakeFaults(index, row)) continue;
    Conversion conversion = ConvertField(field, cells_);
    row.values[index] = std::move(conversion.value);
    if (conversion.ok()) continue;
    row.errors.push_back({.line = row.line,
                          .column = header_[bound_.columns[index][conversion.at]],
                          .value = ShownValue(cells_[conversion.at]),
                          .reason = std::string(conversion.reason),
                          .message = std::move(conversion.message)});
  }
}

// True when a cell of the field cannot be read, save one that the mapping says is no value.
bool RowPipeline::TakeFaults(size_t index, Row& row) const {
  const FieldMapping& field = mapping_.fields[index];
  bool found = false;
  for (const CellFault& fault : record_.faults) {
    const std::vector<size_t>& columns = bound_.columns[index];
    const auto at = std::ranges::find(columns, fault.column);
    if (at == columns.end()) continue;
    const std::string_view cell = record_.fields[fault.column];
    if (columns.size() == 1 && IsNamedNull(field, cell)) continue;
    found = true;
    row.errors.push_back({.line = row.line,
                          .column = header_[fault.column],
                          .value = ShownValue(cell),
                          .reason = std::string(fault.reason),
                          .message = fault.message});
  }
  return found;
}

absl::Status RowPipeline::FindDuplicate(Row& row) {
  for (const size_t index : fields_by_name_) {
    hasher_.Add(mapping_.fields[index].field, row.values[index]);
  }
  row.hash = hasher_.Finish();
  if (mapping_.key.empty()) return absl::OkStatus();
  for (const size_t index : mapping_.key) {
    hasher_.Add(mapping_.fields[index].field, row.values[index]);
  }
  const auto [first, inserted] =
      first_rows_.try_emplace(hasher_.Finish(), FirstRow{row.hash, row.line});
  if (first_rows_.size() > options_.keyed_rows_max) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, "TOO_MANY_ROWS",
        fmt::format("more than {} rows in one file; split it by its key", options_.keyed_rows_max));
  }
  if (inserted) return absl::OkStatus();
  if (first->second.hash == row.hash) {
    row.outcome = RowOutcome::kDuplicate;
    return absl::OkStatus();
  }
  std::string names;
  std::string values;
  for (const size_t index : mapping_.key) {
    names += (names.empty() ? "" : " + ") + ColumnOf(index);
    values += (values.empty() ? "" : " + ") + row.values[index].value_or("");
  }
  row.errors.push_back(
      {.line = row.line,
       .column = names,
       .value = ShownValue(values),
       .reason = "DUPLICATE_KEY",
       .message = fmt::format("line {} has the same key and other values", first->second.line)});
  return absl::OkStatus();
}

std::string RowPipeline::ColumnOf(size_t field) const {
  if (bound_.columns[field].empty()) return mapping_.fields[field].field;
  return header_[bound_.columns[field].front()];
}

void RowPipeline::Count(const Row& row) {
  ++counts_.read;
  if (row.outcome == RowOutcome::kConverted) ++counts_.converted;
  if (row.outcome == RowOutcome::kDuplicate) ++counts_.duplicate;
  if (row.outcome == RowOutcome::kRejected) ++counts_.rejected;
}

}  // namespace qingqu::tabular
