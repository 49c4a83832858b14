#pragma once

#include <optional>
#include <string_view>

#include "common/base/civil_date.h"
#include "common/udi/fault.h"

namespace qingqu::udi {

struct DateRules {
  int current_year = 0;           // four digits; decides the century of a two-digit year
  bool zero_day_allowed = false;  // DD=00: the day is not stated
};

// The year that two digits mean in `current_year` (GS1 General Specifications 7.12): 51 or more
// ahead of the current year lies in the previous century, 50 or more behind it in the next.
int ResolveYear(int two_digit_year, int current_year);

// What is wrong with `text` as YYMMDD (6 digits) or YYYYMMDD (8 digits), or nullopt.
std::optional<Fault> FindDateFault(std::string_view text, const DateRules& rules);

// The day of a YYMMDD or YYYYMMDD; DD=00 is the last day of the month. nullopt when there is no
// such day.
std::optional<CivilDate> DateOf(std::string_view text, int current_year);

}  // namespace qingqu::udi
