#include "common/base/quantity.h"

#include <fmt/format.h>

namespace qingqu {
namespace {

absl::Status OutOfRange(int64_t left, char sign, int64_t right) {
  return absl::OutOfRangeError(fmt::format("quantity out of range: {} {} {}", left, sign, right));
}

}  // namespace

absl::StatusOr<Quantity> Add(Quantity left, Quantity right) {
  int64_t result = 0;
  if (__builtin_add_overflow(left.base_units(), right.base_units(), &result)) {
    return OutOfRange(left.base_units(), '+', right.base_units());
  }
  return Quantity(result);
}

absl::StatusOr<Quantity> Subtract(Quantity left, Quantity right) {
  int64_t result = 0;
  if (__builtin_sub_overflow(left.base_units(), right.base_units(), &result)) {
    return OutOfRange(left.base_units(), '-', right.base_units());
  }
  return Quantity(result);
}

absl::StatusOr<Quantity> Multiply(Quantity packs, int64_t base_units_per_pack) {
  int64_t result = 0;
  if (__builtin_mul_overflow(packs.base_units(), base_units_per_pack, &result)) {
    return OutOfRange(packs.base_units(), '*', base_units_per_pack);
  }
  return Quantity(result);
}

absl::StatusOr<Quantity> ParsePositiveQuantity(int64_t base_units, std::string_view field) {
  if (base_units < 1 || base_units > kQuantityMax.base_units()) {
    return absl::InvalidArgumentError(
        fmt::format("{} must be between 1 and {}", field, kQuantityMax.base_units()));
  }
  return Quantity(base_units);
}

}  // namespace qingqu
