#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/cli/messages.h"

namespace qingqu::cli {

// A table that is written row by row, in constant memory, for people and for imports: a workbook
// when the path ends with .xlsx, else CSV in UTF-8 with a byte order mark. Texts that a spreadsheet
// would run are guarded (common/tabular/csv_writer.h), which imports of ours take off again. The
// file appears whole or not at all. Not thread-safe. Errors are local-file errors.
class TableFile {
 public:
  // `sheet` names the sheet of a workbook.
  static absl::StatusOr<std::unique_ptr<TableFile>> Create(const std::string& path,
                                                           const std::string& sheet,
                                                           std::span<const std::string> headings,
                                                           const Catalogue& catalogue);
  virtual ~TableFile() = default;
  virtual absl::Status Write(std::span<const std::string> cells) = 0;
  // To be called once, at the end. Without it nothing is left behind.
  virtual absl::Status Commit() = 0;
};

}  // namespace qingqu::cli
