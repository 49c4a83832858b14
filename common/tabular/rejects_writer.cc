#include "common/tabular/rejects_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/csv_writer.h"

namespace qingqu::tabular {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr mode_t kFileMode = 0640;

absl::Status NotWritten(const std::string& path, int error) {
  return MakeError(absl::StatusCode::kUnavailable, "REJECTS_NOT_WRITTEN",
                   fmt::format("cannot write {}: {}", path,
                               std::error_code(error, std::generic_category()).message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RejectsWriter>> RejectsWriter::Create(const std::string& path) {
  std::string temporary_path = path + ".XXXXXX";
  const int file = mkostemp(temporary_path.data(), O_CLOEXEC);
  if (file < 0) return NotWritten(path, errno);
  std::unique_ptr<RejectsWriter> writer(new RejectsWriter(path, std::move(temporary_path), file));
  if (fchmod(file, kFileMode) != 0) return NotWritten(path, errno);
  static const std::array<std::string, 5> kHeader = {"line", "column", "value", "reason",
                                                     "message"};
  AppendCsvRecord(kHeader, writer->buffer_);
  return writer;
}

RejectsWriter::~RejectsWriter() {
  if (file_ >= 0) close(file_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

absl::Status RejectsWriter::Write(const CellError& error) {
  QINGQU_CHECK(!temporary_path_.empty());
  const std::array<std::string, 5> fields = {fmt::format("{}", error.line),
                                             GuardFormula(error.column), GuardFormula(error.value),
                                             error.reason, GuardFormula(error.message)};
  AppendCsvRecord(fields, buffer_);
  ++count_;
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status RejectsWriter::Commit() {
  QINGQU_CHECK(!temporary_path_.empty());
  QINGQU_RETURN_IF_ERROR(Flush());
  if (fsync(file_) != 0) return NotWritten(path_, errno);
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) return NotWritten(path_, errno);
  temporary_path_.clear();
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return NotWritten(path_, errno);
  const int result = fsync(directory);
  const int error = errno;
  close(directory);
  return result == 0 ? absl::OkStatus() : NotWritten(path_, error);
}

absl::Status RejectsWriter::Flush() {
  size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count = write(file_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return NotWritten(path_, errno);
    written += static_cast<size_t>(count);
  }
  buffer_.clear();
  return absl::OkStatus();
}

}  // namespace qingqu::tabular
