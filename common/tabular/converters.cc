#include "common/tabular/converters.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/tabular/csv_writer.h"
#include "common/tabular/number_converters.h"

namespace qingqu::tabular {
namespace {

Conversion Converted(std::string value) {
  return {.value = std::move(value), .reason = {}, .message = {}};
}

Conversion Refused(std::string_view reason, std::string message) {
  return {.value = {}, .reason = reason, .message = std::move(message)};
}

bool Contains(const std::vector<std::string>& values, std::string_view cell) {
  return std::find(values.begin(), values.end(), cell) != values.end();
}

bool AnyMatches(const std::vector<Pattern>& patterns, std::string_view cell) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [cell](const Pattern& pattern) { return pattern.Matches(cell); });
}

Conversion CheckedText(std::string text, int max_length) {
  // Bytes bound code points from above, so that most cells need no counting.
  if (std::cmp_greater(text.size(), max_length) && CodePointCount(text) > max_length) {
    return Refused("TEXT_TOO_LONG", fmt::format("at most {} characters", max_length));
  }
  return Converted(std::move(text));
}

Conversion ConvertText(std::string_view cell, const TextOptions& options) {
  std::string text = options.half_width ? ToHalfWidth(cell) : std::string(cell);
  if (options.unguard) text = UnguardFormula(text);
  if (options.trim) text = TrimAsciiSpace(text);
  return CheckedText(std::move(text), options.max_length);
}

Conversion ConvertDate(std::string_view cell, const DateOptions& options) {
  std::optional<CivilDate> found;
  for (const DateFormat& format : options.formats) {
    const std::optional<CivilDate> date = format.Match(cell, options.century_from);
    if (!date.has_value()) continue;
    if (found.has_value() && *found != *date) {
      return Refused("AMBIGUOUS_DATE", fmt::format("reads as {} and as {}; list fewer formats",
                                                   found->ToString(), date->ToString()));
    }
    found = date;
  }
  if (found.has_value()) return Converted(found->ToString());
  std::string formats;
  for (const DateFormat& format : options.formats) formats += " " + format.pattern();
  return Refused("NOT_A_DATE", "no such day in any of the listed formats:" + formats);
}

Conversion ConvertBoolean(std::string_view cell, const BooleanOptions& options) {
  if (Contains(options.true_values, cell)) return Converted("true");
  if (Contains(options.false_values, cell)) return Converted("false");
  return Refused("NOT_A_BOOLEAN", "neither one of the true nor one of the false values");
}

Conversion ConvertEnum(std::string_view cell, const EnumOptions& options) {
  const auto value = options.values.find(cell);
  if (value != options.values.end()) return Converted(value->second);
  return Refused("UNKNOWN_VALUE", "not one of the values that the mapping lists");
}

Conversion ConvertConcat(std::span<const std::string_view> cells, const ConcatOptions& options) {
  std::string text;
  for (const std::string_view cell : cells) {
    const std::string_view part = TrimAsciiSpace(cell);
    if (part.empty()) continue;
    if (!text.empty()) text += options.separator;
    text += part;
  }
  return CheckedText(std::move(text), options.max_length);
}

Conversion Convert(const ConverterOptions& converter, std::string_view raw, std::string_view cell,
                   std::span<const std::string_view> cells) {
  if (const auto* options = std::get_if<TextOptions>(&converter)) return ConvertText(raw, *options);
  if (const auto* options = std::get_if<IntegerOptions>(&converter)) {
    return ConvertInteger(cell, *options);
  }
  if (const auto* options = std::get_if<DecimalOptions>(&converter)) {
    return ConvertDecimal(cell, *options);
  }
  if (const auto* options = std::get_if<DateOptions>(&converter))
    return ConvertDate(cell, *options);
  if (const auto* options = std::get_if<BooleanOptions>(&converter)) {
    return ConvertBoolean(cell, *options);
  }
  if (const auto* options = std::get_if<EnumOptions>(&converter))
    return ConvertEnum(cell, *options);
  if (const auto* options = std::get_if<UnitOptions>(&converter)) {
    std::optional<std::string_view> factor;
    if (cells.size() > 1) factor = TrimAsciiSpace(cells[1]);
    return ConvertUnit(cell, factor, *options);
  }
  return ConvertConcat(cells, std::get<ConcatOptions>(converter));
}

}  // namespace

bool IsNamedNull(const FieldMapping& field, std::string_view cell) {
  return Contains(field.null_values, cell) || AnyMatches(field.null_patterns, cell);
}

Conversion ConvertField(const FieldMapping& field, std::span<const std::string_view> cells) {
  if (const auto* options = std::get_if<ConstantOptions>(&field.options)) {
    return Converted(options->value);
  }
  if (cells.empty()) return {};
  const std::string_view raw = cells.front();
  const std::string_view cell = TrimAsciiSpace(raw);
  const bool concat = std::holds_alternative<ConcatOptions>(field.options);
  const bool blank =
      concat ? std::all_of(cells.begin(), cells.end(),
                           [](std::string_view part) { return TrimAsciiSpace(part).empty(); })
             : cell.empty();
  if (blank && field.required) return Refused("VALUE_MISSING", "a value is required here");
  if (blank) return {};
  if (IsNamedNull(field, cell)) return {};
  if (!field.only_patterns.empty() && !AnyMatches(field.only_patterns, cell)) return {};
  Conversion conversion = Convert(field.options, raw, cell, cells);
  // A cell of ideographic spaces is blank too, once it is in half width.
  const auto* const text = std::get_if<TextOptions>(&field.options);
  if (text == nullptr || !text->trim || conversion.value != "") return conversion;
  if (field.required) return Refused("VALUE_MISSING", "a value is required here");
  return {};
}

std::string ToHalfWidth(std::string_view text) {
  std::string half;
  half.reserve(text.size());
  for (size_t index = 0; index < text.size();) {
    const std::string_view symbol = text.substr(index, 3);
    const bool three_bytes = symbol.size() == 3;
    const int second = three_bytes ? static_cast<unsigned char>(symbol[1]) : 0;
    const int third = three_bytes ? static_cast<unsigned char>(symbol[2]) : 0;
    // U+FF01 to U+FF3F are EF BC 81 to EF BC BF, U+FF40 to U+FF5E are EF BD 80 to EF BD 9E.
    const bool low = symbol.starts_with("\xEF\xBC") && third >= 0x81;
    const bool high = symbol.starts_with("\xEF\xBD") && third <= 0x9E;
    if (three_bytes && (low || high)) {
      half += static_cast<char>((second - 0xBC) * 0x40 + third - 0x80 + 0x20);
      index += 3;
    } else if (symbol == "\xE3\x80\x80") {
      half += ' ';
      index += 3;
    } else {
      half += text[index];
      ++index;
    }
  }
  return half;
}

}  // namespace qingqu::tabular
