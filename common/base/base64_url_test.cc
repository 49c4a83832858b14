#include "common/base/base64_url.h"

#include "gtest/gtest.h"

namespace qingqu {
namespace {

// RFC 4648 10, without the padding.
TEST(Base64UrlTest, ReadsTheVectorsOfTheStandard) {
  EXPECT_EQ(DecodeBase64Url(""), "");
  EXPECT_EQ(DecodeBase64Url("Zg"), "f");
  EXPECT_EQ(DecodeBase64Url("Zm8"), "fo");
  EXPECT_EQ(DecodeBase64Url("Zm9v"), "foo");
  EXPECT_EQ(DecodeBase64Url("Zm9vYmFy"), "foobar");
  EXPECT_EQ(DecodeBase64Url("-_8"), "\xfb\xff");
}

TEST(Base64UrlTest, TakesOneTextForEachContent) {
  for (const char* text : {"Zg==", "Zh", "Zm9", "Z", "+/8", "Zm9v ", "Zm9v\n", "Zm 9v", "Zm9v="}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace qingqu
