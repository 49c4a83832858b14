#include "services/procurement/sql_values.h"

#include "pqxx/field"

namespace qingqu::procurement {

absl::Time TruncateToMicroseconds(absl::Time instant) {
  return absl::FromUnixMicros(absl::ToUnixMicros(instant));
}

std::string SqlInstant(absl::Time instant) {
  if (instant == absl::InfiniteFuture()) return "infinity";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", instant, absl::UTCTimeZone());
}

absl::Time ReadInstant(const pqxx::field& field) {
  return absl::FromUnixMicros(field.as<int64_t>());
}

CivilDate ReadDate(const pqxx::field& field) {
  return CivilDate::Parse(field.as<std::string>()).value();
}

std::optional<CivilDate> ReadOptionalDate(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return ReadDate(field);
}

std::string SqlDate(const std::optional<CivilDate>& date) { return date ? date->ToString() : ""; }

}  // namespace qingqu::procurement
