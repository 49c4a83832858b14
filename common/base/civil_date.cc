#include "common/base/civil_date.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/time/civil_time.h"

#include "common/base/check.h"

namespace qingqu {
namespace {

constexpr int kYearMin = 1;
constexpr int kYearMax = 9999;
constexpr absl::CivilDay kFirstDay(kYearMin, 1, 1);
constexpr absl::CivilDay kLastDay(kYearMax, 12, 31);
constexpr absl::CivilDay kEpoch(1970, 1, 1);

// The number that `digits` spell, or -1 when there is anything but digits.
int ParseDigits(std::string_view digits) {
  int value = 0;
  for (const char character : digits) {
    if (character < '0' || character > '9') return -1;
    value = value * 10 + (character - '0');
  }
  return value;
}

absl::Status NoSuchDate() {
  return absl::InvalidArgumentError("must be a date of the calendar, written like 2026-11-21");
}

}  // namespace

absl::StatusOr<CivilDate> CivilDate::FromYearMonthDay(int year, int month, int day) {
  if (year < kYearMin || year > kYearMax || month < 1 || month > 12) return NoSuchDate();
  if (day < 1 || day > DaysInMonth(year, month)) return NoSuchDate();
  return CivilDate(year, month, day);
}

absl::StatusOr<CivilDate> CivilDate::Parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return NoSuchDate();
  return FromYearMonthDay(ParseDigits(text.substr(0, 4)), ParseDigits(text.substr(5, 2)),
                          ParseDigits(text.substr(8, 2)));
}

CivilDate CivilDate::At(absl::Time instant, absl::TimeZone zone) {
  const absl::CivilDay day = std::clamp(absl::ToCivilDay(instant, zone), kFirstDay, kLastDay);
  return CivilDate(static_cast<int>(day.year()), day.month(), day.day());
}

std::string CivilDate::ToString() const {
  return fmt::format("{:04}-{:02}-{:02}", year(), month(), day());
}

int64_t CivilDate::DaysSinceEpoch() const { return absl::CivilDay(year_, month_, day_) - kEpoch; }

CivilDate CivilDate::PlusDays(int64_t days) const {
  const absl::CivilDay start(year_, month_, day_);
  QINGQU_CHECK(days >= kFirstDay - start && days <= kLastDay - start);
  const absl::CivilDay result = start + days;
  return CivilDate(static_cast<int>(result.year()), result.month(), result.day());
}

int CivilDate::DaysInMonth(int year, int month) {
  QINGQU_CHECK(month >= 1 && month <= 12);
  const absl::CivilMonth this_month(year, month);
  return static_cast<int>(absl::CivilDay(this_month + 1) - absl::CivilDay(this_month));
}

}  // namespace qingqu
