#include "services/distribution/sql_values.h"

#include "common/base/check.h"

namespace qingqu::distribution {

std::string InstantText(absl::Time instant) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", instant, absl::UTCTimeZone());
}

absl::Time InstantOf(const pqxx::field& field) { return absl::FromUnixMicros(field.as<int64_t>()); }

absl::Time ToMicroseconds(absl::Time instant) {
  return absl::FromUnixMicros(absl::ToUnixMicros(instant));
}

std::optional<CivilDate> DateOf(const pqxx::field& field) {
  const auto text = field.as<std::string>();
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
  QINGQU_CHECK(date.ok());
  return *date;
}

std::string DateText(const std::optional<CivilDate>& date) {
  return date.has_value() ? date->ToString() : "";
}

}  // namespace qingqu::distribution
