#include "common/base/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace qingqu {
namespace {

using testing::IsEmpty;
using Key = std::vector<std::string>;

bool IsRefused(std::string_view token, std::string_view filter, size_t key_size) {
  return DecodePageToken(token, filter, key_size).status().code() ==
         absl::StatusCode::kInvalidArgument;
}

TEST(PageTokenTest, PageSize) {
  EXPECT_EQ(EffectivePageSize(0).value(), kPageSizeDefault);
  EXPECT_EQ(EffectivePageSize(1).value(), 1);
  EXPECT_EQ(EffectivePageSize(kPageSizeMax).value(), kPageSizeMax);
  EXPECT_EQ(EffectivePageSize(kPageSizeMax + 1).value(), kPageSizeMax);
  EXPECT_EQ(EffectivePageSize(-1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PageTokenTest, AnEmptyTokenIsTheFirstPage) {
  EXPECT_THAT(DecodePageToken("", "filter", 2).value(), IsEmpty());
}

TEST(PageTokenTest, GivesTheKeyBack) {
  const Key key = {"注射器", "", "a\tb\n"};
  const std::string token = EncodePageToken(key, "site=a");
  EXPECT_EQ(DecodePageToken(token, "site=a", 3).value(), key);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
  EXPECT_EQ(DecodePageToken(EncodePageToken({}, ""), "", 0).value(), Key());
}

TEST(PageTokenTest, RefusesAnotherFilterOrKeySize) {
  const std::string token = EncodePageToken({"a", "b"}, "site=a");
  EXPECT_TRUE(IsRefused(token, "site=b", 2));
  EXPECT_TRUE(IsRefused(token, "", 2));
  EXPECT_TRUE(IsRefused(token, "site=a ", 2));
  for (const size_t key_size : {0u, 1u, 3u}) EXPECT_TRUE(IsRefused(token, "site=a", key_size));
}

TEST(PageTokenTest, FilterAndPartsDoNotRunTogether) {
  const std::string size_of_b("\x01\0\0\0\0\0\0\0", 8);
  EXPECT_NE(EncodePageToken({"ab", "c"}, ""), EncodePageToken({"a", "bc"}, ""));
  // The first 16 bytes are the hash: it must differ although filter and parts are the same bytes in
  // a row.
  EXPECT_NE(EncodePageToken({}, "f" + size_of_b + "b").substr(0, 20),
            EncodePageToken({"b"}, "f").substr(0, 20));
}

TEST(PageTokenTest, RefusesEveryChangedCharacter) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\x80";
  // The sizes of the parts leave 0, 2 and 4 stray bits in the last character.
  for (const Key& key : {Key{"a"}, Key{"ab"}, Key{"abc"}}) {
    const std::string token = EncodePageToken(key, "filter");
    ASSERT_FALSE(IsRefused(token, "filter", 1));
    for (size_t position = 0; position < token.size(); ++position) {
      for (const char replacement : kAlphabet) {
        std::string changed = token;
        changed[position] = replacement;
        ASSERT_EQ(IsRefused(changed, "filter", 1), changed != token) << changed;
      }
    }
  }
}

TEST(PageTokenTest, RefusesOtherLengths) {
  const std::string token = EncodePageToken({"a", "b"}, "filter");
  for (size_t size = 1; size < token.size(); ++size) {
    ASSERT_TRUE(IsRefused(token.substr(0, size), "filter", 2)) << size;
  }
  for (const char* suffix : {"A", "AAAA", "=", "==", " ", "\n"}) {
    EXPECT_TRUE(IsRefused(token + suffix, "filter", 2)) << suffix;
  }
  EXPECT_TRUE(IsRefused(" " + token, "filter", 2));
  EXPECT_TRUE(IsRefused(token + std::string(1, '\0'), "filter", 2));
}

TEST(PageTokenTest, ForgedPartsThatNoTextColumnHoldsAreRefused) {
  for (const std::string& part :
       {std::string("a\0b", 3), std::string("\xFF"), std::string("\xC3")}) {
    EXPECT_TRUE(IsRefused(EncodePageToken({part, "x"}, "filter"), "filter", 2));
    EXPECT_TRUE(IsRefused(EncodePageToken({"x", part}, "filter"), "filter", 2));
  }
}

TEST(PageTokenTest, InstantsOfFourDigitYearsAreRead) {
  for (const int64_t good : {int64_t{0}, int64_t{1'763'700'000'123'456}, -62'135'596'800'000'000,
                             253'402'300'799'999'999}) {
    EXPECT_EQ(ParseMicrosecondsKey(std::to_string(good)).value_or(-1), good);
  }
  for (const std::string_view bad :
       {"", "x", "1x", " 1", "1.5", "-62135596800000001", "253402300800000000",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808"}) {
    EXPECT_EQ(ParseMicrosecondsKey(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

std::string RandomBytes(std::mt19937_64& random, size_t size_max) {
  std::string bytes(random() % (size_max + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() & 0xFF);
  return bytes;
}

// Without NUL, so that it is text.
std::string RandomText(std::mt19937_64& random, size_t size_max) {
  std::string text = RandomBytes(random, size_max);
  for (char& byte : text) byte = static_cast<char>(1 + (byte & 0x7F) % 127);
  return text;
}

TEST(PageTokenTest, KeepsArbitraryText) {
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 5'000; ++round) {
    Key key(random() % 5);
    for (std::string& part : key) part = RandomText(random, 40);
    const std::string filter = RandomBytes(random, 40);
    const std::string token = EncodePageToken(key, filter);
    const absl::StatusOr<Key> decoded = DecodePageToken(token, filter, key.size());
    ASSERT_TRUE(decoded.ok()) << "round " << round;
    ASSERT_EQ(*decoded, key) << "round " << round;
    ASSERT_TRUE(IsRefused(token, filter + "x", key.size())) << "round " << round;
    ASSERT_TRUE(IsRefused(token, filter, key.size() + 1)) << "round " << round;
    ASSERT_TRUE(IsRefused("x" + RandomBytes(random, 80), filter, key.size())) << "round " << round;
  }
}

}  // namespace
}  // namespace qingqu
