#include "common/udi/patterned_date.h"

#include <algorithm>

#include "absl/status/statusor.h"

#include "common/udi/gs1_date.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

// The digits of `text` that stand where `pattern` has `letter`.
struct Field {
  size_t offset = 0;
  size_t length = 0;
  int value = 0;
};

Field Find(std::string_view text, std::string_view pattern, char letter) {
  const size_t offset = std::min(pattern.find(letter), pattern.size());
  const size_t length = static_cast<size_t>(std::ranges::count(pattern, letter));
  return {.offset = offset,
          .length = length,
          .value = length == 0 ? 0 : DigitsToInt(text.substr(offset, length))};
}

int YearOf(const Field& year, int current_year) {
  if (year.length == 2) return ResolveYear(year.value, current_year);
  if (year.length == 3) return year.value >= 900 ? 1000 + year.value : 2000 + year.value;
  return year.value;
}

PatternedDate Failed(size_t offset, std::string_view message) {
  return {.fault = Fault{"INVALID_DATE", offset, message}, .date = {}};
}

PatternedDate FromDayOfYear(int year, const Field& day) {
  const int days_in_year = CivilDate::DaysInMonth(year, 2) == 29 ? 366 : 365;
  if (day.value < 1 || day.value > days_in_year) {
    return Failed(day.offset, "the year has no such day");
  }
  const CivilDate first = CivilDate::FromYearMonthDay(year, 1, 1).value();
  return {.fault = {}, .date = first.PlusDays(day.value - 1), .day_stated = true};
}

PatternedDate FromMonthAndDay(int year, const Field& month, const Field& day) {
  if (month.value < 1 || month.value > 12) {
    return Failed(month.offset, "the month must be 01 to 12");
  }
  const int last_day = CivilDate::DaysInMonth(year, month.value);
  if (day.value > last_day) return Failed(day.offset, "the month has no such day");
  const bool day_stated = day.value != 0;
  return {
      .fault = {},
      .date =
          CivilDate::FromYearMonthDay(year, month.value, day_stated ? day.value : last_day).value(),
      .day_stated = day_stated};
}

}  // namespace

PatternedDate ReadPatternedDate(std::string_view text, std::string_view pattern, int current_year) {
  const auto* foreign = std::ranges::find_if_not(text, IsDigit);
  if (foreign != text.end()) {
    return Failed(static_cast<size_t>(foreign - text.begin()), "a date consists of digits");
  }
  if (text.size() != pattern.size()) {
    return Failed(std::min(text.size(), pattern.size()), "the date has not as many digits");
  }
  const Field written_year = Find(text, pattern, 'Y');
  const int year = YearOf(written_year, current_year);
  if (year == 0) return Failed(written_year.offset, "there is no year 0");
  const Field hour = Find(text, pattern, 'H');
  const Field minute = Find(text, pattern, 'N');
  PatternedDate result =
      pattern.find('J') != std::string_view::npos
          ? FromDayOfYear(year, Find(text, pattern, 'J'))
          : FromMonthAndDay(year, Find(text, pattern, 'M'), Find(text, pattern, 'D'));
  if (result.fault) return result;
  if (hour.value > 23) return Failed(hour.offset, "the hour must be 00 to 23");
  if (minute.value > 59) return Failed(minute.offset, "the minute must be 00 to 59");
  return result;
}

}  // namespace qingqu::udi
