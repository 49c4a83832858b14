#include "services/cli/arguments.h"

#include <array>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/cli/exit_code.h"

namespace qingqu::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array kOptions = std::to_array<OptionSpec>({
    {"rejects", "FILE", Message::kOptionRejects},
    {"dry-run", "", Message::kOptionDryRun},
    {"help", "", Message::kOptionHelp},
});

absl::StatusOr<Arguments> Parse(const std::vector<std::string>& words,
                                Positionals positionals = Positionals::kAll) {
  return ParseArguments(words, kOptions, positionals, Catalogue(Language::kEnglish));
}

TEST(Arguments, TakesValuesInBothForms) {
  EXPECT_EQ(Parse({"--rejects=a=b"})->Get("rejects"), "a=b");
  EXPECT_EQ(Parse({"--rejects", "--odd"})->Get("rejects"), "--odd");
  EXPECT_EQ(Parse({"--rejects="})->Get("rejects", "fallback"), "");
  EXPECT_EQ(Parse({})->Get("rejects", "fallback"), "fallback");
}

TEST(Arguments, OptionsAndPositionalsMix) {
  const auto arguments = Parse({"one", "--dry-run", "-", "--", "--two"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_THAT(arguments->positionals, ElementsAre("one", "-", "--two"));
  EXPECT_TRUE(arguments->Has("dry-run"));
}

TEST(Arguments, StopsAtTheCommand) {
  const auto arguments = Parse({"--dry-run", "import", "--unknown"}, Positionals::kStopAtFirst);
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->words_read, 1U);
}

TEST(Arguments, ShortHelp) { EXPECT_TRUE(Parse({"-h"})->Has("help")); }

TEST(Arguments, TyposAreErrorsWithAMeaning) {
  const auto typo = Parse({"--dry-rn"});
  EXPECT_EQ(ExitCodeOf(typo.status(), false), ExitCode::kUsage);
  EXPECT_THAT(std::string(typo.status().message()), HasSubstr("did you mean --dry-run?"));
  EXPECT_THAT(std::string(Parse({"--zebra"}).status().message()),
              testing::Not(HasSubstr("did you mean")));
}

TEST(Arguments, NothingIsIgnored) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--dry"},
                                             {"-d"},
                                             {"--dry-run=yes"},
                                             {"--rejects"},
                                             {"--dry-run", "--dry-run"},
                                             {"--rejects=a", "--rejects=a"},
                                             {"---dry-run"},
                                             {"--=x"},
                                             {"-rejects=a"}}) {
    EXPECT_EQ(ExitCodeOf(Parse(words).status(), false), ExitCode::kUsage) << words[0];
  }
}

TEST(Nearest, FindsWhatIsClose) {
  const std::vector<std::string> names = {"import", "login", "logout"};
  EXPECT_EQ(Nearest("imprt", names), "import");
  EXPECT_EQ(Nearest("logot", names), "logout");
  EXPECT_EQ(Nearest("xyz", names), "");
  EXPECT_EQ(Nearest("", names), "");
}

TEST(ParseNumber, TakesDigitsInRangeOnly) {
  EXPECT_EQ(ParseNumber("30", {.min = 1, .max = 3600}), 30);
  for (const char* text : {"", "0", "3601", "-1", "+1", "1.5", "1s", "99999999999999999999"}) {
    EXPECT_FALSE(ParseNumber(text, {.min = 1, .max = 3600}).has_value()) << text;
  }
}

}  // namespace
}  // namespace qingqu::cli
