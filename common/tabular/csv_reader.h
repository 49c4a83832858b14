#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tabular/byte_source.h"
#include "common/tabular/record.h"

namespace qingqu::tabular {

struct CsvOptions {
  char delimiter = ',';  // neither a quote nor CR, LF or NUL
  size_t field_bytes_max = size_t{1} << 20;
  size_t columns_max = 1'000;
  size_t row_bytes_max = size_t{16} << 20;
};

// Reads RFC 4180 strictly and in constant memory (one buffer and one record): records end with CRLF
// or LF, a quoted field may hold delimiters, line ends and doubled quotes. A UTF-8 byte order mark
// at the start is skipped. Bytes are not decoded here: hand it a TextDecoder.
//
// Errors of a record: QUOTE_IN_UNQUOTED_FIELD, TEXT_AFTER_CLOSING_QUOTE, UNTERMINATED_QUOTE,
// LONE_CARRIAGE_RETURN, NUL_BYTE, FIELD_TOO_LONG, ROW_TOO_LONG, TOO_MANY_COLUMNS. After one,
// reading goes on: with the record that follows where quoting is still sound, else (a misplaced
// quote) at the next physical line.
class CsvReader final : public RecordReader {
 public:
  // Does not own `source`, which must outlive the reader.
  explicit CsvReader(ByteSource& source, const CsvOptions& options = {});

  // An error status is the source's.
  absl::StatusOr<RecordOutcome> Next(Record& record, RecordError& error) override;

 private:
  enum class FieldEnd { kDelimiter, kRecord, kInput };
  struct Problem {
    std::string_view reason;
    std::string message;
  };

  bool Fill();
  void SkipByteOrderMark();
  FieldEnd ReadFields(Record& record);
  FieldEnd ReadUnquoted(std::string& field);
  FieldEnd ReadQuoted(std::string& field);
  std::optional<FieldEnd> TakeFieldEnd();
  FieldEnd SkipLine();
  void TakeNewLine();
  void Append(std::string& field, std::string_view bytes);
  void Fail(Problem problem, int64_t bytes_back = 0);
  int64_t Offset() const { return buffer_offset_ + static_cast<int64_t>(begin_); }

  ByteSource& source_;
  const CsvOptions options_;
  std::array<bool, 256> ends_plain_run_{};
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t buffer_offset_ = 0;
  bool started_ = false;
  bool ended_ = false;
  absl::Status failure_;
  int64_t line_ = 1;
  int64_t line_offset_ = 0;
  size_t column_ = 0;
  size_t row_bytes_ = 0;
  bool quoted_ = false;
  std::string discarded_;
  std::optional<RecordError> error_;
};

}  // namespace qingqu::tabular
