#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tabular/date_format.h"
#include "common/tabular/text_decoding.h"

namespace re2 {
class RE2;
}

namespace qingqu::tabular {

inline constexpr size_t kMappingBytesMax = size_t{1} << 20;
inline constexpr size_t kMappingFieldsMax = 1'000;
inline constexpr size_t kMappingPatternsMax = 200;

// What the canonical text of a converted cell is.
enum class ValueKind { kText, kInteger, kDecimal, kDate, kBoolean };

// An RE2 pattern that must fit the whole cell; linear in the length of the cell.
class Pattern {
 public:
  // INVALID_ARGUMENT with RE2's words when it is not a pattern.
  static absl::StatusOr<Pattern> Parse(const std::string& text);
  bool Matches(std::string_view cell) const;

 private:
  std::shared_ptr<const re2::RE2> expression_;
};

struct TextOptions {
  bool trim = true;
  bool half_width = false;
  bool unguard = false;    // takes off what GuardFormula puts before a text
  int max_length = 1'024;  // code points
};
struct IntegerOptions {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
  bool group_separator = false;
};
struct DecimalOptions {
  int places = 4;
  bool round_half_even = false;
  bool allow_negative = false;
  bool group_separator = false;
};
struct DateOptions {
  std::vector<DateFormat> formats;
  int century_from = 0;
};
struct BooleanOptions {
  std::vector<std::string> true_values;
  std::vector<std::string> false_values;
};
struct EnumOptions {
  std::map<std::string, std::string, std::less<>> values;
};
struct UnitOptions {
  int64_t factor = 1;  // unused when the factor is read from the second column
  bool group_separator = false;
};
struct ConstantOptions {
  std::string value;
};
struct ConcatOptions {
  std::string separator;
  int max_length = 1'024;  // code points
};
using ConverterOptions =
    std::variant<TextOptions, IntegerOptions, DecimalOptions, DateOptions, BooleanOptions,
                 EnumOptions, UnitOptions, ConstantOptions, ConcatOptions>;

ValueKind KindOf(const ConverterOptions& options);

// How one of our fields is made from a source's columns.
struct FieldMapping {
  std::string field;
  // The columns that are read: none for a constant, two or more for concat, the value and then the
  // factor for a unit with a factor column, else one.
  std::vector<std::string> columns;
  // What the only column may be called besides; the first name that the header has counts.
  std::vector<std::string> other_columns;
  // A file without the column is fit all the same; the field is null then.
  bool optional = false;
  // A blank cell is an error. A cell that null_values or null_patterns name is a stated absence,
  // and null even here.
  bool required = false;
  bool shares_column = false;
  std::vector<std::string> null_values;
  std::vector<Pattern> null_patterns;
  // When not empty: a cell that fits none of them is null (the note in a column that holds figures
  // or notes).
  std::vector<Pattern> only_patterns;
  ConverterOptions options;
};

struct Mapping {
  std::string target;
  char delimiter = ',';
  Encoding encoding = Encoding::kAuto;
  std::string sheet;  // of a workbook; empty: its first visible one
  std::vector<FieldMapping> fields;
  std::vector<size_t> key;  // indices into `fields`; empty: rows are not told apart
};

// Reads a mapping file (its format is in the README). INVALID_ARGUMENT MAPPING_INVALID lists every
// problem, up to 100, one a line after the first: "$.fields[3].column: …".
absl::StatusOr<Mapping> ParseMapping(std::string_view json);

struct BoundMapping {
  std::vector<std::vector<size_t>> columns;  // for each field, where its columns are in the file
  std::vector<std::string> ignored_columns;  // in the header, but read by no field
};

// INVALID_ARGUMENT COLUMN_MISSING lists every column that the header lacks.
absl::StatusOr<BoundMapping> BindToHeader(const Mapping& mapping,
                                          const std::vector<std::string>& header);

}  // namespace qingqu::tabular
