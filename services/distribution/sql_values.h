#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "pqxx/pqxx"

#include "common/base/civil_date.h"

namespace qingqu::distribution {

// As a parameter for $1::timestamptz.
std::string InstantText(absl::Time instant);
// A column of microseconds since 1970.
absl::Time InstantOf(const pqxx::field& field);
// What PostgreSQL keeps of an instant, so that an answer says the same now and when read again.
absl::Time ToMicroseconds(absl::Time instant);

// A column of a date's text, "" for none.
std::optional<CivilDate> DateOf(const pqxx::field& field);
// "" for none.
std::string DateText(const std::optional<CivilDate>& date);

}  // namespace qingqu::distribution
