#pragma once

#include "absl/time/time.h"

#include "common/base/civil_date.h"

namespace qingqu {

// The day it is in the county at `instant`: China Standard Time, UTC+8 without summer time since
// 1991. Expiries, licences and agreements begin and end with it.
CivilDate BusinessDay(absl::Time instant);

// The instant at which `day` begins in the county.
absl::Time BusinessDayBegins(CivilDate day);

}  // namespace qingqu
