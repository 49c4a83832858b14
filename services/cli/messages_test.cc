#include "services/cli/messages.h"

#include <algorithm>

#include "gtest/gtest.h"

#include "common/base/strings.h"

namespace qingqu::cli {
namespace {

// How many values a text takes; "{{" is a brace.
int Placeholders(std::string_view text) {
  int count = 0;
  for (size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] != '{') continue;
    if (text[at + 1] == '{') {
      ++at;
    } else {
      ++count;
    }
  }
  return count;
}

bool HasChinese(std::string_view text) {
  return std::ranges::any_of(text,
                             [](char byte) { return static_cast<unsigned char>(byte) > 127; });
}

TEST(Messages, EveryMessageHasBothLanguages) {
  for (size_t index = 0; index < AllMessages().size(); ++index) {
    const MessageText& text = AllMessages()[index];
    EXPECT_EQ(static_cast<size_t>(text.message), index) << text.english;
    EXPECT_FALSE(text.english.empty());
    EXPECT_FALSE(text.chinese.empty()) << text.english;
    EXPECT_TRUE(IsStorableText(text.chinese)) << text.english;
    EXPECT_EQ(Placeholders(text.english), Placeholders(text.chinese)) << text.english;
    const bool has_words = std::ranges::any_of(
        text.english, [](char character) { return character >= 'a' && character <= 'z'; });
    EXPECT_TRUE(HasChinese(text.chinese) || !has_words) << text.english;
  }
}

TEST(Messages, EveryMessageCanBeFormatted) {
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    const Catalogue catalogue(language);
    for (const MessageText& text : AllMessages()) {
      EXPECT_NO_THROW(catalogue.Format(text.message, 1, 2, 3, 4, 5)) << text.english;
    }
  }
}

TEST(Messages, FillsPlaceholders) {
  EXPECT_EQ(Catalogue(Language::kEnglish).Format(Message::kOptionTwice, "--all"),
            "--all is given twice");
  EXPECT_EQ(Catalogue(Language::kChinese).Format(Message::kOptionTwice, "--all"), "--all 重复出现");
}

TEST(Messages, LocaleDecides) {
  EXPECT_EQ(LanguageOfLocale("zh_CN.UTF-8"), Language::kChinese);
  EXPECT_EQ(LanguageOfLocale("zh"), Language::kChinese);
  EXPECT_EQ(LanguageOfLocale("en_GB.UTF-8"), Language::kEnglish);
  EXPECT_EQ(LanguageOfLocale("C"), Language::kEnglish);
}

}  // namespace
}  // namespace qingqu::cli
