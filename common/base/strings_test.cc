#include "common/base/strings.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace qingqu {
namespace {

using std::string_view_literals::operator""sv;

TEST(StringsTest, StorableTextIsUtf8WithoutNul) {
  for (const std::string_view text :
       {""sv, "abc"sv, "一次性使用无菌注射器"sv, "\xC2\x80"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv,
        "\x01\x7F"sv}) {
    EXPECT_TRUE(IsStorableText(text)) << text;
  }
}

TEST(StringsTest, RefusesNulAndMalformedUtf8) {
  for (const std::string_view text :
       {"\0"sv, "a\0b"sv, "\x80"sv, "a\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2g"sv,
        "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xE4\xB8"sv, "\xE4\xB8g"sv,
        "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv,
        "\xF0\x90\x80"sv, "\xF0\x90\x80\xC0"sv}) {
    EXPECT_FALSE(IsStorableText(text)) << testing::PrintToString(text);
  }
}

void AppendUtf8(uint32_t code_point, std::string& text) {
  const auto tail = [&](int shift) {
    text += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xE0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

TEST(StringsTest, AcceptsExactlyTheScalarValues) {
  for (uint32_t code_point = 0; code_point < 0x120000; ++code_point) {
    std::string text;
    AppendUtf8(code_point, text);
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    const bool expected = code_point != 0 && !surrogate && code_point <= 0x10FFFF;
    ASSERT_EQ(IsStorableText(text), expected) << code_point;
  }
}

// Reads one code point the slow way: decode, encode again, compare.
std::optional<size_t> SequenceSizeByModel(std::string_view text) {
  for (size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    const auto lead = static_cast<uint8_t>(text[0]);
    uint32_t code_point = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (size_t index = 1; index < size; ++index) {
      code_point = (code_point << 6) | (static_cast<uint8_t>(text[index]) & 0x3Fu);
    }
    const bool scalar =
        code_point != 0 && code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
    std::string encoded;
    AppendUtf8(code_point, encoded);
    if (scalar && encoded == text.substr(0, size)) return size;
  }
  return std::nullopt;
}

TEST(StringsTest, AgreesWithAModelOnRandomBytes) {
  constexpr uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> whole = {"a", "\u00E9", "\u6CE8", "\U0001F489"};
  constexpr std::string_view kBytes = "a\x80\xBF\x9F\xA0\x8F\x90\xC2\xE0\xE4\xED\xF0\xF4\xF5";
  int storable = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (size_t left = 1 + random() % 6; left > 0; --left) {
      const bool is_whole = random() % 4 != 0;
      text += is_whole ? whole[random() % whole.size()]
                       : std::string(1, kBytes[random() % kBytes.size()]);
    }
    int code_points = 0;
    std::string_view rest = text;
    while (const std::optional<size_t> size =
               rest.empty() ? std::nullopt : SequenceSizeByModel(rest)) {
      rest.remove_prefix(*size);
      ++code_points;
    }
    ASSERT_EQ(IsStorableText(text), rest.empty()) << testing::PrintToString(text);
    if (!rest.empty()) continue;
    ++storable;
    ASSERT_EQ(CodePointCount(text), code_points) << testing::PrintToString(text);
  }
  EXPECT_GT(storable, 10'000);
  EXPECT_LT(storable, 40'000);
}

TEST(StringsTest, CountsCodePoints) {
  EXPECT_EQ(CodePointCount(""), 0);
  EXPECT_EQ(CodePointCount("abc"), 3);
  EXPECT_EQ(CodePointCount("注射器"), 3);
  EXPECT_EQ(CodePointCount("a\xF0\x9F\x92\x89z"), 3);
}

TEST(StringsTest, TrimsAsciiSpaceOnly) {
  EXPECT_EQ(TrimAsciiSpace(""), "");
  EXPECT_EQ(TrimAsciiSpace(" \t\n\v\f\r"), "");
  EXPECT_EQ(TrimAsciiSpace("\t a b\r\n"), "a b");
  EXPECT_EQ(TrimAsciiSpace("a"), "a");
  EXPECT_EQ(TrimAsciiSpace("\u3000a"), "\u3000a");
}

TEST(StringsTest, BridgesToAbseilWithEmbeddedNul) {
  EXPECT_EQ(ToAbsl("a\0b"sv).size(), 3u);
  EXPECT_EQ(ToStd(ToAbsl("a\0b"sv)), "a\0b"sv);
}

}  // namespace
}  // namespace qingqu
