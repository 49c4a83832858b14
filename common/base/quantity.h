#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu {

// A count of an item's base units (最小单位). Never a fraction; arithmetic is checked.
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(int64_t base_units) : base_units_(base_units) {}
  constexpr int64_t base_units() const { return base_units_; }
  std::string ToString() const { return std::to_string(base_units_); }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  int64_t base_units_ = 0;
};

// What one line of any document may hold at most: far above real use, far below overflow of a sum
// of 10,000 lines.
inline constexpr Quantity kQuantityMax{1'000'000'000'000};

// OUT_OF_RANGE on overflow.
absl::StatusOr<Quantity> Add(Quantity left, Quantity right);
absl::StatusOr<Quantity> Subtract(Quantity left, Quantity right);
absl::StatusOr<Quantity> Multiply(Quantity packs, int64_t base_units_per_pack);

// INVALID_ARGUMENT unless 0 < quantity <= kQuantityMax. `field` is named in the message.
absl::StatusOr<Quantity> ParsePositiveQuantity(int64_t base_units, std::string_view field);

}  // namespace qingqu
