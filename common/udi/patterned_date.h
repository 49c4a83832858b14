#pragma once

#include <optional>
#include <string_view>

#include "common/base/civil_date.h"
#include "common/udi/fault.h"

namespace qingqu::udi {

// What a text says that is written by a date pattern.
struct PatternedDate {
  std::optional<Fault> fault;     // when it is no such date
  std::optional<CivilDate> date;  // otherwise; the last day of the month when no day is stated
  bool day_stated = false;        // the pattern has a day, and it is not 00
};

// Reads `text` by `pattern`, in which a run of letters stands for as many digits: YY the year (its
// century slides: GS1 General Specifications 7.12), YYY the century's last digit and the year
// (ISBT 128 ST-001: 9 for 19, 0 for 20, 1 for 21 …), YYYY the year, MM the month, DD the day (00:
// not stated), JJJ the day of the year, HH the hour and NN the minute, which are checked only.
PatternedDate ReadPatternedDate(std::string_view text, std::string_view pattern, int current_year);

}  // namespace qingqu::udi
