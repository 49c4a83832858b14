#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct lxw_workbook;
struct lxw_worksheet;
struct lxw_format;

namespace qingqu::tabular {

struct XlsxColumn {
  std::string heading;
  double width = 0;  // in characters; 0: as wide as the heading, 10 at least
};

struct XlsxSheet {
  std::string name;  // at most 31 characters, none of []:*?/\ among them
  std::vector<XlsxColumn> columns;
  // Off only for a file that is read back by a program: GuardFormula changes what it guards.
  bool guard_formulas = true;
};

// Writes a workbook of one sheet in constant memory: a heading that stays in view, then rows. Every
// cell is a text, formatted as text, so that a spreadsheet neither runs it nor takes a code for a
// number; with the guard it stays harmless when it is saved as CSV. The file appears whole or not
// at all. Not thread-safe.
//
// UNAVAILABLE XLSX_NOT_WRITTEN; INVALID_ARGUMENT XLSX_SHEET_INVALID (its name, or no columns),
// XLSX_ROW_INVALID (more cells than columns, a cell longer than 32,767 characters with its guard,
// or no storable text); RESOURCE_EXHAUSTED XLSX_FULL (1,048,575 rows are the most).
class XlsxWriter {
 public:
  static absl::StatusOr<std::unique_ptr<XlsxWriter>> Create(const std::string& path,
                                                            const XlsxSheet& sheet);
  // Without Commit nothing is left behind.
  ~XlsxWriter();
  XlsxWriter(const XlsxWriter&) = delete;
  XlsxWriter& operator=(const XlsxWriter&) = delete;

  // Missing cells are blank. A row that is refused leaves the writer as it was.
  absl::Status Write(std::span<const std::string> cells);
  // To be called once, at the end. Makes the file durable.
  absl::Status Commit();
  int64_t rows() const { return rows_; }  // without the heading

 private:
  XlsxWriter(std::string path, std::string temporary_path, const XlsxSheet& sheet);
  absl::Status Start();
  // What is written for the cells.
  absl::StatusOr<std::vector<std::string>> TextsOf(std::span<const std::string> cells) const;
  absl::Status WriteCells(std::span<const std::string> cells, lxw_format* format);

  const std::string path_;
  std::string temporary_path_;  // empty once it is committed
  const XlsxSheet sheet_;
  lxw_workbook* workbook_ = nullptr;
  lxw_worksheet* worksheet_ = nullptr;
  lxw_format* text_format_ = nullptr;
  int64_t rows_ = 0;
  int64_t next_row_ = 0;
};

}  // namespace qingqu::tabular
