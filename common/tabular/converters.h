#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/tabular/mapping.h"

namespace qingqu::tabular {

// What became of the cells of one field.
struct Conversion {
  std::optional<std::string> value;  // canonical text; nothing: null
  std::string_view reason;           // UPPER_SNAKE and static; empty: converted
  std::string message;
  size_t at = 0;  // which of the field's columns is at fault
  bool ok() const { return reason.empty(); }
};

// Converts `cells`, which are those of `field.columns` in that order (well-formed UTF-8 without
// NUL).
//
// Canonical text: an integer in decimal ("-7"), a decimal with exactly its places ("12.5000"), an
// ISO date, "true" or "false", text as the options say. ASCII white space around a cell never
// counts, except for text with trim off. Reasons: VALUE_MISSING, TEXT_TOO_LONG, NOT_AN_INTEGER,
// INTEGER_OUT_OF_RANGE, NOT_A_DECIMAL, DECIMAL_OUT_OF_RANGE, TOO_MANY_PLACES, NEGATIVE_DECIMAL,
// NOT_A_DATE, AMBIGUOUS_DATE, NOT_A_BOOLEAN, UNKNOWN_VALUE.
Conversion ConvertField(const FieldMapping& field, std::span<const std::string_view> cells);

// True when the mapping says that `cell`, without white space around it, is no value.
bool IsNamedNull(const FieldMapping& field, std::string_view cell);

// `text` with the full-width forms of ASCII (U+FF01 to U+FF5E) and the ideographic space (U+3000)
// in half width.
std::string ToHalfWidth(std::string_view text);

}  // namespace qingqu::tabular
