#include "services/cli/row_batches.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <utility>

#include "common/base/check.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/exit_code.h"
#include "services/cli/local_file.h"
#include "services/cli/rpc_client.h"

namespace qingqu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Message;

// The national list has its own names for what our rows hold.
constexpr std::array kClassFields = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"category18", "monitored_group"},
    {"class_code15", "class_code"},
    {"l1", "first_level"},
    {"l2", "second_level"},
    {"l3", "third_level"},
});

// A row takes its own bytes and, at most, these for its tag and length.
constexpr size_t kRowOverheadBytes = 6;

void SetValue(ProtoMessage& row, const FieldDescriptor& field, std::string&& text) {
  const google::protobuf::Reflection& reflection = *row.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection.SetString(&row, &field, std::move(text));
    return;
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    reflection.SetBool(&row, &field, text == "true");
    return;
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const auto* enumerator = field.enum_type()->FindValueByName(text);
    QINGQU_CHECK(enumerator != nullptr);
    reflection.SetEnum(&row, &field, enumerator);
    return;
  }
  QINGQU_CHECK(field.cpp_type() == FieldDescriptor::CPPTYPE_INT64);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  QINGQU_CHECK(error == std::errc() && end == text.data() + text.size());
  reflection.SetInt64(&row, &field, number);
}

}  // namespace

// Counts what was read since the last rewinding: detection of the encoding reads the file once
// before it is read for its rows.
class RowBatchReader::CountingSource final : public tabular::ByteSource {
 public:
  explicit CountingSource(std::istream& stream) : source_(stream) {}

  absl::StatusOr<size_t> Read(std::span<char> buffer) override {
    auto length = source_.Read(buffer);
    if (length.ok()) bytes_read_ += static_cast<int64_t>(*length);
    return length;
  }

  absl::Status Rewind() override {
    bytes_read_ = 0;
    return source_.Rewind();
  }

  int64_t bytes_read() const { return bytes_read_; }

 private:
  tabular::StreamSource source_;
  int64_t bytes_read_ = 0;
};

std::string_view RowFieldName(std::string_view target, std::string_view field) {
  if (target != "classes") return field;
  for (const auto& [theirs, ours] : kClassFields) {
    if (theirs == field) return ours;
  }
  return field;
}

RowBatchReader::RowBatchReader(const tabular::Mapping& mapping,
                               const google::protobuf::Descriptor& append_request)
    : mapping_(mapping), append_request_(append_request) {
  rows_ = append_request_.FindFieldByName("rows");
  QINGQU_CHECK(rows_ != nullptr && rows_->is_repeated());
  line_ = rows_->message_type()->FindFieldByName("line");
  QINGQU_CHECK(line_ != nullptr);
  for (const tabular::FieldMapping& field : mapping_.fields) {
    const std::string name(RowFieldName(mapping_.target, field.field));
    fields_.push_back(rows_->message_type()->FindFieldByName(name));
    QINGQU_CHECK(fields_.back() != nullptr);
  }
}

RowBatchReader::~RowBatchReader() = default;

absl::StatusOr<std::unique_ptr<RowBatchReader>> RowBatchReader::Open(
    const std::string& path, const tabular::Mapping& mapping,
    const google::protobuf::Descriptor& append_request, const Catalogue& catalogue,
    ProgressBar& progress) {
  struct stat information = {};
  if (stat(path.c_str(), &information) != 0) {
    return FileError(Message::kFileNotReadable, path, errno, catalogue);
  }
  if (S_ISDIR(information.st_mode)) {
    return FileError(Message::kFileNotReadable, path, EISDIR, catalogue);
  }
  std::unique_ptr<RowBatchReader> reader(new RowBatchReader(mapping, append_request));
  errno = 0;
  reader->file_.open(path, std::ios::binary);
  if (!reader->file_) return FileError(Message::kFileNotReadable, path, errno, catalogue);
  reader->file_bytes_ = information.st_size;
  const absl::Status opened = reader->OpenPipeline(path, progress);
  if (!opened.ok()) return LocalFileError(opened);
  return reader;
}

absl::Status RowBatchReader::OpenPipeline(const std::string& path, ProgressBar& progress) {
  // A pipe cannot be looked into twice, and holds no workbook.
  tabular::FileKind kind = tabular::FileKind::kText;
  if (std::array<char, 8> start{}; file_.seekg(0)) {
    file_.read(start.data(), start.size());
    kind = tabular::KindOfFile({start.data(), static_cast<size_t>(file_.gcount())});
    file_.clear();
    file_.seekg(0);
  }
  file_.clear();
  if (kind == tabular::FileKind::kOle) return tabular::OleNotSupported();
  if (kind == tabular::FileKind::kText) {
    source_ = std::make_unique<CountingSource>(file_);
    QINGQU_ASSIGN_OR_RETURN(pipeline_, tabular::RowPipeline::Open(*source_, mapping_));
    return absl::OkStatus();
  }
  file_.close();
  tabular::XlsxOptions options{.sheet = mapping_.sheet};
  options.on_progress = [this, &progress](int64_t bytes) {
    progress.Show({.bytes_done = bytes, .bytes_total = file_bytes_});
  };
  QINGQU_ASSIGN_OR_RETURN(workbook_, tabular::XlsxReader::OpenFile(path, options));
  QINGQU_ASSIGN_OR_RETURN(pipeline_, tabular::RowPipeline::Open(*workbook_, mapping_));
  return absl::OkStatus();
}

int64_t RowBatchReader::bytes_read() const {
  return workbook_ ? workbook_->bytes_read() : source_->bytes_read();
}

size_t RowBatchReader::AddRow(tabular::Row& row, ProtoMessage& request) const {
  ProtoMessage& added = *request.GetReflection()->AddMessage(&request, rows_);
  added.GetReflection()->SetInt64(&added, line_, row.line);
  for (size_t index = 0; index < fields_.size(); ++index) {
    if (row.values[index].has_value()) {
      SetValue(added, *fields_[index], std::move(*row.values[index]));
    }
  }
  return added.ByteSizeLong() + kRowOverheadBytes;
}

absl::StatusOr<bool> RowBatchReader::Next(RowBatch& batch) {
  batch = RowBatch();
  batch.request = NewMessage(append_request_);
  size_t bytes = 0;
  int64_t rows_seen = 0;
  tabular::Row row;
  while (batch.row_count < kBatchRowsMax && bytes < kBatchBytesMax &&
         batch.errors.size() < static_cast<size_t>(kBatchRowsMax)) {
    auto more = pipeline_->Next(row);
    if (!more.ok()) return LocalFileError(more.status());
    if (!*more) break;
    ++rows_seen;
    if (row.outcome == tabular::RowOutcome::kRejected) {
      std::ranges::move(row.errors, std::back_inserter(batch.errors));
    } else if (row.outcome == tabular::RowOutcome::kConverted) {
      bytes += AddRow(row, *batch.request);
      ++batch.row_count;
    }
  }
  batch.bytes_read = bytes_read();
  batch.counts = pipeline_->counts();
  return rows_seen > 0;
}

std::string RowBatchReader::ColumnOf(const std::string& field) const {
  for (size_t index = 0; index < fields_.size(); ++index) {
    if (fields_[index]->name() == field) return pipeline_->ColumnOf(index);
  }
  return field;
}

}  // namespace qingqu::cli
