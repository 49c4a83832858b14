#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "common/tabular/cell_error.h"

namespace qingqu::tabular {

// Writes the file of rejects: CSV, UTF-8 without a byte order mark, CRLF, header
// line,column,value,reason,message, one line for each CellError. Column, value and message pass
// through GuardFormula, since people open the file in a spreadsheet.
//
// The file appears at its path whole or not at all: it is written beside it under a temporary name
// and renamed by Commit. Without Commit nothing remains. Not thread-safe.
class RejectsWriter {
 public:
  // UNAVAILABLE REJECTS_NOT_WRITTEN when the file cannot be made (folder missing, no right, disk
  // full).
  static absl::StatusOr<std::unique_ptr<RejectsWriter>> Create(const std::string& path);
  ~RejectsWriter();
  RejectsWriter(const RejectsWriter&) = delete;
  RejectsWriter& operator=(const RejectsWriter&) = delete;

  absl::Status Write(const CellError& error);
  // Makes the file durable and visible, in place of an older one. To be called once; nothing is
  // written after it.
  absl::Status Commit();
  int64_t count() const { return count_; }

 private:
  RejectsWriter(std::string path, std::string temporary_path, int file)
      : path_(std::move(path)), temporary_path_(std::move(temporary_path)), file_(file) {}
  absl::Status Flush();

  const std::string path_;
  std::string temporary_path_;  // empty once committed
  int file_;
  std::string buffer_;
  int64_t count_ = 0;
};

}  // namespace qingqu::tabular
