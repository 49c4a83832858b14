#include "services/catalog/class_row.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "services/catalog/national_code.h"

namespace qingqu::catalog {
namespace {

constexpr int kNameCharactersMax = 200;
constexpr size_t kValueBytesMax = 100;
constexpr std::array<std::string_view, kClassLevels> kNameColumns{
    "first_level", "second_level", "third_level", "generic_name", "material", "feature"};

// The start of `value`, whole characters only.
std::string Shorten(std::string_view value) {
  if (value.size() <= kValueBytesMax) return std::string(value);
  size_t size = kValueBytesMax;
  while (size > 0 && (static_cast<uint8_t>(value[size]) & 0xC0) == 0x80) --size;
  return std::string(value.substr(0, size));
}

struct PartOfCode {
  std::string_view column;
  std::string_view value;
  size_t position;
  size_t length;
};

void CheckParts(const ClassRow& row, std::vector<ClassRowError>& errors) {
  const std::array<PartOfCode, 3> parts{{{"generic_code", row.generic_code, 7, 3},
                                         {"material_code", row.material_code, 10, 2},
                                         {"feature_code", row.feature_code, 12, 3}}};
  for (const PartOfCode& part : parts) {
    const std::string_view expected = row.class_code.substr(part.position, part.length);
    if (part.value == expected) continue;
    errors.push_back(
        {.line = row.line,
         .column = part.column,
         .value = Shorten(part.value),
         .reason = "CODE_MISMATCH",
         .message = fmt::format("characters {} to {} of the code {} are {}", part.position + 1,
                                part.position + part.length, row.class_code, expected)});
  }
}

// Counting characters is not needed for what is short in bytes.
bool IsTooLong(std::string_view text) {
  return text.size() > kNameCharactersMax && CodePointCount(text) > kNameCharactersMax;
}

void CheckNames(const ClassRow& row, std::vector<ClassRowError>& errors) {
  for (size_t index = 0; index < row.names.size(); ++index) {
    const std::string_view name = row.names[index];
    if (!name.empty() && !IsTooLong(name)) continue;
    errors.push_back({.line = row.line,
                      .column = kNameColumns[index],
                      .value = Shorten(name),
                      .reason = "NAME_INVALID",
                      .message = fmt::format("must have 1 to {} characters", kNameCharactersMax)});
  }
  if (!IsTooLong(row.monitored_group)) return;
  errors.push_back({.line = row.line,
                    .column = "monitored_group",
                    .value = Shorten(row.monitored_group),
                    .reason = "NAME_INVALID",
                    .message = fmt::format("must have at most {} characters", kNameCharactersMax)});
}

ClassRowError Conflict(const ClassRow& row, std::string_view column, std::string_view value,
                       const ClassNode& first) {
  return {.line = row.line,
          .column = column,
          .value = Shorten(value),
          .reason = "CLASS_NAME_CONFLICT",
          .message =
              fmt::format("line {} says {} for {}", first.line, Shorten(first.name), first.code)};
}

}  // namespace

int LevelOfCodeLength(size_t length) {
  const auto* const found = std::find(kCodeLengths.begin(), kCodeLengths.end(), length);
  return found == kCodeLengths.end() ? 0 : static_cast<int>(found - kCodeLengths.begin()) + 1;
}

bool CheckClassRow(const ClassRow& row, std::vector<ClassRowError>& errors) {
  const size_t errors_before = errors.size();
  if (row.class_code.size() == kClassCodeLength && IsCodePrefix(row.class_code)) {
    CheckParts(row, errors);
  } else {
    errors.push_back({.line = row.line,
                      .column = "class_code",
                      .value = Shorten(row.class_code),
                      .reason = "CLASS_CODE_INVALID",
                      .message = "must be C and 14 digits, of which the first two are 01 to 17"});
  }
  CheckNames(row, errors);
  return errors.size() == errors_before;
}

void ClassNames::AddStaged(const ClassNode& node) { nodes_.emplace(node.code, node); }

bool ClassNames::AddRow(const ClassRow& row, std::vector<ClassRowError>& errors) {
  const size_t errors_before = errors.size();
  int known_levels = 0;
  for (int level = 1; level < kClassLevels; ++level) {
    const auto found = nodes_.find(row.CodeAtLevel(level));
    if (found == nodes_.end()) break;
    known_levels = level;
    if (found->second.name == row.NameAtLevel(level)) continue;
    errors.push_back(Conflict(row, kNameColumns[static_cast<size_t>(level - 1)],
                              row.NameAtLevel(level), found->second));
  }
  if (errors.size() != errors_before) return false;
  // A class is never known without those around it.
  for (int level = known_levels + 1; level < kClassLevels; ++level) {
    const ClassNode node{
        .code = row.CodeAtLevel(level), .line = row.line, .name = row.NameAtLevel(level)};
    nodes_.emplace(node.code, node);
    added_.push_back(node);
  }
  return true;
}

std::vector<std::string> NodeCodes(std::span<const ClassRow> rows) {
  absl::flat_hash_set<std::string_view> codes;
  for (const ClassRow& row : rows) {
    for (int level = kClassLevels - 1; level >= 1; --level) {
      if (!codes.insert(row.CodeAtLevel(level)).second) break;
    }
  }
  return {codes.begin(), codes.end()};
}

bool CheckRepetition(const ClassRow& row, const ClassRepetition& first,
                     std::vector<ClassRowError>& errors) {
  const std::string_view feature = row.NameAtLevel(kClassLevels);
  if (feature != first.feature) {
    errors.push_back(
        Conflict(row, kNameColumns.back(), feature,
                 {.code = row.class_code, .line = first.first_line, .name = first.feature}));
    return false;
  }
  if (row.monitored_group != first.monitored_group) {
    errors.push_back(Conflict(
        row, "monitored_group", row.monitored_group,
        {.code = row.class_code, .line = first.first_line, .name = first.monitored_group}));
    return false;
  }
  return true;
}

}  // namespace qingqu::catalog
