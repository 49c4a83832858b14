#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::tabular {

// Hand-made workbooks for tests and the fuzzer, as bytes in memory.

// Names of parts and what is in them.
using Parts = std::map<std::string, std::string>;

// The parts of a workbook with one sheet, "Query1", whose <sheetData> holds `rows`.
struct WorkbookFixture {
  std::string rows;
  std::string strings;     // inside of <sst>; empty: there is no such part
  std::string styles;      // inside of <styleSheet>; empty: there is no such part
  std::string properties;  // before <sheets>
  bool strict = false;     // in the namespaces of strict OOXML

  Parts Build() const;
};

// A row of cells with inline texts.
std::string TextRow(int row, const std::vector<std::string_view>& cells);

enum class ZipStyle { kDeflated, kStored, kEncrypted };

// A zip archive of the parts, in the order of their names.
std::string MakeZip(const Parts& parts, ZipStyle style = ZipStyle::kDeflated);

}  // namespace qingqu::tabular
