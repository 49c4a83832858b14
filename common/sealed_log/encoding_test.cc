#include "common/sealed_log/encoding.h"

#include "gtest/gtest.h"

namespace qingqu::sealed_log {
namespace {

TEST(EncodingTest, Base64OfRfc4648) {
  EXPECT_EQ(Base64Of(""), "");
  EXPECT_EQ(Base64Of("f"), "Zg==");
  EXPECT_EQ(Base64Of("foobar"), "Zm9vYmFy");
  EXPECT_EQ(*BytesFromBase64("Zm8="), "fo");
  EXPECT_EQ(*BytesFromBase64(""), "");
  for (const char* wrong : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", " Zm9v", "Zm9_", "=", "Z"}) {
    EXPECT_FALSE(BytesFromBase64(wrong).ok()) << wrong;
  }
}

TEST(EncodingTest, Hex) {
  EXPECT_EQ(HexOf(std::string_view("\0\xfe", 2)), "00fe");
  EXPECT_EQ(*BytesFromHex("00Fe"), std::string_view("\0\xfe", 2));
  EXPECT_EQ(*BytesFromHex(""), "");
  for (const char* wrong : {"0", "000", "0g", "0x", "00 00", "é"}) {
    EXPECT_FALSE(BytesFromHex(wrong).ok()) << wrong;
  }
}

TEST(EncodingTest, BigEndian) {
  EXPECT_EQ(BigEndian32(0x01020304), "\x01\x02\x03\x04");
  EXPECT_EQ(FromBigEndian32("\xff\x02\x03\x04 and more"), 0xff020304);
  EXPECT_EQ(FromBigEndian64(BigEndian64(0xfedcba9876543210)), 0xfedcba9876543210);
}

TEST(EncodingTest, Decimal) {
  EXPECT_EQ(*ParseDecimal("0"), 0);
  EXPECT_EQ(*ParseDecimal("9223372036854775807"), 9223372036854775807u);
  for (const char* wrong : {"", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "0x1",
                            "9223372036854775808", "18446744073709551616"}) {
    EXPECT_FALSE(ParseDecimal(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace qingqu::sealed_log
