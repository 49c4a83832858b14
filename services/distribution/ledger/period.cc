#include "services/distribution/ledger/period.h"

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/status/status_macros.h"
#include "services/distribution/errors.h"

namespace qingqu::distribution {
namespace {

constexpr std::string_view kAlliances = "alliances/";
constexpr std::string_view kInstitutions = "institutions/";
constexpr std::string_view kPeriods = "periods/";
constexpr size_t kMonthSize = 7;

std::string_view Collection(const Holder& holder) {
  return holder.is_alliance ? kAlliances : kInstitutions;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

absl::Status WrongPeriodName() {
  return absl::InvalidArgumentError("must be periods/{holder kind}-{holder}-{YYYY-MM}");
}

}  // namespace

absl::StatusOr<Holder> ParseHolder(std::string_view name) {
  for (const bool is_alliance : {true, false}) {
    Holder holder{.is_alliance = is_alliance};
    const std::string_view collection = Collection(holder);
    if (!StartsWith(name, collection)) continue;
    holder.id = name.substr(collection.size());
    if (!ValidateResourceId(holder.id).ok()) break;
    return holder;
  }
  return absl::InvalidArgumentError("must be alliances/{alliance} or institutions/{institution}");
}

std::string HolderName(const Holder& holder) {
  return fmt::format("{}{}", Collection(holder), holder.id);
}

bool MayClose(const auth::Principal& principal, const Holder& holder) {
  switch (principal.scope) {
    case auth::Scope::kInstitution:
      return !holder.is_alliance && holder.id == principal.institution_id;
    case auth::Scope::kAlliance:
      return holder.is_alliance && holder.id == principal.alliance_id;
    case auth::Scope::kCounty:
    case auth::Scope::kSystem:
      return true;
    case auth::Scope::kDepartment:
    case auth::Scope::kSupplier:
      return false;
  }
  return false;
}

absl::StatusOr<CivilDate> ParseMonth(std::string_view text) {
  const absl::StatusOr<CivilDate> day = CivilDate::Parse(fmt::format("{}-01", text));
  if (text.size() != kMonthSize || !day.ok() || day->year() < 2000 || day->year() > 9998) {
    return absl::InvalidArgumentError("must be a month, as YYYY-MM");
  }
  return *day;
}

std::string MonthText(CivilDate month) { return month.ToString().substr(0, kMonthSize); }

CivilDate NextMonth(CivilDate month) {
  return month.PlusDays(CivilDate::DaysInMonth(month.year(), month.month()));
}

absl::StatusOr<PeriodKey> ParsePeriodName(std::string_view name) {
  if (!StartsWith(name, kPeriods)) return WrongPeriodName();
  std::string holder(name.substr(kPeriods.size()));
  if (holder.size() <= kMonthSize) return WrongPeriodName();
  const absl::StatusOr<CivilDate> month = ParseMonth(holder.substr(holder.size() - kMonthSize));
  holder.resize(holder.size() - kMonthSize);
  const size_t dash = holder.find('-');
  if (!month.ok() || holder.back() != '-' || dash == holder.size() - 1) return WrongPeriodName();
  holder.pop_back();
  holder[dash] = '/';
  if (!ParseHolder(holder).ok()) return WrongPeriodName();
  return PeriodKey{.holder = holder, .month = *month};
}

std::string PeriodName(const PeriodKey& key) {
  std::string holder = key.holder;
  holder[holder.find('/')] = '-';
  return fmt::format("{}{}-{}", kPeriods, holder, MonthText(key.month));
}

absl::Status CheckClosable(const PeriodKey& key, std::optional<CivilDate> last, absl::Time now) {
  const std::string month = MonthText(key.month);
  if (last.has_value() && key.month <= *last) return PeriodExists(key.holder, month);
  if (now < BusinessDayBegins(NextMonth(key.month))) return PeriodNotOver(month);
  if (last.has_value() && key.month != NextMonth(*last)) {
    return PeriodOutOfOrder(key.holder, MonthText(NextMonth(*last)));
  }
  return absl::OkStatus();
}

}  // namespace qingqu::distribution
