#include "common/tabular/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace qingqu::tabular {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

size_t Distance(const char* from, const char* to) { return static_cast<size_t>(to - from); }

}  // namespace

CsvReader::CsvReader(ByteSource& source, const CsvOptions& options)
    : source_(source), options_(options), buffer_(kBufferBytes) {
  const char delimiter = options.delimiter;
  QINGQU_CHECK(delimiter != '"' && delimiter != '\r' && delimiter != '\n' && delimiter != '\0');
  for (const char byte : {delimiter, '"', '\r', '\n', '\0'}) {
    ends_plain_run_[static_cast<unsigned char>(byte)] = true;
  }
}

absl::StatusOr<RecordOutcome> CsvReader::Next(Record& record, RecordError& error) {
  if (!started_) SkipByteOrderMark();
  if (!Fill()) {
    QINGQU_RETURN_IF_ERROR(failure_);
    return RecordOutcome::kEnd;
  }
  record.line = line_;
  record.faults.clear();
  column_ = 0;
  row_bytes_ = 0;
  quoted_ = false;
  error_.reset();
  const FieldEnd end = ReadFields(record);
  QINGQU_RETURN_IF_ERROR(failure_);
  if (error_.has_value()) {
    error = *std::move(error_);
    error.line = record.line;
    error.last_line = end == FieldEnd::kRecord ? line_ - 1 : line_;
    return RecordOutcome::kMalformed;
  }
  record.fields.resize(column_);
  record.blank = column_ == 1 && !quoted_ && record.fields.front().empty();
  return RecordOutcome::kRecord;
}

bool CsvReader::Fill() {
  if (begin_ < end_) return true;
  if (ended_) return false;
  buffer_offset_ += static_cast<int64_t>(end_);
  begin_ = 0;
  end_ = 0;
  const absl::StatusOr<size_t> count = source_.Read(buffer_);
  if (!count.ok()) failure_ = count.status();
  ended_ = !count.ok() || *count == 0;
  if (count.ok()) end_ = *count;
  return !ended_;
}

void CsvReader::SkipByteOrderMark() {
  started_ = true;
  // A source may hand out single bytes, so the first three are gathered before they are looked at.
  while (end_ < kByteOrderMark.size() && !ended_) {
    const absl::StatusOr<size_t> count = source_.Read(std::span(buffer_).subspan(end_));
    if (!count.ok()) failure_ = count.status();
    ended_ = !count.ok() || *count == 0;
    if (count.ok()) end_ += *count;
  }
  if (!std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) return;
  begin_ = kByteOrderMark.size();
  line_offset_ = Offset();
}

CsvReader::FieldEnd CsvReader::ReadFields(Record& record) {
  FieldEnd end = FieldEnd::kDelimiter;
  while (end == FieldEnd::kDelimiter) {
    ++column_;
    std::string* field = &discarded_;
    if (column_ > options_.columns_max) {
      Fail({"TOO_MANY_COLUMNS", fmt::format("more than {} columns", options_.columns_max)});
    } else {
      if (record.fields.size() < column_) record.fields.emplace_back();
      field = &record.fields[column_ - 1];
    }
    field->clear();
    end = Fill() && buffer_[begin_] == '"' ? ReadQuoted(*field) : ReadUnquoted(*field);
  }
  return end;
}

CsvReader::FieldEnd CsvReader::ReadUnquoted(std::string& field) {
  while (Fill()) {
    const char* const first = buffer_.data() + begin_;
    const char* const last = buffer_.data() + end_;
    const char* const stop = std::find_if(first, last, [this](char byte) {
      return ends_plain_run_[static_cast<unsigned char>(byte)];
    });
    Append(field, {first, Distance(first, stop)});
    begin_ += Distance(first, stop);
    if (stop == last) continue;
    if (*stop == '\0') {
      Fail({"NUL_BYTE", "a NUL byte, which text may not hold"});
      ++begin_;
      continue;
    }
    if (*stop == '"') {
      Fail({"QUOTE_IN_UNQUOTED_FIELD",
            "a quote inside a field that does not start with one; quote the field and double it"});
      return SkipLine();
    }
    if (const std::optional<FieldEnd> end = TakeFieldEnd()) return *end;
    Fail({"LONE_CARRIAGE_RETURN",
          "a carriage return without a line feed; end lines with LF or CRLF"},
         1);
  }
  return FieldEnd::kInput;
}

CsvReader::FieldEnd CsvReader::ReadQuoted(std::string& field) {
  quoted_ = true;
  const int64_t opened_line = line_;
  const int64_t opened_byte = Offset() - line_offset_ + 1;
  ++begin_;
  while (Fill()) {
    const char* const first = buffer_.data() + begin_;
    const char* const last = buffer_.data() + end_;
    const char* const stop = std::find_if(
        first, last, [](char byte) { return byte == '"' || byte == '\n' || byte == '\0'; });
    Append(field, {first, Distance(first, stop)});
    begin_ += Distance(first, stop);
    if (stop == last) continue;
    if (*stop == '\n') {
      Append(field, "\n");
      TakeNewLine();
      continue;
    }
    if (*stop == '\0') {
      Fail({"NUL_BYTE", "a NUL byte, which text may not hold"});
      ++begin_;
      continue;
    }
    ++begin_;
    if (!Fill()) return FieldEnd::kInput;
    if (buffer_[begin_] == '"') {
      Append(field, "\"");
      ++begin_;
      continue;
    }
    if (const std::optional<FieldEnd> end = TakeFieldEnd()) return *end;
    Fail({"TEXT_AFTER_CLOSING_QUOTE",
          "text after the closing quote of a field; double the quotes inside it"});
    return SkipLine();
  }
  Fail({"UNTERMINATED_QUOTE", "the quote that opens the field is never closed"});
  if (error_->reason == "UNTERMINATED_QUOTE") {
    error_->at_line = opened_line;
    error_->at_byte = opened_byte;
  }
  return FieldEnd::kInput;
}

// Takes a delimiter, LF or CRLF; of a lone CR it takes the CR and returns nothing.
std::optional<CsvReader::FieldEnd> CsvReader::TakeFieldEnd() {
  if (buffer_[begin_] == options_.delimiter) {
    ++begin_;
    return FieldEnd::kDelimiter;
  }
  if (buffer_[begin_] == '\r') {
    ++begin_;
    if (!Fill()) return std::nullopt;
  }
  if (buffer_[begin_] != '\n') return std::nullopt;
  TakeNewLine();
  return FieldEnd::kRecord;
}

CsvReader::FieldEnd CsvReader::SkipLine() {
  while (Fill()) {
    const void* const found = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
    if (found != nullptr) {
      begin_ = Distance(buffer_.data(), static_cast<const char*>(found));
      TakeNewLine();
      return FieldEnd::kRecord;
    }
    begin_ = end_;
  }
  return FieldEnd::kInput;
}

void CsvReader::TakeNewLine() {
  ++begin_;
  ++line_;
  line_offset_ = Offset();
}

void CsvReader::Append(std::string& field, std::string_view bytes) {
  if (error_.has_value()) return;
  if (field.size() + bytes.size() > options_.field_bytes_max) {
    Fail({"FIELD_TOO_LONG", fmt::format("a field longer than {} bytes", options_.field_bytes_max)});
    return;
  }
  row_bytes_ += bytes.size();
  if (row_bytes_ > options_.row_bytes_max) {
    Fail({"ROW_TOO_LONG", fmt::format("a row longer than {} bytes", options_.row_bytes_max)});
    return;
  }
  field.append(bytes);
}

void CsvReader::Fail(Problem problem, int64_t bytes_back) {
  if (error_.has_value()) return;
  error_ = RecordError{.line = 0,
                       .last_line = 0,
                       .column = column_,
                       .at_line = line_,
                       .at_byte = Offset() - bytes_back - line_offset_ + 1,
                       .reason = problem.reason,
                       .message = std::move(problem.message)};
}

}  // namespace qingqu::tabular
