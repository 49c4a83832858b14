#include "common/tabular/csv_writer.h"

#include <algorithm>
#include <array>

namespace qingqu::tabular {
namespace {

bool NeedsQuotes(std::string_view field, char delimiter) {
  if (field.empty()) return false;
  if (field.front() == ' ' || field.back() == ' ') return true;
  if (field.find('\xEF') != std::string_view::npos)
    return true;  // A byte order mark may hide behind it.
  return field.find_first_of("\"\r\n") != std::string_view::npos ||
         field.find(delimiter) != std::string_view::npos;
}

void AppendField(std::string_view field, bool quoted, std::string& output) {
  if (!quoted) {
    output += field;
    return;
  }
  output += '"';
  for (const char byte : field) {
    if (byte == '"') output += '"';
    output += byte;
  }
  output += '"';
}

bool StartsLikeFormula(std::string_view value) {
  static constexpr std::array<std::string_view, 10> kStarts = {"=",  "+",  "-",  "@",  "\t",
                                                               "\r", "＝", "＋", "－", "＠"};
  return std::ranges::any_of(kStarts,
                             [value](std::string_view start) { return value.starts_with(start); });
}

}  // namespace

void AppendCsvRecord(std::span<const std::string> fields, std::string& output, char delimiter) {
  const bool only_and_empty = fields.size() == 1 && fields.front().empty();
  bool first = true;
  for (const std::string& field : fields) {
    if (!first) output += delimiter;
    first = false;
    AppendField(field, only_and_empty || NeedsQuotes(field, delimiter), output);
  }
  output += "\r\n";
}

std::string GuardFormula(std::string_view value) {
  return StartsLikeFormula(value) ? "'" + std::string(value) : std::string(value);
}

std::string_view UnguardFormula(std::string_view value) {
  const bool guarded = value.starts_with('\'') && StartsLikeFormula(value.substr(1));
  return guarded ? value.substr(1) : value;
}

}  // namespace qingqu::tabular
