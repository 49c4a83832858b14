#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/base/quantity.h"

namespace qingqu {

// An amount in ten-thousandths of one unit of a currency (CNY unless the field says otherwise).
// On the wire and in files it is a decimal string; in PostgreSQL a bigint.
class Money {
 public:
  constexpr Money() = default;
  static constexpr Money FromTenThousandths(int64_t value) { return Money(value); }
  // "12", "12.5", "-0.0001", "12.5000". INVALID_ARGUMENT for anything else: an exponent, a plus
  // sign, a space, a group separator, more than 4 places (even zeros), more than 14 digits before
  // the point.
  static absl::StatusOr<Money> Parse(std::string_view text);

  constexpr int64_t ten_thousandths() const { return ten_thousandths_; }
  std::string ToString() const;  // always 4 places: "12.5000"
  friend constexpr auto operator<=>(Money, Money) = default;

 private:
  constexpr explicit Money(int64_t value) : ten_thousandths_(value) {}
  int64_t ten_thousandths_ = 0;
};

// OUT_OF_RANGE on overflow.
absl::StatusOr<Money> Add(Money left, Money right);
absl::StatusOr<Money> Subtract(Money left, Money right);
absl::StatusOr<Money> Multiply(Money unit_price, Quantity quantity);

}  // namespace qingqu
