#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu::tabular {

// What is wrong with one cell of a record that can be read as a whole.
struct CellFault {
  size_t column = 0;        // index in the record's fields
  std::string_view reason;  // UPPER_SNAKE, static
  std::string message;
};

struct Record {
  int64_t line = 0;    // physical line of a text, row of a sheet, on which it starts; 1-based
  bool blank = false;  // nothing at all on the line, not even a quote
  std::vector<std::string> fields;
  std::vector<CellFault> faults;  // by column; the field holds what stands in the file
};

struct RecordError {
  int64_t line = 0;         // line or row on which the record starts, 1-based
  int64_t last_line = 0;    // last line that was passed over because of the error
  size_t column = 0;        // number of the field, 1-based
  int64_t at_line = 0;      // line of the offending byte
  int64_t at_byte = 0;      // its place on that line in bytes, 1-based; 0 in a sheet
  std::string_view reason;  // UPPER_SNAKE, static
  std::string message;
};

enum class RecordOutcome { kRecord, kMalformed, kEnd };

// Where records come from: a CSV text or a sheet of a workbook. Not thread-safe.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Fills `record` (kRecord) or `error` (kMalformed; `record` is then unspecified). An error status
  // is final: later calls return it again.
  virtual absl::StatusOr<RecordOutcome> Next(Record& record, RecordError& error) = 0;
};

// "line 3, byte 7, column 2: " and the message.
std::string Describe(const RecordError& error);

// The names in the first record. INVALID_ARGUMENT: HEADER_MISSING (no record), HEADER_MALFORMED,
// HEADER_INVALID (lists every empty, every duplicated and every faulty name).
absl::StatusOr<std::vector<std::string>> ReadHeader(RecordReader& reader);

}  // namespace qingqu::tabular
