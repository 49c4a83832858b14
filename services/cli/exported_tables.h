#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "services/cli/command.h"

namespace qingqu::cli {

using TableRow = std::vector<std::string>;
using TakeRow = std::function<absl::Status(const TableRow&)>;

// A table of the catalogue as a file holds it. Those that an import takes have its headings.
struct ExportedTable {
  std::string_view name;   // "items"
  std::string_view sheet;  // of a workbook
  std::vector<std::string> headings;
  // Reads all rows, page by page, as the caller sees them.
  std::function<absl::Status(const CommandContext& context, Connection& connection,
                             const TakeRow& take)>
      read;
};

// "items", "suppliers", "classes", "national-codes".
std::span<const ExportedTable> ExportedTables();

// The headings of a mapping file's columns, in the order of its fields: what is exported has them,
// and templates. Not those that may be missing and have one name only: they are there for files
// that others made.
std::vector<std::string> HeadingsOf(std::string_view mapping_text);

}  // namespace qingqu::cli
