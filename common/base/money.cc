#include "common/base/money.h"

#include <fmt/format.h>

#include <algorithm>

namespace qingqu {
namespace {

constexpr size_t kWholeDigitsMax = 14;
constexpr size_t kPlaces = 4;
constexpr uint64_t kTenThousandthsPerUnit = 10'000;

absl::Status OutOfRange(std::string_view left, char sign, std::string_view right) {
  return absl::OutOfRangeError(fmt::format("amount out of range: {} {} {}", left, sign, right));
}

bool AreDigits(std::string_view text, size_t size_max) {
  return !text.empty() && text.size() <= size_max &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int64_t Append(int64_t value, std::string_view digits) {
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

}  // namespace

absl::StatusOr<Money> Money::Parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view number = text.substr(negative ? 1 : 0);
  const size_t point = number.find('.');
  const bool has_point = point != std::string_view::npos;
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = has_point ? number.substr(point + 1) : "0";
  if (!AreDigits(whole, kWholeDigitsMax) || !AreDigits(fraction, kPlaces)) {
    return absl::InvalidArgumentError(fmt::format(
        "must be a decimal number like 12.5, with up to {} digits before the point and {} after it",
        kWholeDigitsMax, kPlaces));
  }
  int64_t value = Append(Append(0, whole), fraction);
  for (size_t place = fraction.size(); place < kPlaces; ++place) value *= 10;
  return Money(negative ? -value : value);
}

std::string Money::ToString() const {
  // The magnitude of the smallest int64 fits only an unsigned integer.
  const uint64_t bits = static_cast<uint64_t>(ten_thousandths_);
  const uint64_t magnitude = ten_thousandths_ < 0 ? 0 - bits : bits;
  return fmt::format("{}{}.{:04}", ten_thousandths_ < 0 ? "-" : "",
                     magnitude / kTenThousandthsPerUnit, magnitude % kTenThousandthsPerUnit);
}

absl::StatusOr<Money> Add(Money left, Money right) {
  int64_t result = 0;
  if (__builtin_add_overflow(left.ten_thousandths(), right.ten_thousandths(), &result)) {
    return OutOfRange(left.ToString(), '+', right.ToString());
  }
  return Money::FromTenThousandths(result);
}

absl::StatusOr<Money> Subtract(Money left, Money right) {
  int64_t result = 0;
  if (__builtin_sub_overflow(left.ten_thousandths(), right.ten_thousandths(), &result)) {
    return OutOfRange(left.ToString(), '-', right.ToString());
  }
  return Money::FromTenThousandths(result);
}

absl::StatusOr<Money> Multiply(Money unit_price, Quantity quantity) {
  int64_t result = 0;
  if (__builtin_mul_overflow(unit_price.ten_thousandths(), quantity.base_units(), &result)) {
    return OutOfRange(unit_price.ToString(), '*', quantity.ToString());
  }
  return Money::FromTenThousandths(result);
}

}  // namespace qingqu
