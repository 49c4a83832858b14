#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace qingqu {

// A day of the Gregorian calendar, without time or zone (an expiry, a period's end). Years 1 to
// 9999.
class CivilDate {
 public:
  // INVALID_ARGUMENT when there is no such day.
  static absl::StatusOr<CivilDate> FromYearMonthDay(int year, int month, int day);
  // ISO 8601 "2026-11-21" only.
  static absl::StatusOr<CivilDate> Parse(std::string_view text);
  // The day it is at `instant` in `zone`; the first or last day when that is outside of years 1 to
  // 9999.
  static CivilDate At(absl::Time instant, absl::TimeZone zone);

  int year() const { return year_; }
  int month() const { return month_; }
  int day() const { return day_; }
  std::string ToString() const;            // "2026-11-21"
  int64_t DaysSinceEpoch() const;          // 1970-01-01 is 0
  CivilDate PlusDays(int64_t days) const;  // QINGQU_CHECKs that the result lies in years 1 to 9999
  static int DaysInMonth(int year, int month);

  friend auto operator<=>(const CivilDate&, const CivilDate&) = default;

 private:
  CivilDate(int year, int month, int day)
      : year_(static_cast<int16_t>(year)),
        month_(static_cast<int8_t>(month)),
        day_(static_cast<int8_t>(day)) {}
  int16_t year_;
  int8_t month_;
  int8_t day_;
};

}  // namespace qingqu
