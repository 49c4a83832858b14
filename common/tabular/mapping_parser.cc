#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tabular/json_object.h"
#include "common/tabular/mapping.h"

namespace qingqu::tabular {
namespace {

constexpr int kLengthMax = 65'536;
constexpr size_t kNameCodePointsMax = 128;

bool IsIdentifier(std::string_view text) {
  if (text.empty() || text.size() > kNameCodePointsMax) return false;
  if (text.front() < 'a' || text.front() > 'z') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

TextOptions ReadText(JsonObject& options, FieldMapping&) {
  TextOptions text;
  text.trim = options.Boolean("trim").value_or(true);
  text.half_width = options.Boolean("half_width").value_or(false);
  text.unguard = options.Boolean("unguard").value_or(false);
  text.max_length =
      static_cast<int>(options.Integer("max_length", 1, kLengthMax).value_or(text.max_length));
  return text;
}

IntegerOptions ReadInteger(JsonObject& options, FieldMapping&) {
  IntegerOptions integer;
  integer.min = options.Integer("min", INT64_MIN, INT64_MAX).value_or(integer.min);
  integer.max = options.Integer("max", INT64_MIN, INT64_MAX).value_or(integer.max);
  integer.group_separator = options.Boolean("group_separator").value_or(false);
  if (integer.min > integer.max) options.Problem("min", "is above max");
  return integer;
}

DecimalOptions ReadDecimal(JsonObject& options, FieldMapping&) {
  DecimalOptions decimal;
  decimal.places = static_cast<int>(options.Integer("places", 0, 4).value_or(decimal.places));
  decimal.allow_negative = options.Boolean("allow_negative").value_or(false);
  decimal.group_separator = options.Boolean("group_separator").value_or(false);
  const std::optional<std::string> round = options.String("round");
  decimal.round_half_even = round.has_value();
  if (round.has_value() && *round != "half_even") {
    options.Problem("round", "must be \"half_even\", or absent so that nothing is rounded");
  }
  return decimal;
}

DateOptions ReadDate(JsonObject& options, FieldMapping&) {
  DateOptions date;
  const std::vector<std::string> formats = options.Strings("formats", /*required=*/true);
  bool has_two_digit_year = false;
  for (size_t index = 0; index < formats.size(); ++index) {
    absl::StatusOr<DateFormat> format = DateFormat::Parse(formats[index]);
    if (!format.ok()) {
      options.Problem(fmt::format("formats[{}]", index), ToStd(format.status().message()));
      continue;
    }
    has_two_digit_year |= format->has_two_digit_year();
    date.formats.push_back(*std::move(format));
  }
  const std::optional<int64_t> century = options.Integer("century", 1, 9'900);
  if (has_two_digit_year && options.Member("century") == nullptr) {
    options.Problem("century",
                    "is missing: with %y, name the first of the hundred years that are meant");
  }
  if (!has_two_digit_year && century.has_value()) options.Problem("century", "needs a %y");
  date.century_from = static_cast<int>(century.value_or(0));
  return date;
}

BooleanOptions ReadBoolean(JsonObject& options, FieldMapping&) {
  BooleanOptions boolean{.true_values = options.Strings("true", /*required=*/true),
                         .false_values = options.Strings("false", /*required=*/true)};
  for (const std::string& value : boolean.true_values) {
    for (const std::string& other : boolean.false_values) {
      if (value == other) options.Problem("false", fmt::format("\"{}\" is also true", value));
    }
  }
  return boolean;
}

EnumOptions ReadEnum(JsonObject& options, FieldMapping&) {
  EnumOptions enumeration;
  const nlohmann::json* const values = options.Member("values");
  if (values == nullptr || !values->is_object() || values->empty()) {
    options.Problem("values", "must be an object from the source's values to ours");
    return enumeration;
  }
  for (const auto& [theirs, ours] : values->items()) {
    if (!ours.is_string()) {
      options.Problem("values." + theirs, "must be a string");
      continue;
    }
    enumeration.values.emplace(theirs, ours.get<std::string>());
  }
  return enumeration;
}

UnitOptions ReadUnit(JsonObject& options, FieldMapping& field) {
  UnitOptions unit;
  const std::optional<int64_t> factor = options.Integer("factor", 1, 1'000'000'000);
  const std::optional<std::string> factor_column = options.String("factor_column");
  unit.factor = factor.value_or(1);
  unit.group_separator = options.Boolean("group_separator").value_or(false);
  if ((options.Member("factor") == nullptr) == (options.Member("factor_column") == nullptr)) {
    options.Problem("factor", "give either factor or factor_column");
  }
  if (factor_column.has_value()) field.columns.push_back(*factor_column);
  return unit;
}

ConstantOptions ReadConstant(JsonObject& options, FieldMapping&) {
  return {options.String("value", /*required=*/true).value_or("")};
}

ConcatOptions ReadConcat(JsonObject& options, FieldMapping&) {
  ConcatOptions concat;
  concat.separator = options.String("separator", /*required=*/true).value_or("");
  concat.max_length =
      static_cast<int>(options.Integer("max_length", 1, kLengthMax).value_or(concat.max_length));
  return concat;
}

struct Converter {
  std::string_view name;
  ConverterOptions (*read)(JsonObject&, FieldMapping&);
};

template <auto kRead>
ConverterOptions Read(JsonObject& options, FieldMapping& field) {
  return kRead(options, field);
}

constexpr std::array<Converter, 9> kConverters = {{{"text", &Read<&ReadText>},
                                                   {"integer", &Read<&ReadInteger>},
                                                   {"decimal", &Read<&ReadDecimal>},
                                                   {"date", &Read<&ReadDate>},
                                                   {"boolean", &Read<&ReadBoolean>},
                                                   {"enum", &Read<&ReadEnum>},
                                                   {"unit", &Read<&ReadUnit>},
                                                   {"constant", &Read<&ReadConstant>},
                                                   {"concat", &Read<&ReadConcat>}}};

void ReadConverter(JsonObject& object, FieldMapping& field, JsonProblems& problems) {
  const std::optional<std::string> name = object.String("converter", /*required=*/true);
  const nlohmann::json* const given = object.Member("options");
  if (!name.has_value()) return;
  for (const Converter& converter : kConverters) {
    if (converter.name != *name) continue;
    const nlohmann::json empty = nlohmann::json::object();
    JsonObject options(given == nullptr ? empty : *given, object.PathOf("options"), problems);
    field.options = converter.read(options, field);
    options.Finish();
    return;
  }
  object.Problem("converter",
                 "must be text, integer, decimal, date, boolean, enum, unit, constant or concat");
}

void ReadColumns(JsonObject& object, FieldMapping& field) {
  const bool has_column = object.Member("column") != nullptr;
  const bool has_columns = object.Member("columns") != nullptr;
  const nlohmann::json* const converter = object.Member("converter");
  const bool constant = converter != nullptr && *converter == "constant";
  const bool concat = converter != nullptr && *converter == "concat";
  if (constant) {
    if (has_column) object.Problem("column", "a constant reads no column");
    if (has_columns) object.Problem("columns", "a constant reads no column");
    return;
  }
  if (concat) {
    if (has_column) object.Problem("column", "concat reads \"columns\"");
    field.columns = object.Strings("columns", /*required=*/true);
    if (field.columns.size() == 1) object.Problem("columns", "concat needs two columns or more");
    return;
  }
  if (has_columns) object.Problem("columns", "only concat reads more than one column");
  const std::optional<std::string> column = object.String("column", /*required=*/true);
  if (column.has_value()) field.columns.push_back(*column);
  field.other_columns = object.Strings("other_columns");
  field.optional = object.Boolean("optional").value_or(false);
  if (field.optional && field.required) object.Problem("optional", "what is required is not");
}

std::vector<Pattern> ReadPatterns(JsonObject& object, std::string_view name,
                                  size_t& patterns_left) {
  std::vector<Pattern> patterns;
  const std::vector<std::string> texts = object.Strings(name);
  if (texts.size() > patterns_left) {
    object.Problem(name, fmt::format("a mapping may hold {} patterns", kMappingPatternsMax));
    return patterns;
  }
  patterns_left -= texts.size();
  for (size_t index = 0; index < texts.size(); ++index) {
    absl::StatusOr<Pattern> pattern = Pattern::Parse(texts[index]);
    if (pattern.ok()) {
      patterns.push_back(*std::move(pattern));
      continue;
    }
    object.Problem(fmt::format("{}[{}]", name, index), ToStd(pattern.status().message()));
  }
  return patterns;
}

FieldMapping ReadField(const nlohmann::json& value, const std::string& path, size_t& patterns_left,
                       JsonProblems& problems) {
  JsonObject object(value, path, problems);
  FieldMapping field;
  field.field = object.String("field", /*required=*/true).value_or("");
  if (object.Member("field") != nullptr && !IsIdentifier(field.field)) {
    object.Problem("field", "must be a name in lower_snake_case");
  }
  field.required = object.Boolean("required").value_or(false);
  field.shares_column = object.Boolean("shares_column").value_or(false);
  field.null_values = object.Strings("null_values");
  field.null_patterns = ReadPatterns(object, "null_patterns", patterns_left);
  field.only_patterns = ReadPatterns(object, "only_patterns", patterns_left);
  ReadColumns(object, field);
  ReadConverter(object, field, problems);
  object.Finish();
  return field;
}

void CheckFieldsAgainstEachOther(const std::vector<FieldMapping>& fields, JsonProblems& problems) {
  absl::flat_hash_map<std::string, size_t> first_fields;
  absl::flat_hash_map<std::string, size_t> first_readers;
  absl::flat_hash_set<std::string> shared;
  for (size_t index = 0; index < fields.size(); ++index) {
    const FieldMapping& field = fields[index];
    const auto [first_field, new_field] = first_fields.emplace(field.field, index);
    if (!new_field && !field.field.empty()) {
      problems.Add(
          fmt::format("$.fields[{}].field", index),
          fmt::format("$.fields[{}] already fills \"{}\"", first_field->second, field.field));
    }
    bool shares = false;
    std::vector<std::string> columns = field.columns;
    columns.insert(columns.end(), field.other_columns.begin(), field.other_columns.end());
    for (const std::string& column : columns) {
      const auto [first_reader, new_reader] = first_readers.emplace(column, index);
      shares |= !new_reader;
      if (new_reader || field.shares_column) continue;
      problems.Add(fmt::format("$.fields[{}].column", index),
                   fmt::format("$.fields[{}] already reads \"{}\"; if both shall, say "
                               "\"shares_column\": true here",
                               first_reader->second, column));
    }
    if (field.shares_column && !shares) {
      problems.Add(fmt::format("$.fields[{}].shares_column", index),
                   "no earlier field reads this column");
    }
  }
}

void ReadKey(JsonObject& object, Mapping& mapping) {
  const std::vector<std::string> names = object.Strings("key");
  for (size_t place = 0; place < names.size(); ++place) {
    const std::string path = fmt::format("key[{}]", place);
    size_t index = 0;
    while (index < mapping.fields.size() && mapping.fields[index].field != names[place]) ++index;
    if (index == mapping.fields.size()) {
      object.Problem(path, fmt::format("no field is named \"{}\"", names[place]));
      continue;
    }
    const FieldMapping& field = mapping.fields[index];
    const bool never_null = field.required && field.null_values.empty() &&
                            field.null_patterns.empty() && field.only_patterns.empty();
    if (!never_null) {
      object.Problem(path, "a key field must be \"required\" and have no null values or patterns");
    }
    mapping.key.push_back(index);
  }
}

void ReadTop(const nlohmann::json& document, Mapping& mapping, JsonProblems& problems) {
  JsonObject object(document, "$", problems);
  object.Integer("version", 1, 1, /*required=*/true);
  mapping.target = object.String("target", /*required=*/true).value_or("");
  if (object.Member("target") != nullptr && !IsIdentifier(mapping.target)) {
    object.Problem("target", "must be a name in lower_snake_case");
  }
  const std::string delimiter = object.String("delimiter").value_or(",");
  mapping.delimiter = delimiter.empty() ? ',' : delimiter.front();
  if (delimiter != "," && delimiter != ";" && delimiter != "\t" && delimiter != "|") {
    object.Problem("delimiter", "must be a comma, a semicolon, a tab or a bar");
  }
  const absl::StatusOr<Encoding> encoding =
      ParseEncoding(object.String("encoding").value_or("auto"));
  mapping.encoding = encoding.value_or(Encoding::kAuto);
  if (!encoding.ok()) object.Problem("encoding", ToStd(encoding.status().message()));
  mapping.sheet = object.String("sheet").value_or("");
  if (object.Member("sheet") != nullptr && mapping.sheet.empty()) {
    object.Problem("sheet", "must be the name of a sheet");
  }
  const nlohmann::json* const fields = object.Member("fields");
  if (fields == nullptr || !fields->is_array() || fields->empty() ||
      fields->size() > kMappingFieldsMax) {
    object.Problem("fields", fmt::format("must be a list of 1 to {} fields", kMappingFieldsMax));
  } else {
    size_t patterns_left = kMappingPatternsMax;
    for (size_t index = 0; index < fields->size(); ++index) {
      mapping.fields.push_back(
          ReadField((*fields)[index], fmt::format("$.fields[{}]", index), patterns_left, problems));
    }
  }
  CheckFieldsAgainstEachOther(mapping.fields, problems);
  ReadKey(object, mapping);
  object.Finish();
}

}  // namespace

absl::StatusOr<Mapping> ParseMapping(std::string_view json) {
  JsonProblems problems;
  Mapping mapping;
  if (json.size() > kMappingBytesMax) {
    problems.Add("$", fmt::format("longer than {} bytes", kMappingBytesMax));
  } else if (const auto document = ParseStrictJson(json, problems); document.has_value()) {
    ReadTop(*document, mapping, problems);
  }
  if (problems.empty()) return mapping;
  return MakeError(absl::StatusCode::kInvalidArgument, "MAPPING_INVALID",
                   "the mapping has " + problems.ToString());
}

}  // namespace qingqu::tabular
