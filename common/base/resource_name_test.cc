#include "common/base/resource_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>

namespace qingqu {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using std::string_view_literals::operator""sv;

TEST(ResourceNameTest, GivesTheIdsInOrder) {
  EXPECT_THAT(ParseResourceName("items/{item}", "items/syringe-5ml").value(),
              ElementsAre("syringe-5ml"));
  EXPECT_THAT(
      ParseResourceName("agreements/{agreement}/lines/{line}", "agreements/a/lines/7").value(),
      ElementsAre("a", "7"));
  EXPECT_THAT(ParseResourceName("settings", "settings").value(), IsEmpty());
  EXPECT_THAT(ParseResourceName("sites/{site}/stock", "sites/s1/stock").value(), ElementsAre("s1"));
}

TEST(ResourceNameTest, RefusesOtherNames) {
  for (const std::string_view name :
       {""sv, "items"sv, "items/"sv, "/items/a"sv, "items/a/"sv, "items//a"sv, "items/a/b"sv,
        "item/a"sv, "itemsx/a"sv, "Items/a"sv, "items/A"sv, "items/a b"sv, "items/-a"sv,
        "items/{item}"sv, "items/a\0"sv, "items/药"sv, "items/a\n"sv, "agreements/a/lines/7"sv}) {
    const absl::Status status = ParseResourceName("items/{item}", name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("'items/{item}'"));
  }
  EXPECT_FALSE(ParseResourceName("agreements/{agreement}/lines/{line}", "agreements/a/lines").ok());
  EXPECT_FALSE(
      ParseResourceName("agreements/{agreement}/lines/{line}", "agreements/a/rows/7").ok());
  EXPECT_FALSE(
      ParseResourceName("agreements/{agreement}/lines/{line}", "agreements//lines/7").ok());
}

TEST(ResourceNameTest, GivesTheOnlyId) {
  EXPECT_EQ(ParseResourceId("items/{item}", "items/a1").value(), "a1");
  EXPECT_EQ(ParseResourceId("items/{item}", "orders/a1").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_DEATH(ParseResourceId("a/{a}/b/{b}", "a/1/b/2").IgnoreError(), "check failed");
}

TEST(ResourceNameTest, ValidatesIds) {
  EXPECT_TRUE(ValidateResourceId("a").ok());
  EXPECT_TRUE(ValidateResourceId("0192f0c1-7a3b-7c4d-8e5f-60718293a4b5").ok());
  EXPECT_TRUE(ValidateResourceId(std::string(63, 'a')).ok());
  EXPECT_EQ(ValidateResourceId(std::string(64, 'a')).code(), absl::StatusCode::kInvalidArgument);
  for (const std::string_view id :
       {""sv, "-"sv, "-a"sv, "a-"sv, "A"sv, "a_b"sv, "a.b"sv, "a/b"sv, "a\0b"sv}) {
    EXPECT_EQ(ValidateResourceId(id).code(), absl::StatusCode::kInvalidArgument) << id;
  }
}

TEST(ResourceNameTest, AgreesWithTheExpressionInTheHeader) {
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  const std::regex grammar("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  constexpr std::string_view kAlphabet = "abcmyz0189abcmyz0189abcmyz0189abcmyz0189--A";
  int valid = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string id;
    for (size_t left = random() % 68; left > 0; --left)
      id += kAlphabet[random() % kAlphabet.size()];
    const bool expected = std::regex_match(id, grammar);
    ASSERT_EQ(ValidateResourceId(id).ok(), expected) << id;
    ASSERT_EQ(ParseResourceId("items/{item}", "items/" + id).ok(), expected) << id;
    valid += expected ? 1 : 0;
  }
  EXPECT_GT(valid, 2'000);
  EXPECT_LT(valid, 18'000);
}

}  // namespace
}  // namespace qingqu
