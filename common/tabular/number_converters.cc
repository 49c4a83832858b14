#include "common/tabular/number_converters.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "fmt/format.h"

namespace qingqu::tabular {
namespace {

constexpr size_t kWholeDigitsMax =
    14;  // As common/base/money.h; with four places it fits an int64.

bool AllDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The digits of "1,234,567" without the commas, or nothing when a group has not three digits.
std::optional<std::string> WithoutGroups(std::string_view digits) {
  const size_t first = digits.find(',');
  if (first == std::string_view::npos) return std::string(digits);
  if (first == 0 || first > 3) return std::nullopt;
  std::string joined(digits.substr(0, first));
  for (size_t place = first; place < digits.size(); place += 4) {
    if (digits[place] != ',' || place + 4 > digits.size()) return std::nullopt;
    joined += digits.substr(place + 1, 3);
  }
  return joined;
}

struct Number {
  bool negative = false;
  std::string whole;
  std::string_view fraction;
  bool has_point = false;
};

// Splits "-1,234.50"; nothing when it is not a plain decimal number. "1." and ".5" are not.
std::optional<Number> SplitNumber(std::string_view cell, bool group_separator) {
  Number number;
  number.negative = cell.starts_with('-');
  if (number.negative) cell.remove_prefix(1);
  const size_t point = cell.find('.');
  number.has_point = point != std::string_view::npos;
  std::string_view whole = cell.substr(0, point);
  if (number.has_point) {
    number.fraction = cell.substr(point + 1);
    if (!AllDigits(number.fraction)) return std::nullopt;
  }
  number.whole = whole;
  if (group_separator) {
    const std::optional<std::string> joined = WithoutGroups(whole);
    if (!joined.has_value()) return std::nullopt;
    number.whole = *joined;
  }
  if (!AllDigits(number.whole)) return std::nullopt;
  return number;
}

struct IntegerReading {
  int64_t value = 0;
  std::string_view reason;
};

IntegerReading ReadWholeNumber(std::string_view cell, bool group_separator) {
  const std::optional<Number> number = SplitNumber(cell, group_separator);
  if (!number.has_value() || number->has_point) return {0, "NOT_AN_INTEGER"};
  const std::string text = (number->negative ? "-" : "") + number->whole;
  IntegerReading reading;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), reading.value);
  if (result.ec != std::errc()) reading.reason = "INTEGER_OUT_OF_RANGE";
  return reading;
}

Conversion NotAnInteger(std::string_view reason) {
  if (reason == "NOT_AN_INTEGER") {
    return {.value = {}, .reason = reason, .message = "a whole number is expected, such as 1200"};
  }
  return {.value = {}, .reason = reason, .message = "the number does not fit 64 bits"};
}

// Whether the digits that are cut off round the kept ones up, half to even.
bool RoundsUp(std::string_view cut, bool last_kept_is_odd) {
  if (cut.empty() || cut.front() < '5') return false;
  if (cut.front() > '5') return true;
  const bool exactly_half = cut.find_first_not_of('0', 1) == std::string_view::npos;
  return !exactly_half || last_kept_is_odd;
}

}  // namespace

Conversion ConvertInteger(std::string_view cell, const IntegerOptions& options) {
  const IntegerReading reading = ReadWholeNumber(cell, options.group_separator);
  if (!reading.reason.empty()) return NotAnInteger(reading.reason);
  if (reading.value < options.min || reading.value > options.max) {
    return {.value = {},
            .reason = "INTEGER_OUT_OF_RANGE",
            .message = fmt::format("must lie from {} to {}", options.min, options.max)};
  }
  return {.value = fmt::format("{}", reading.value), .reason = {}, .message = {}};
}

Conversion ConvertDecimal(std::string_view cell, const DecimalOptions& options) {
  const std::optional<Number> number = SplitNumber(cell, options.group_separator);
  if (!number.has_value()) {
    return {.value = {},
            .reason = "NOT_A_DECIMAL",
            .message = "a plain decimal number is expected, such as 1200.50"};
  }
  const size_t first = std::min(number->whole.find_first_not_of('0'), number->whole.size());
  const std::string_view whole = std::string_view(number->whole).substr(first);
  if (whole.size() > kWholeDigitsMax) {
    return {.value = {},
            .reason = "DECIMAL_OUT_OF_RANGE",
            .message = fmt::format("at most {} digits before the point", kWholeDigitsMax)};
  }
  const auto places = static_cast<size_t>(options.places);
  const std::string_view cut = number->fraction.substr(std::min(places, number->fraction.size()));
  if (!options.round_half_even && cut.find_first_not_of('0') != std::string_view::npos) {
    return {.value = {},
            .reason = "TOO_MANY_PLACES",
            .message = fmt::format("at most {} places, or name a rounding in the mapping", places)};
  }
  std::string digits = fmt::format("{:0<{}}", number->fraction.substr(0, places), places);
  digits.insert(0, whole.empty() ? "0" : whole);
  int64_t scaled = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), scaled);
  if (RoundsUp(cut, scaled % 2 != 0)) ++scaled;
  if (number->negative && scaled != 0 && !options.allow_negative) {
    return {.value = {},
            .reason = "NEGATIVE_DECIMAL",
            .message = "a negative number; if it is meant, say \"allow_negative\" in the mapping"};
  }
  std::string text = fmt::format("{:0>{}}", scaled, places + 1);
  if (text.size() - places > kWholeDigitsMax) {
    return {.value = {},
            .reason = "DECIMAL_OUT_OF_RANGE",
            .message = fmt::format("at most {} digits before the point", kWholeDigitsMax)};
  }
  if (places > 0) text.insert(text.size() - places, ".");
  if (number->negative && scaled != 0) text.insert(0, "-");
  return {.value = std::move(text), .reason = {}, .message = {}};
}

Conversion ConvertUnit(std::string_view cell, std::optional<std::string_view> factor_cell,
                       const UnitOptions& options) {
  const IntegerReading packs = ReadWholeNumber(cell, options.group_separator);
  if (!packs.reason.empty()) return NotAnInteger(packs.reason);
  int64_t factor = options.factor;
  if (factor_cell.has_value()) {
    const IntegerReading reading = ReadWholeNumber(*factor_cell, options.group_separator);
    if (!reading.reason.empty() || reading.value < 1) {
      Conversion conversion =
          NotAnInteger(reading.reason.empty() ? "INTEGER_OUT_OF_RANGE" : reading.reason);
      conversion.message = "the number of units in a pack must be a whole number above 0";
      conversion.at = 1;
      return conversion;
    }
    factor = reading.value;
  }
  int64_t units = 0;
  if (__builtin_mul_overflow(packs.value, factor, &units)) {
    return NotAnInteger("INTEGER_OUT_OF_RANGE");
  }
  return {.value = fmt::format("{}", units), .reason = {}, .message = {}};
}

}  // namespace qingqu::tabular
