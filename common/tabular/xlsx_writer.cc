#include "common/tabular/xlsx_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/csv_writer.h"
#include "common/tabular/sheet_text.h"

namespace qingqu::tabular {
namespace {

constexpr int64_t kRowsMax = 1'048'575;
constexpr size_t kColumnsMax = 16'384;
constexpr int kCellCodePointsMax = 32'767;
constexpr double kWidthMin = 10;
constexpr double kWidthMax = 60;
constexpr mode_t kFileMode = 0640;

absl::Status NotWritten(const std::string& path, std::string_view what) {
  return MakeError(absl::StatusCode::kUnavailable, "XLSX_NOT_WRITTEN",
                   fmt::format("cannot write {}: {}", path, what));
}

absl::Status NotWritten(const std::string& path, int error) {
  return NotWritten(path, std::error_code(error, std::generic_category()).message());
}

// Characters outside of ASCII are twice as wide.
double WidthOf(const XlsxColumn& column) {
  if (column.width > 0) return column.width;
  const int characters = CodePointCount(column.heading);
  const auto ascii = std::ranges::count_if(
      column.heading, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  const double width = 2 * characters - static_cast<double>(ascii) + 2;
  return std::clamp(width, kWidthMin, kWidthMax);
}

}  // namespace

absl::StatusOr<std::unique_ptr<XlsxWriter>> XlsxWriter::Create(const std::string& path,
                                                               const XlsxSheet& sheet) {
  std::string temporary_path = path + ".XXXXXX";
  const int file = mkostemp(temporary_path.data(), O_CLOEXEC);
  if (file < 0) return NotWritten(path, errno);
  const bool readable = fchmod(file, kFileMode) == 0;
  const int error = errno;
  close(file);
  std::unique_ptr<XlsxWriter> writer(new XlsxWriter(path, std::move(temporary_path), sheet));
  if (!readable) return NotWritten(path, error);
  QINGQU_RETURN_IF_ERROR(writer->Start());
  return writer;
}

XlsxWriter::XlsxWriter(std::string path, std::string temporary_path, const XlsxSheet& sheet)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)), sheet_(sheet) {}

XlsxWriter::~XlsxWriter() {
  if (workbook_ != nullptr) lxw_workbook_free(workbook_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

absl::Status XlsxWriter::Start() {
  const char* const folder = std::getenv("TMPDIR");
  std::string temporary_folder = folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
  lxw_workbook_options options = {
      .constant_memory = LXW_TRUE, .tmpdir = temporary_folder.data(), .use_zip64 = LXW_FALSE};
  workbook_ = workbook_new_opt(temporary_path_.c_str(), &options);
  if (workbook_ == nullptr) return NotWritten(path_, "no memory");
  const lxw_error named = workbook_validate_sheet_name(workbook_, sheet_.name.c_str());
  if (sheet_.name.empty() || !IsStorableText(sheet_.name) || named != LXW_NO_ERROR ||
      sheet_.columns.empty() || sheet_.columns.size() > kColumnsMax) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_SHEET_INVALID",
                     fmt::format("a sheet needs a name of at most 31 characters without []:*?/\\ "
                                 "and 1 to {} columns",
                                 kColumnsMax));
  }
  worksheet_ = workbook_add_worksheet(workbook_, sheet_.name.c_str());
  if (worksheet_ == nullptr) return NotWritten(path_, "no temporary file in " + temporary_folder);
  text_format_ = workbook_add_format(workbook_);
  format_set_num_format(text_format_, "@");
  lxw_format* const heading_format = workbook_add_format(workbook_);
  format_set_num_format(heading_format, "@");
  format_set_bold(heading_format);
  std::vector<std::string> headings;
  for (size_t index = 0; index < sheet_.columns.size(); ++index) {
    const auto column = static_cast<lxw_col_t>(index);
    worksheet_set_column(worksheet_, column, column, WidthOf(sheet_.columns[index]), text_format_);
    headings.push_back(sheet_.columns[index].heading);
  }
  worksheet_freeze_panes(worksheet_, 1, 0);
  return WriteCells(headings, heading_format);
}

absl::StatusOr<std::vector<std::string>> XlsxWriter::TextsOf(
    std::span<const std::string> cells) const {
  const auto invalid = [](const std::string& problem) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XLSX_ROW_INVALID", problem);
  };
  if (cells.size() > sheet_.columns.size()) {
    return invalid(fmt::format("{} cells for {} columns", cells.size(), sheet_.columns.size()));
  }
  std::vector<std::string> texts;
  for (const std::string& cell : cells) {
    const size_t number = texts.size() + 1;
    if (!IsStorableText(cell)) {
      return invalid(fmt::format("cell {} is no UTF-8, or holds a NUL", number));
    }
    texts.push_back(EncodeEscapes(sheet_.guard_formulas ? GuardFormula(cell) : cell));
    if (CodePointCount(texts.back()) > kCellCodePointsMax) {
      return invalid(
          fmt::format("cell {} has more than {} characters", number, kCellCodePointsMax));
    }
  }
  return texts;
}

absl::Status XlsxWriter::WriteCells(std::span<const std::string> cells, lxw_format* format) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> texts, TextsOf(cells));
  for (size_t index = 0; index < texts.size(); ++index) {
    if (texts[index].empty()) continue;
    const lxw_error error =
        worksheet_write_string(worksheet_, static_cast<lxw_row_t>(next_row_),
                               static_cast<lxw_col_t>(index), texts[index].c_str(), format);
    if (error != LXW_NO_ERROR) return NotWritten(path_, lxw_strerror(error));
  }
  ++next_row_;
  return absl::OkStatus();
}

absl::Status XlsxWriter::Write(std::span<const std::string> cells) {
  QINGQU_CHECK(!temporary_path_.empty());
  if (rows_ >= kRowsMax) {
    return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_FULL",
                     fmt::format("a sheet holds {} rows; write several files", kRowsMax));
  }
  QINGQU_RETURN_IF_ERROR(WriteCells(cells, text_format_));
  ++rows_;
  return absl::OkStatus();
}

absl::Status XlsxWriter::Commit() {
  QINGQU_CHECK(!temporary_path_.empty() && workbook_ != nullptr);
  const lxw_error error = workbook_close(std::exchange(workbook_, nullptr));
  if (error != LXW_NO_ERROR) return NotWritten(path_, lxw_strerror(error));
  const int file = open(temporary_path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return NotWritten(path_, errno);
  const bool durable = fsync(file) == 0;
  const int sync_error = errno;
  close(file);
  if (!durable) return NotWritten(path_, sync_error);
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) return NotWritten(path_, errno);
  temporary_path_.clear();
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  return SyncFolder(parent.empty() ? "." : parent.string());
}

}  // namespace qingqu::tabular
