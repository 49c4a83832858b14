#include "common/base/business_day.h"

namespace qingqu {

CivilDate BusinessDay(absl::Time instant) {
  return CivilDate::At(instant, absl::FixedTimeZone(8 * 60 * 60));
}

}  // namespace qingqu
