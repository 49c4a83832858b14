#include "services/cli/table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/base/check.h"

namespace qingqu::cli {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// EastAsianWidth W and F, joined into ranges where what lies between is not assigned.
constexpr std::array kWide = std::to_array<Range>({
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x2614, 0x2615},   {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x274C, 0x274C},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x16FE0, 0x18CFF}, {0x1B000, 0x1B2FF}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
});

constexpr std::array kZeroWidth = std::to_array<Range>({
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x0591, 0x05BD},
    {0x064B, 0x065F},
    {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A},
    {0x200B, 0x200D},
    {0x20D0, 0x20FF},
    {0x302A, 0x302D},
    {0x3099, 0x309A},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF},
    {0xE0100, 0xE01EF},
});

// C0, C1, line and paragraph separators, marks of direction.
constexpr std::array kUnsafe = std::to_array<Range>({
    {0x0000, 0x001F},
    {0x007F, 0x009F},
    {0x200E, 0x200F},
    {0x2028, 0x202E},
    {0x2066, 0x2069},
});

bool IsIn(std::span<const Range> ranges, uint32_t code_point) {
  return std::ranges::any_of(ranges, [code_point](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // in bytes
  bool valid = true;
};

// The code point at the front of `text`, which is not empty.
CodePoint Decode(std::string_view text) {
  const auto byte = [text](size_t index) { return static_cast<unsigned char>(text[index]); };
  if (byte(0) < 0x80) return {.value = byte(0), .length = 1};
  const size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length)
    return {.length = 1, .valid = false};
  uint32_t value = byte(0) & (0xFFU >> (length + 1));
  for (size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xC0) != 0x80) return {.length = 1, .valid = false};
    value = (value << 6) | (byte(index) & 0x3F);
  }
  return {.value = value, .length = length};
}

std::string Padded(const std::string& cell, const TableColumn& column, int width) {
  const std::string padding(static_cast<size_t>(std::max(0, width - DisplayWidth(cell))), ' ');
  return column.right_aligned ? padding + cell : cell + padding;
}

void AppendLine(const std::vector<TableColumn>& columns, const std::vector<std::string>& cells,
                const std::vector<int>& widths, std::string& output) {
  std::string line;
  for (size_t index = 0; index < columns.size(); ++index) {
    if (index > 0) line += "  ";
    line += Padded(cells[index], columns[index], widths[index]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  output += line + '\n';
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint code_point = Decode(text);
    text.remove_prefix(code_point.length);
    if (IsIn(kZeroWidth, code_point.value)) continue;
    width += IsIn(kWide, code_point.value) ? 2 : 1;
  }
  return width;
}

std::string ForTerminal(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint code_point = Decode(text);
    const std::string_view bytes = text.substr(0, code_point.length);
    text.remove_prefix(code_point.length);
    if (code_point.valid && !IsIn(kUnsafe, code_point.value)) {
      safe += bytes;
    } else if (bytes == "\n" || bytes == "\t" || bytes == "\r") {
      safe += ' ';
    } else {
      safe += "\xEF\xBF\xBD";
    }
  }
  return safe;
}

std::string RenderTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines;
  lines.emplace_back();
  for (const TableColumn& column : columns) lines.back().push_back(column.heading);
  for (const std::vector<std::string>& row : rows) {
    QINGQU_CHECK(row.size() == columns.size());
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(ForTerminal(cell));
  }
  std::vector<int> widths(columns.size(), 0);
  for (const std::vector<std::string>& line : lines) {
    for (size_t index = 0; index < line.size(); ++index) {
      widths[index] = std::max(widths[index], DisplayWidth(line[index]));
    }
  }
  std::string output;
  for (const std::vector<std::string>& line : lines) AppendLine(columns, line, widths, output);
  return output;
}

}  // namespace qingqu::cli
