#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qingqu::cli {

// How many columns of a terminal `text` (UTF-8) takes: East Asian wide and full-width characters
// two (Unicode Standard Annex 11), combining marks none.
int DisplayWidth(std::string_view text);

// `text` in a form that cannot command a terminal: control characters, line ends among them, become
// spaces or U+FFFD, and so do bytes that are not UTF-8 and marks that reverse the direction.
std::string ForTerminal(std::string_view text);

struct TableColumn {
  std::string heading;
  bool right_aligned = false;
};

// Lines of aligned columns under their headings; every row has a cell for each column. Cells pass
// through ForTerminal.
std::string RenderTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows);

}  // namespace qingqu::cli
