#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "pqxx/result"

#include "common/base/civil_date.h"

namespace qingqu::procurement {

// What PostgreSQL keeps of an instant: microseconds.
absl::Time TruncateToMicroseconds(absl::Time instant);

// As a parameter that is cast to timestamptz.
std::string SqlInstant(absl::Time instant);

// A column that holds microseconds since 1970.
absl::Time ReadInstant(const pqxx::field& field);

// Both throw when the column holds no day of years 1 to 9999, which constraints rule out.
CivilDate ReadDate(const pqxx::field& field);
std::optional<CivilDate> ReadOptionalDate(const pqxx::field& field);

// "" for none: such parameters are wrapped in nullif, such array elements become NULL.
std::string SqlDate(const std::optional<CivilDate>& date);

}  // namespace qingqu::procurement
