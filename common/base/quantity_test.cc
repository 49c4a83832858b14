#include "common/base/quantity.h"

#include <gtest/gtest.h>

namespace qingqu {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

void ExpectOutOfRange(const absl::StatusOr<Quantity>& result) {
  EXPECT_EQ(result.status().code(), absl::StatusCode::kOutOfRange);
}

TEST(QuantityTest, Calculates) {
  EXPECT_EQ(Add(Quantity(2), Quantity(3)).value(), Quantity(5));
  EXPECT_EQ(Subtract(Quantity(2), Quantity(3)).value(), Quantity(-1));
  EXPECT_EQ(Multiply(Quantity(12), 20).value(), Quantity(240));
  EXPECT_EQ(Multiply(Quantity(12), 0).value(), Quantity());
  EXPECT_LT(Quantity(-1), Quantity(0));
  EXPECT_EQ(Quantity(kMin).ToString(), "-9223372036854775808");
}

TEST(QuantityTest, ReachesTheLimitsWithoutOverflow) {
  EXPECT_EQ(Add(Quantity(kMax - 1), Quantity(1)).value(), Quantity(kMax));
  EXPECT_EQ(Add(Quantity(kMax), Quantity(kMin)).value(), Quantity(-1));
  EXPECT_EQ(Subtract(Quantity(kMin + 1), Quantity(1)).value(), Quantity(kMin));
  EXPECT_EQ(Subtract(Quantity(-1), Quantity(kMin)).value(), Quantity(kMax));
  EXPECT_EQ(Multiply(Quantity(kMax), -1).value(), Quantity(kMin + 1));
  EXPECT_EQ(Multiply(Quantity(kMin), 1).value(), Quantity(kMin));
}

TEST(QuantityTest, RefusesOverflow) {
  ExpectOutOfRange(Add(Quantity(kMax), Quantity(1)));
  ExpectOutOfRange(Add(Quantity(kMin), Quantity(-1)));
  ExpectOutOfRange(Subtract(Quantity(kMin), Quantity(1)));
  ExpectOutOfRange(Subtract(Quantity(0), Quantity(kMin)));
  ExpectOutOfRange(Multiply(Quantity(kMin), -1));
  ExpectOutOfRange(Multiply(Quantity(kMax / 2 + 1), 2));
  ExpectOutOfRange(Multiply(Quantity(kMax), kMax));
}

TEST(QuantityTest, ASumOfManyLinesCannotOverflow) {
  EXPECT_TRUE(Multiply(kQuantityMax, 10'000).ok());
}

TEST(QuantityTest, ParsesPositiveQuantities) {
  EXPECT_EQ(ParsePositiveQuantity(1, "quantity").value(), Quantity(1));
  EXPECT_EQ(ParsePositiveQuantity(kQuantityMax.base_units(), "quantity").value(), kQuantityMax);
  for (const int64_t wrong : {kMin, int64_t{-1}, int64_t{0}, kQuantityMax.base_units() + 1, kMax}) {
    const absl::Status status = ParsePositiveQuantity(wrong, "lines[3].quantity").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong;
    EXPECT_EQ(status.message(), "lines[3].quantity must be between 1 and 1000000000000");
  }
}

}  // namespace
}  // namespace qingqu
