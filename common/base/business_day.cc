#include "common/base/business_day.h"

namespace qingqu {
namespace {

absl::TimeZone CountyZone() { return absl::FixedTimeZone(8 * 60 * 60); }

}  // namespace

CivilDate BusinessDay(absl::Time instant) { return CivilDate::At(instant, CountyZone()); }

absl::Time BusinessDayBegins(CivilDate day) {
  return absl::FromCivil(absl::CivilDay(day.year(), day.month(), day.day()), CountyZone());
}

}  // namespace qingqu
