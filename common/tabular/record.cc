#include "common/tabular/record.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::tabular {

std::string Describe(const RecordError& error) {
  if (error.at_byte == 0) {
    return fmt::format("row {}, column {}: {}", error.at_line, error.column, error.message);
  }
  return fmt::format("line {}, byte {}, column {}: {}", error.at_line, error.at_byte, error.column,
                     error.message);
}

absl::StatusOr<std::vector<std::string>> ReadHeader(RecordReader& reader) {
  Record record;
  RecordError error;
  QINGQU_ASSIGN_OR_RETURN(const RecordOutcome outcome, reader.Next(record, error));
  if (outcome == RecordOutcome::kEnd || (outcome == RecordOutcome::kRecord && record.blank)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "HEADER_MISSING",
                     "line 1 must name the columns, but it is empty");
  }
  if (outcome == RecordOutcome::kMalformed) {
    return MakeError(absl::StatusCode::kInvalidArgument, "HEADER_MALFORMED",
                     "the header cannot be read: " + Describe(error));
  }
  std::string problems;
  absl::flat_hash_map<std::string, size_t> first_columns;
  for (size_t index = 0; index < record.fields.size(); ++index) {
    const std::string& name = record.fields[index];
    if (TrimAsciiSpace(name).empty()) {
      problems += fmt::format("\ncolumn {} has no name", index + 1);
      continue;
    }
    const auto [entry, inserted] = first_columns.emplace(name, index + 1);
    if (inserted) continue;
    problems += fmt::format("\ncolumn {} repeats the name \"{}\" of column {}", index + 1, name,
                            entry->second);
  }
  for (const CellFault& fault : record.faults) {
    problems += fmt::format("\ncolumn {}: {}", fault.column + 1, fault.message);
  }
  if (problems.empty()) return std::move(record.fields);
  return MakeError(absl::StatusCode::kInvalidArgument, "HEADER_INVALID",
                   "the header is ambiguous:" + problems);
}

}  // namespace qingqu::tabular
