#include "common/base/money.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>
#include <regex>

namespace qingqu {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

constexpr Money Of(int64_t value) { return Money::FromTenThousandths(value); }

TEST(MoneyTest, Parses) {
  EXPECT_EQ(Money::Parse("12").value(), Of(120'000));
  EXPECT_EQ(Money::Parse("12.5").value(), Of(125'000));
  EXPECT_EQ(Money::Parse("12.5000").value(), Of(125'000));
  EXPECT_EQ(Money::Parse("-0.0001").value(), Of(-1));
  EXPECT_EQ(Money::Parse("-0").value(), Of(0));
  EXPECT_EQ(Money::Parse("007.10").value(), Of(71'000));
  EXPECT_EQ(Money::Parse("99999999999999.9999").value(), Of(999'999'999'999'999'999));
  EXPECT_EQ(Money::Parse("-99999999999999.9999").value(), Of(-999'999'999'999'999'999));
}

TEST(MoneyTest, RefusesWhatIsNotADecimal) {
  for (const std::string_view text : {"",
                                      "-",
                                      ".",
                                      "-.",
                                      ".5",
                                      "5.",
                                      "+5",
                                      " 5",
                                      "5 ",
                                      "1e3",
                                      "1,000",
                                      "1.00000",
                                      "--5",
                                      "1.-5",
                                      "1.2.3",
                                      "0x10",
                                      "nan",
                                      "inf",
                                      "100000000000000",
                                      "000000000000001",
                                      "5\n",
                                      "１２",
                                      "12元",
                                      "-5-"}) {
    EXPECT_EQ(Money::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(Money::Parse(std::string_view("5\0", 2)).ok());
}

TEST(MoneyTest, PrintsFourPlaces) {
  EXPECT_EQ(Of(125'000).ToString(), "12.5000");
  EXPECT_EQ(Of(-1).ToString(), "-0.0001");
  EXPECT_EQ(Of(0).ToString(), "0.0000");
  EXPECT_EQ(Of(kMax).ToString(), "922337203685477.5807");
  EXPECT_EQ(Of(kMin).ToString(), "-922337203685477.5808");
}

// The grammar as a regular expression, the value by filling up the places: nothing in common with
// the parser.
std::optional<int64_t> ParseByModel(const std::string& text) {
  static const std::regex grammar("(-?)([0-9]{1,14})(?:\\.([0-9]{1,4}))?");
  std::smatch match;
  if (!std::regex_match(text, match, grammar)) return std::nullopt;
  const std::string places = match[3].str() + std::string(4, '0').substr(match[3].str().size());
  return std::stoll(match[1].str() + match[2].str() + places);
}

TEST(MoneyTest, AgreesWithAModel) {
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  const std::string alphabet = "00123456789.-";
  std::uniform_int_distribution<size_t> letter(0, alphabet.size() - 1);
  std::uniform_int_distribution<int> size(0, 20);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int left = size(random) % (1 + round % 21); left > 0; --left)
      text += alphabet[letter(random)];
    const std::optional<int64_t> expected = ParseByModel(text);
    const absl::StatusOr<Money> actual = Money::Parse(text);
    ASSERT_EQ(actual.ok(), expected.has_value()) << text;
    if (!expected) continue;
    ++accepted;
    ASSERT_EQ(actual->ten_thousandths(), *expected) << text;
  }
  EXPECT_GT(accepted, 2'000);
  EXPECT_LT(accepted, 18'000);
}

TEST(MoneyTest, ParsesWhatItPrints) {
  constexpr uint64_t kSeed = 20261122;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<int64_t> value(-999'999'999'999'999'999, 999'999'999'999'999'999);
  std::uniform_int_distribution<int> shift(0, 59);
  for (int round = 0; round < 20'000; ++round) {
    const Money money = Of(value(random) / (int64_t{1} << shift(random)));
    ASSERT_EQ(Money::Parse(money.ToString()).value(), money) << money.ToString();
  }
}

TEST(MoneyTest, Calculates) {
  EXPECT_EQ(Add(Of(5), Of(-7)).value(), Of(-2));
  EXPECT_EQ(Subtract(Of(5), Of(7)).value(), Of(-2));
  EXPECT_EQ(Multiply(Of(125'000), Quantity(3)).value(), Of(375'000));
  EXPECT_EQ(Add(Of(kMax), Of(kMin)).value(), Of(-1));
  EXPECT_EQ(Subtract(Of(-1), Of(kMin)).value(), Of(kMax));
  EXPECT_EQ(Multiply(Of(kMin), Quantity(1)).value(), Of(kMin));
  EXPECT_LT(Of(-1), Of(0));
}

TEST(MoneyTest, RefusesOverflow) {
  constexpr absl::StatusCode kOutOfRange = absl::StatusCode::kOutOfRange;
  EXPECT_EQ(Add(Of(kMax), Of(1)).status().code(), kOutOfRange);
  EXPECT_EQ(Add(Of(kMin), Of(-1)).status().code(), kOutOfRange);
  EXPECT_EQ(Subtract(Of(kMin), Of(1)).status().code(), kOutOfRange);
  EXPECT_EQ(Subtract(Of(0), Of(kMin)).status().code(), kOutOfRange);
  EXPECT_EQ(Multiply(Of(kMin), Quantity(-1)).status().code(), kOutOfRange);
  EXPECT_EQ(Multiply(Of(kMax), Quantity(2)).status().code(), kOutOfRange);
  EXPECT_EQ(Multiply(Of(10'000'000), kQuantityMax).status().code(), kOutOfRange);
}

}  // namespace
}  // namespace qingqu
