#include "services/cli/table_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "common/status/status_macros.h"
#include "common/tabular/csv_writer.h"
#include "common/tabular/xlsx_writer.h"
#include "services/cli/exit_code.h"
#include "services/cli/local_file.h"

namespace qingqu::cli {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class WorkbookFile final : public TableFile {
 public:
  explicit WorkbookFile(std::unique_ptr<tabular::XlsxWriter> writer) : writer_(std::move(writer)) {}

  absl::Status Write(std::span<const std::string> cells) override {
    const absl::Status written = writer_->Write(cells);
    return written.ok() ? written : LocalFileError(written);
  }
  absl::Status Commit() override {
    const absl::Status committed = writer_->Commit();
    return committed.ok() ? committed : LocalFileError(committed);
  }

 private:
  const std::unique_ptr<tabular::XlsxWriter> writer_;
};

class CsvFile final : public TableFile {
 public:
  CsvFile(std::string path, const Catalogue& catalogue)
      : catalogue_(catalogue), path_(std::move(path)), temporary_path_(path_ + ".partial") {}
  ~CsvFile() override {
    if (file_ >= 0) close(file_);
    if (!committed_) unlink(temporary_path_.c_str());
  }
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;

  absl::Status Open(std::span<const std::string> headings) {
    file_ = open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) return Failed();
    buffer_ = kByteOrderMark;
    return Write(headings);
  }

  absl::Status Write(std::span<const std::string> cells) override {
    std::vector<std::string> guarded;
    guarded.reserve(cells.size());
    for (const std::string& cell : cells) guarded.push_back(tabular::GuardFormula(cell));
    tabular::AppendCsvRecord(guarded, buffer_);
    return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
  }

  absl::Status Commit() override {
    QINGQU_RETURN_IF_ERROR(Flush());
    if (fsync(file_) != 0) return Failed();
    if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) return Failed();
    committed_ = true;
    return absl::OkStatus();
  }

 private:
  absl::Status Flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t written = write(file_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Failed();
      rest.remove_prefix(static_cast<size_t>(written));
    }
    buffer_.clear();
    return absl::OkStatus();
  }
  absl::Status Failed() const {
    return FileError(Message::kFileNotWritable, path_, errno, catalogue_);
  }

  const Catalogue catalogue_;
  const std::string path_;
  const std::string temporary_path_;
  std::string buffer_;
  int file_ = -1;
  bool committed_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TableFile>> TableFile::Create(const std::string& path,
                                                             const std::string& sheet,
                                                             std::span<const std::string> headings,
                                                             const Catalogue& catalogue) {
  if (!path.ends_with(".xlsx")) {
    auto file = std::make_unique<CsvFile>(path, catalogue);
    QINGQU_RETURN_IF_ERROR(file->Open(headings));
    return file;
  }
  tabular::XlsxSheet layout{.name = sheet};
  for (const std::string& heading : headings) layout.columns.push_back({.heading = heading});
  auto writer = tabular::XlsxWriter::Create(path, layout);
  if (!writer.ok()) return LocalFileError(writer.status());
  return std::make_unique<WorkbookFile>(*std::move(writer));
}

}  // namespace qingqu::cli
