#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tabular/sheet_numbers.h"
#include "common/tabular/zip_package.h"

namespace qingqu::tabular {

struct WorkbookSheet {
  std::string name;
  std::string part;
  bool hidden = false;
};

// What a workbook says about its sheets before any of them is read.
struct Workbook {
  std::vector<WorkbookSheet> sheets;  // those of cells, in the order of their tabs
  bool from_1904 = false;
  std::string strings_part;                // empty: it has no shared strings
  std::vector<NumberFormat> cell_formats;  // by a cell's style
};

// Follows the package's relationships to the workbook, its sheets, styles and shared strings.
//
// INVALID_ARGUMENT: NOT_A_WORKBOOK (another kind of archive), XLSB_NOT_SUPPORTED,
// XLSX_EXTERNAL_PART (a part that is needed lies outside of the file: nothing is ever fetched).
// Besides, the errors of ZipPackage and XmlStream.
absl::StatusOr<Workbook> ReadWorkbook(const ZipPackage& package);

// The sheet called `name` (exactly; hidden or not), or with "" the first that is not hidden.
// INVALID_ARGUMENT SHEET_NOT_FOUND lists the sheets that there are.
absl::StatusOr<const WorkbookSheet*> ChooseSheet(const Workbook& workbook, const std::string& name);

}  // namespace qingqu::tabular
