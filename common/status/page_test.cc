#include "common/status/page.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu {
namespace {

TEST(PageTest, SizesAreTheDefaultOrAtMostTheMaximum) {
  EXPECT_EQ(ParsePageSize(0).value_or(-1), kPageSizeDefault);
  EXPECT_EQ(ParsePageSize(7).value_or(-1), 7);
  EXPECT_EQ(ParsePageSize(1'000'000).value_or(-1), kPageSizeMax);
}

TEST(PageTest, WhatIsWrongIsAnInvalidField) {
  EXPECT_EQ(ErrorReason(ParsePageSize(-1).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(ParsePageToken("x", "filter", 1).status()), "INVALID_FIELD");
  const std::string other = EncodePageToken({"a"}, "other");
  EXPECT_EQ(ErrorReason(ParsePageToken(other, "filter", 1).status()), "INVALID_FIELD");
  EXPECT_NE(WrongPageToken().message().find("page_token"), std::string::npos);
}

TEST(PageTest, TokensOfTheListAreRead) {
  const auto key = ParsePageToken(EncodePageToken({"a", "b"}, "filter"), "filter", 2);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(*key, (std::vector<std::string>{"a", "b"}));
  const auto first = ParsePageToken("", "filter", 2);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(first->empty());
}

}  // namespace
}  // namespace qingqu
