#include "common/tabular/date_format.h"

#include <array>
#include <cstddef>

#include "absl/strings/match.h"
#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

struct DigitCount {
  size_t min;
  size_t max;
};

// Takes digits off the front of `text`.
std::optional<int> TakeNumber(std::string_view& text, DigitCount count) {
  int number = 0;
  size_t taken = 0;
  while (taken < count.max && taken < text.size() && text[taken] >= '0' && text[taken] <= '9') {
    number = number * 10 + (text[taken] - '0');
    ++taken;
  }
  if (taken < count.min) return std::nullopt;
  text.remove_prefix(taken);
  return number;
}

std::optional<int> TakeMonthName(std::string_view& text) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  for (size_t index = 0; index < kNames.size(); ++index) {
    if (!absl::StartsWithIgnoreCase(ToAbsl(text), ToAbsl(kNames[index]))) continue;
    text.remove_prefix(kNames[index].size());
    return static_cast<int>(index) + 1;
  }
  return std::nullopt;
}

absl::Status InvalidPattern(std::string_view pattern, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_DATE_FORMAT",
                   fmt::format("the date format \"{}\" {}", pattern, why));
}

}  // namespace

absl::StatusOr<DateFormat> DateFormat::Parse(std::string_view pattern) {
  DateFormat format;
  format.pattern_ = pattern;
  int years = 0;
  int months = 0;
  int days = 0;
  for (size_t index = 0; index < pattern.size(); ++index) {
    if (pattern[index] != '%') {
      format.tokens_.push_back({Part::kLiteral, pattern[index], false});
      continue;
    }
    ++index;
    const char letter = index < pattern.size() ? pattern[index] : '\0';
    Part part = Part::kLiteral;
    if (letter == 'Y') part = Part::kYear;
    if (letter == 'y') part = Part::kShortYear;
    if (letter == 'm') part = Part::kMonth;
    if (letter == 'b') part = Part::kMonthName;
    if (letter == 'd') part = Part::kDay;
    if (part == Part::kLiteral && letter != '%') {
      return InvalidPattern(pattern, "may only use %Y %y %m %b %d and %%");
    }
    years += part == Part::kYear || part == Part::kShortYear ? 1 : 0;
    months += part == Part::kMonth || part == Part::kMonthName ? 1 : 0;
    days += part == Part::kDay ? 1 : 0;
    format.has_two_digit_year_ |= part == Part::kShortYear;
    format.tokens_.push_back({part, '%', false});
  }
  if (years != 1 || months != 1 || days != 1) {
    return InvalidPattern(pattern, "must hold the year, the month and the day exactly once each");
  }
  const auto is_number = [](const Token& token) {
    if (token.part != Part::kLiteral) return token.part != Part::kMonthName;
    return token.literal >= '0' && token.literal <= '9';
  };
  for (size_t index = 0; index + 1 < format.tokens_.size(); ++index) {
    Token& left = format.tokens_[index];
    Token& right = format.tokens_[index + 1];
    if (!is_number(left) || !is_number(right)) continue;
    left.fixed_width = true;
    right.fixed_width = true;
  }
  return format;
}

std::optional<CivilDate> DateFormat::Match(std::string_view text, int century_from) const {
  int year = 0;
  int month = 0;
  int day = 0;
  for (const Token& token : tokens_) {
    if (token.part == Part::kLiteral) {
      if (text.empty() || text.front() != token.literal) return std::nullopt;
      text.remove_prefix(1);
      continue;
    }
    const DigitCount one_or_two{token.fixed_width ? size_t{2} : size_t{1}, 2};
    std::optional<int> number;
    if (token.part == Part::kYear) number = TakeNumber(text, {4, 4});
    if (token.part == Part::kShortYear) number = TakeNumber(text, {2, 2});
    if (token.part == Part::kMonthName) number = TakeMonthName(text);
    if (token.part == Part::kMonth || token.part == Part::kDay) {
      number = TakeNumber(text, one_or_two);
    }
    if (!number.has_value()) return std::nullopt;
    if (token.part == Part::kShortYear) {
      year = century_from + (*number - century_from % 100 + 100) % 100;
    } else if (token.part == Part::kYear) {
      year = *number;
    } else if (token.part == Part::kDay) {
      day = *number;
    } else {
      month = *number;
    }
  }
  if (!text.empty()) return std::nullopt;
  const absl::StatusOr<CivilDate> date = CivilDate::FromYearMonthDay(year, month, day);
  if (!date.ok()) return std::nullopt;
  return *date;
}

}  // namespace qingqu::tabular
