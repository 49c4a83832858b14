#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"

namespace qingqu::distribution {

// Whose goods a period is about: an alliance's, in its central stores, or an institution's, in all
// its other places. Goods count where they lie, those on consignment, too.
struct Holder {
  bool is_alliance = false;
  std::string id;
};

// INVALID_ARGUMENT unless it is "alliances/{alliance}" or "institutions/{institution}".
absl::StatusOr<Holder> ParseHolder(std::string_view name);
std::string HolderName(const Holder& holder);

// Whether the holder is the caller's own: staff close the periods of their institution, officers
// of an alliance those of the alliance; the county any.
bool MayClose(const auth::Principal& principal, const Holder& holder);

// A month of the county's calendar, as its first day. INVALID_ARGUMENT unless it is "YYYY-MM" of
// the years 2000 to 9998.
absl::StatusOr<CivilDate> ParseMonth(std::string_view text);
std::string MonthText(CivilDate month);
CivilDate NextMonth(CivilDate month);

// A closed month of a holder, named "periods/institutions-county-hospital-2026-10".
struct PeriodKey {
  std::string holder;  // "institutions/county-hospital"
  CivilDate month;
};
absl::StatusOr<PeriodKey> ParsePeriodName(std::string_view name);
std::string PeriodName(const PeriodKey& key);

// OK when `key` may be closed at `now`. `last` is the last closed month of the holder: the next one
// follows it, and the first may be any. PERIOD_EXISTS, PERIOD_NOT_OVER, PERIOD_OUT_OF_ORDER.
absl::Status CheckClosable(const PeriodKey& key, std::optional<CivilDate> last, absl::Time now);

}  // namespace qingqu::distribution
