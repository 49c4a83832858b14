#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qingqu::tabular {

// What a number format makes of the numbers in its cells.
enum class NumberKind : uint8_t { kNumber, kDate, kDateTime, kTime, kElapsed };

struct NumberFormat {
  NumberKind kind = NumberKind::kNumber;
  uint8_t digits_min = 0;  // of "00000": a number is shown with leading zeros
};

// Of a format code (ECMA-376 part 1, 18.8.31): its first section decides.
NumberFormat ParseNumberFormat(std::string_view code);
// Of a format that has no code in the file (18.8.30), with those of Chinese and Japanese Excel.
NumberFormat BuiltInNumberFormat(int id);

// A cell's text, or what is wrong with it.
struct CellText {
  std::string text;         // when something is wrong: what stands in the file
  std::string_view reason;  // UPPER_SNAKE and static; empty: nothing is wrong
  std::string message;
  bool ok() const { return reason.empty(); }
};

// The text of the number `raw` (XML Schema double).
//
// A number stands in full, without an exponent, with the 15 significant digits that Excel keeps and
// shows, so that the noise of binary fractions is gone: 0.30000000000000004 is "0.3". A date is
// "2026-11-22", one with a time "2026-11-22T08:30:00" (the time is left out at midnight), a time
// "08:30:00", to the nearest second. Excel counts days from 1900 with a 29 February that never was
// (serial 60), or from 1904. Nothing else that a format does is done: 12.5 % is "0.125".
//
// Reasons: NUMBER_INVALID; NUMBER_TOO_LONG (more than 15 digits before the point: a code that was
// entered as a number and has lost its last digits); DATE_OUT_OF_RANGE.
CellText NumberText(std::string_view raw, NumberFormat format, bool from_1904);

// The text of an ISO 8601 date or time (cells of type "d"), without the time where it is midnight.
std::string IsoDateText(std::string_view raw);

}  // namespace qingqu::tabular
