#include "common/tabular/text_decoding.h"

#include <array>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

using ::testing::HasSubstr;

struct Decoded {
  std::string text;
  Encoding encoding = Encoding::kAuto;
  absl::Status status;
};

struct Chunks {
  size_t input = std::string_view::npos;
  size_t output = 4'096;
};

Decoded Decode(std::string_view bytes, Encoding encoding, const Chunks& chunks = {}) {
  BufferSource source(bytes, chunks.input);
  Decoded decoded;
  absl::StatusOr<std::unique_ptr<TextDecoder>> decoder = TextDecoder::Create(source, encoding);
  decoded.status = decoder.status();
  if (!decoder.ok()) return decoded;
  decoded.encoding = (*decoder)->encoding();
  std::vector<char> buffer(chunks.output);
  while (true) {
    const absl::StatusOr<size_t> count = (*decoder)->Read(buffer);
    decoded.status = count.status();
    if (!count.ok() || *count == 0) return decoded;
    decoded.text.append(buffer.data(), *count);
  }
}

// "清渠,𠀀€\nABC" in both encodings; the second needs 1, 2 and 4 bytes.
constexpr std::string_view kText = "清渠,𠀀€\nABC";
constexpr std::string_view kGb18030 = "\xC7\xE5\xC7\xFE,\x95\x32\x82\x36\xA2\xE3\nABC";

TEST(TextDecodingTest, DecodesBothEncodingsAtEverySplit) {
  for (size_t input = 1; input <= kText.size(); ++input) {
    for (const size_t output : {size_t{16}, size_t{17}, size_t{4'096}}) {
      for (const Encoding encoding : {Encoding::kAuto, Encoding::kUtf8}) {
        const Decoded decoded = Decode(kText, encoding, {.input = input, .output = output});
        EXPECT_TRUE(decoded.status.ok()) << decoded.status;
        EXPECT_EQ(decoded.text, kText);
        EXPECT_EQ(decoded.encoding, Encoding::kUtf8);
      }
      for (const Encoding encoding : {Encoding::kAuto, Encoding::kGb18030}) {
        const Decoded decoded = Decode(kGb18030, encoding, {.input = input, .output = output});
        EXPECT_TRUE(decoded.status.ok()) << decoded.status;
        EXPECT_EQ(decoded.text, kText);
        EXPECT_EQ(decoded.encoding, Encoding::kGb18030);
      }
    }
  }
}

TEST(TextDecodingTest, DecodesTextsLongerThanItsBuffers) {
  std::string text;
  std::string bytes;
  for (int round = 0; round < 20'000; ++round) {
    text += kText;
    bytes += kGb18030;
  }
  EXPECT_EQ(Decode(bytes, Encoding::kAuto).text, text);
  EXPECT_EQ(Decode(text, Encoding::kAuto).text, text);
  EXPECT_EQ(Decode(bytes, Encoding::kAuto, {.input = 4'093, .output = 1'021}).text, text);
}

TEST(TextDecodingTest, SkipsAByteOrderMarkAtEverySplit) {
  const std::string utf8 = "\xEF\xBB\xBFx";
  const std::string gb18030 = "\x84\x31\x95\x33x";
  for (size_t input = 1; input <= 5; ++input) {
    EXPECT_EQ(Decode(utf8, Encoding::kAuto, {.input = input}).text, "x");
    EXPECT_EQ(Decode(utf8, Encoding::kUtf8, {.input = input}).text, "x");
    EXPECT_EQ(Decode(gb18030, Encoding::kAuto, {.input = input}).text, "x");
    EXPECT_EQ(Decode(gb18030, Encoding::kGb18030, {.input = input}).text, "x");
    EXPECT_EQ(ErrorReason(Decode(utf8, Encoding::kGb18030, {.input = input}).status),
              "ENCODING_CONTRADICTED");
    EXPECT_EQ(ErrorReason(Decode(gb18030, Encoding::kUtf8, {.input = input}).status),
              "ENCODING_CONTRADICTED");
  }
  EXPECT_EQ(Decode("", Encoding::kAuto).text, "");
}

TEST(TextDecodingTest, RefusesUtf16) {
  for (const std::string& bytes : {std::string("\xFF\xFE"
                                               "a\0",
                                               4),
                                   std::string("\xFE\xFF\0a", 4)}) {
    for (const Encoding encoding : {Encoding::kAuto, Encoding::kUtf8, Encoding::kGb18030}) {
      EXPECT_EQ(ErrorReason(Decode(bytes, encoding).status), "UTF16_NOT_SUPPORTED");
    }
  }
}

TEST(TextDecodingTest, NamesOffsetAndLineOfInvalidUtf8AtEverySplit) {
  // A broken continuation, an overlong form, a surrogate, too large, a lone continuation, a
  // sequence cut off.
  constexpr std::array<std::string_view, 6> kInvalid = {
      "\xE6\xB8"
      "x",
      "\xC0\xAF",
      "\xED\xA0\x80",
      "\xF4\x90\x80\x80",
      "\x80",
      "\xF0\xA0\x80"};
  for (const std::string_view invalid : kInvalid) {
    const std::string bytes = "ab\ncd清" + std::string(invalid);
    for (size_t input = 1; input <= bytes.size(); ++input) {
      const Decoded decoded = Decode(bytes, Encoding::kUtf8, {.input = input});
      EXPECT_EQ(ErrorReason(decoded.status), "INVALID_UTF8");
      EXPECT_THAT(std::string(decoded.status.message()), HasSubstr("byte offset 8, line 2"));
      EXPECT_EQ(decoded.text.substr(0, 8), bytes.substr(0, 8));
    }
  }
}

TEST(TextDecodingTest, NamesOffsetAndLineOfInvalidGb18030AtEverySplit) {
  for (const std::string_view invalid : {"\xFF\xFF", "\xC7 ", "\xC7"}) {
    const std::string bytes = "ab\ncd\xC7\xE5" + std::string(invalid);
    for (size_t input = 1; input <= bytes.size(); ++input) {
      const Decoded decoded = Decode(bytes, Encoding::kAuto, {.input = input});
      EXPECT_EQ(decoded.text, "ab\ncd清");
      EXPECT_EQ(ErrorReason(decoded.status), "INVALID_GB18030");
      EXPECT_THAT(std::string(decoded.status.message()), HasSubstr("byte offset 7, line 2"));
    }
  }
}

TEST(TextDecodingTest, ForcingAnEncodingOverridesDetection) {
  EXPECT_NE(Decode(kText, Encoding::kGb18030).text, kText);
  EXPECT_EQ(ErrorReason(Decode(kGb18030, Encoding::kUtf8).status), "INVALID_UTF8");
}

TEST(TextDecodingTest, RewindsAndReadsTheSameAgain) {
  std::stringstream stream{std::string(kGb18030)};
  StreamSource source(stream);
  const auto decoder = TextDecoder::Create(source, Encoding::kAuto);
  ASSERT_TRUE(decoder.ok());
  std::array<char, 64> buffer;
  for (int round = 0; round < 2; ++round) {
    const absl::StatusOr<size_t> count = (*decoder)->Read(buffer);
    ASSERT_TRUE(count.ok());
    EXPECT_EQ(std::string_view(buffer.data(), *count), kText);
    ASSERT_TRUE((*decoder)->Rewind().ok());
  }
}

TEST(TextDecodingTest, KnowsItsEncodings) {
  EXPECT_EQ(*ParseEncoding("auto"), Encoding::kAuto);
  EXPECT_EQ(*ParseEncoding("utf-8"), Encoding::kUtf8);
  EXPECT_EQ(*ParseEncoding("gb18030"), Encoding::kGb18030);
  EXPECT_FALSE(ParseEncoding("latin1").ok());
}

}  // namespace
}  // namespace qingqu::tabular
