#pragma once

#include <string_view>

#include "common/tabular/converters.h"

namespace qingqu::tabular {

// The converters of figures, on a trimmed cell that is not blank. Everything is integer arithmetic
// on int64; nothing passes through floating point.
Conversion ConvertInteger(std::string_view cell, const IntegerOptions& options);
Conversion ConvertDecimal(std::string_view cell, const DecimalOptions& options);
// `factor_cell` is empty when the factor is fixed.
Conversion ConvertUnit(std::string_view cell, std::optional<std::string_view> factor_cell,
                       const UnitOptions& options);

}  // namespace qingqu::tabular
