#include "common/udi/gs1_date.h"

#include "absl/status/statusor.h"

#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

struct Parts {
  int year;
  int month;
  int day;
};

Parts Split(std::string_view digits, int current_year) {
  const size_t year_length = digits.size() - 4;
  const int written_year = DigitsToInt(digits.substr(0, year_length));
  return {.year = year_length == 2 ? ResolveYear(written_year, current_year) : written_year,
          .month = DigitsToInt(digits.substr(year_length, 2)),
          .day = DigitsToInt(digits.substr(year_length + 2, 2))};
}

}  // namespace

int ResolveYear(int two_digit_year, int current_year) {
  const int century = current_year - current_year % 100;
  const int ahead = two_digit_year - current_year % 100;
  if (ahead >= 51) return century - 100 + two_digit_year;
  if (ahead <= -50) return century + 100 + two_digit_year;
  return century + two_digit_year;
}

std::optional<Fault> FindDateFault(std::string_view text, const DateRules& rules) {
  if ((text.size() != 6 && text.size() != 8) || !IsAllDigits(text)) {
    return Fault{"INVALID_DATE", 0, "a date must be six or eight digits"};
  }
  const Parts parts = Split(text, rules.current_year);
  const size_t day_offset = text.size() - 2;
  if (parts.year < 1 || parts.year > 9999) return Fault{"INVALID_DATE", 0, "there is no year 0"};
  if (parts.month < 1 || parts.month > 12) {
    return Fault{"INVALID_DATE", day_offset - 2, "the month must be 01 to 12"};
  }
  if (parts.day == 0 && rules.zero_day_allowed) return std::nullopt;
  if (parts.day == 0) return Fault{"INVALID_DATE", day_offset, "the day must be stated here"};
  if (parts.day > CivilDate::DaysInMonth(parts.year, parts.month)) {
    return Fault{"INVALID_DATE", day_offset, "the month has no such day"};
  }
  return std::nullopt;
}

std::optional<CivilDate> DateOf(std::string_view text, int current_year) {
  const DateRules rules{.current_year = current_year, .zero_day_allowed = true};
  if (FindDateFault(text, rules)) return std::nullopt;
  Parts parts = Split(text, current_year);
  if (parts.day == 0) parts.day = CivilDate::DaysInMonth(parts.year, parts.month);
  return CivilDate::FromYearMonthDay(parts.year, parts.month, parts.day).value();
}

}  // namespace qingqu::udi
