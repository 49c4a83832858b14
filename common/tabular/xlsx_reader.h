#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/tabular/record.h"
#include "common/tabular/string_spool.h"
#include "common/tabular/workbook.h"
#include "common/tabular/xml_stream.h"
#include "common/tabular/zip_package.h"

namespace qingqu::tabular {

struct XlsxOptions {
  std::string sheet;  // its name; empty: the first that is not hidden
  size_t field_bytes_max = size_t{1} << 20;
  size_t columns_max = 1'000;
  size_t row_bytes_max = size_t{16} << 20;
  size_t strings_memory_max = size_t{32} << 20;  // of shared strings; the rest is spooled
  // Told bytes_read() now and then while the shared strings are read, before there is a row.
  std::function<void(int64_t)> on_progress;
  ZipLimits limits;
};

enum class FileKind { kText, kZip, kOle };

// What a file is by its first bytes (eight or more): an archive (.xlsx, .xlsm), the old binary
// format or an encrypted workbook (both OLE), else text.
FileKind KindOfFile(std::string_view first_bytes);

// INVALID_ARGUMENT XLS_NOT_SUPPORTED.
absl::Status OleNotSupported();

class SheetEvents;

// Reads one sheet of a workbook (ECMA-376, ISO/IEC 29500 transitional and strict) as a stream: one
// row, its limits, and `strings_memory_max` of texts are in memory, whatever the sheet's length and
// whatever it says of its extent.
//
// A record's line is the row's number. Rows before the first that holds something are passed over;
// that one is as wide as its last cell that holds something, and later records are as wide at
// least. A cell's text: of a text, the text without its phonetic guide; of a formula, its stored
// result; of a number, what NumberText says; of a truth value, TRUE or FALSE. Of merged cells all
// but the first are blank. Hidden rows and columns count.
//
// Faults of a cell: CELL_ERROR (the cell shows #N/A; the field holds that), FORMULA_WITHOUT_VALUE,
// CELL_INVALID (no such type, no such shared string), FIELD_TOO_LONG, and NumberText's. Errors of a
// record: TOO_MANY_COLUMNS, ROW_TOO_LONG, ROW_INVALID (its number or the reference of a cell is
// malformed or does not ascend). Reading goes on after either.
class XlsxReader final : public RecordReader {
 public:
  // Reads what precedes the sheet, shared strings included. Errors: those of ZipPackage, XmlStream,
  // ReadWorkbook, ChooseSheet and StringSpool, and INVALID_ARGUMENT NOT_A_WORKBOOK.
  static absl::StatusOr<std::unique_ptr<XlsxReader>> OpenFile(const std::string& path,
                                                              const XlsxOptions& options = {});
  // Does not own `bytes`, which must outlive the reader.
  static absl::StatusOr<std::unique_ptr<XlsxReader>> OpenBuffer(std::string_view bytes,
                                                                const XlsxOptions& options = {});
  ~XlsxReader() override;

  absl::StatusOr<RecordOutcome> Next(Record& record, RecordError& error) override;

  const std::string& sheet() const { return sheet_; }
  // How far the reading got, as a share of the file's bytes.
  int64_t bytes_read() const;
  // Of shared strings, in the temporary file.
  int64_t spooled_bytes() const { return strings_.file_bytes(); }

 private:
  XlsxReader(std::unique_ptr<ZipPackage> package, const XlsxOptions& options);
  static absl::StatusOr<std::unique_ptr<XlsxReader>> Open(std::unique_ptr<ZipPackage> package,
                                                          const XlsxOptions& options);
  absl::Status ReadStrings();
  int64_t ShareOfFile(int64_t part_bytes) const;

  const XlsxOptions options_;
  const std::unique_ptr<ZipPackage> package_;
  Workbook workbook_;
  std::string sheet_;
  StringSpool strings_;
  int64_t strings_part_bytes_ = 0;
  int64_t sheet_part_bytes_ = 0;
  std::unique_ptr<SheetEvents> events_;
  std::unique_ptr<XmlStream> stream_;
  size_t width_ = 0;  // of the first record; 0 before it
};

}  // namespace qingqu::tabular
