#include "common/tabular/mapping.h"

#include <re2/re2.h>

#include "absl/container/flat_hash_map.h"
#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

constexpr int64_t kPatternMemoryMax = int64_t{256} << 10;

using Places = absl::flat_hash_map<std::string, size_t>;

// By its name or another one of its names.
Places::const_iterator FindColumn(const Places& places, const FieldMapping& field,
                                  const std::string& name) {
  auto place = places.find(name);
  for (const std::string& other : field.other_columns) {
    if (place != places.end()) break;
    place = places.find(other);
  }
  return place;
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Parse(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  Pattern pattern;
  pattern.expression_ = std::make_shared<const re2::RE2>(text, options);
  if (pattern.expression_->ok()) return pattern;
  return absl::InvalidArgumentError("not a pattern: " + pattern.expression_->error());
}

bool Pattern::Matches(std::string_view cell) const {
  return re2::RE2::FullMatch(re2::StringPiece(cell.data(), cell.size()), *expression_);
}

ValueKind KindOf(const ConverterOptions& options) {
  if (std::holds_alternative<IntegerOptions>(options)) return ValueKind::kInteger;
  if (std::holds_alternative<UnitOptions>(options)) return ValueKind::kInteger;
  if (std::holds_alternative<DecimalOptions>(options)) return ValueKind::kDecimal;
  if (std::holds_alternative<DateOptions>(options)) return ValueKind::kDate;
  if (std::holds_alternative<BooleanOptions>(options)) return ValueKind::kBoolean;
  return ValueKind::kText;
}

absl::StatusOr<BoundMapping> BindToHeader(const Mapping& mapping,
                                          const std::vector<std::string>& header) {
  Places places;
  for (size_t index = 0; index < header.size(); ++index) places.emplace(header[index], index);
  BoundMapping bound;
  std::vector<bool> read(header.size(), false);
  std::string problems;
  for (size_t index = 0; index < mapping.fields.size(); ++index) {
    std::vector<size_t>& columns = bound.columns.emplace_back();
    for (const std::string& name : mapping.fields[index].columns) {
      const auto place = FindColumn(places, mapping.fields[index], name);
      if (place == places.end() && mapping.fields[index].optional) continue;
      if (place == places.end()) {
        problems += fmt::format("\n$.fields[{}] ({}): the file has no column \"{}\"", index,
                                mapping.fields[index].field, name);
        continue;
      }
      columns.push_back(place->second);
      read[place->second] = true;
    }
  }
  if (!problems.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "COLUMN_MISSING",
                     "the mapping does not fit the file's header:" + problems);
  }
  for (size_t index = 0; index < header.size(); ++index) {
    if (!read[index]) bound.ignored_columns.push_back(header[index]);
  }
  return bound;
}

}  // namespace qingqu::tabular
