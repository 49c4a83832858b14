#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/tidy/rules.h"
#include "tests/tidy/source_text.h"

namespace qingqu::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The rules that a text breaks, each once.
std::vector<std::string> RulesBroken(std::string_view path, std::string_view text) {
  std::vector<std::string> rules;
  for (const Finding& finding : CheckFile(path, text)) rules.push_back(finding.rule);
  std::ranges::sort(rules);
  const auto repeated = std::ranges::unique(rules);
  rules.erase(repeated.begin(), repeated.end());
  return rules;
}

std::vector<std::string> RepositoryFiles() {
  namespace fs = std::filesystem;
  std::vector<std::string> paths;
  for (fs::recursive_directory_iterator entry("."), end; entry != end; ++entry) {
    const std::string path = entry->path().lexically_relative(".").generic_string();
    const bool foreign = path == ".git" || path == "build" || path == "var" ||
                         path.ends_with("__pycache__") || path.ends_with("node_modules");
    if (foreign) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      paths.push_back(path);
    }
  }
  std::ranges::sort(paths);
  return paths;
}

std::string ReadAll(const std::string& path) {
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// One finding a line.
std::string Describe(const std::vector<Finding>& findings) {
  std::string text = "\n";
  for (const Finding& finding : findings) text += FormatFinding(finding) + "\n";
  return text;
}

TEST(RepositoryTest, EveryFileKeepsTheRules) {
  const std::vector<std::string> paths = RepositoryFiles();
  ASSERT_TRUE(std::ranges::binary_search(paths, std::string("tests/tidy_test.cc")))
      << "run from the repository's root";
  std::vector<Finding> findings;
  for (const std::string& path : paths) {
    if (IsChecked(path))
      std::ranges::copy(CheckFile(path, ReadAll(path)), std::back_inserter(findings));
  }
  EXPECT_TRUE(findings.empty()) << Describe(findings);
}

TEST(RepositoryTest, EveryFolderHasItsReadme) {
  const std::vector<Finding> findings = CheckTree(RepositoryFiles());
  EXPECT_TRUE(findings.empty()) << Describe(findings);
}

TEST(RulesTest, GoodCodeBreaksNone) {
  EXPECT_THAT(RulesBroken("common/a/b.h", "#pragma once\n\n// Says what is promised.\nint F();\n"),
              IsEmpty());
}

TEST(RulesTest, LineLengthCountsCharactersAndNotBytes) {
  EXPECT_THAT(RulesBroken("a/b.cc", "// " + std::string(98, 'x') + "\n"),
              ElementsAre("line length"));
  std::string chinese = "// ";
  for (int count = 0; count < 97; ++count) chinese += "渠";
  EXPECT_THAT(RulesBroken("a/b.cc", chinese + "\n"), IsEmpty());
}

TEST(RulesTest, FunctionLength) {
  const auto function_of = [](int lines) {
    std::string text = "int F(int a) {\n";
    for (int line = 0; line < lines - 2; ++line) text += "  if (a > 0) { --a; }\n";
    return text + "}\n";
  };
  EXPECT_THAT(RulesBroken("a/b.cc", function_of(70)), IsEmpty());
  EXPECT_THAT(RulesBroken("a/b.cc", function_of(71)), ElementsAre("function length"));
  const std::string method = "class A {\n public:\n  " + function_of(71) + "};\n";
  EXPECT_THAT(RulesBroken("a/b.cc", method), ElementsAre("function length"));
}

TEST(RulesTest, LongTablesAreNoFunctions) {
  std::string table = "constexpr std::array kTable = {\n";
  for (int line = 0; line < 80; ++line) table += "    Entry(1, {2}),\n";
  EXPECT_THAT(RulesBroken("a/b.cc", table + "};\n"), IsEmpty());
}

TEST(RulesTest, FileLength) {
  std::string text;
  for (int line = 0; line < 601; ++line) text += "int a;\n";
  EXPECT_THAT(RulesBroken("a/b.cc", text), ElementsAre("file length"));
  EXPECT_THAT(RulesBroken("a/b.md", text), IsEmpty());
}

TEST(RulesTest, WhiteSpaceAndCharacters) {
  EXPECT_THAT(RulesBroken("a/b.cc", "int a; \n"), ElementsAre("white space"));
  EXPECT_THAT(RulesBroken("a/b.cc", "\tint a;\n"), ElementsAre("white space"));
  EXPECT_THAT(RulesBroken("a/b.cc", "int a;\r\n"), ElementsAre("control character"));
  EXPECT_THAT(RulesBroken("a/b.cc", "int a;"), ElementsAre("last line"));
  EXPECT_THAT(RulesBroken("a/b.md", "caf\xe9\n"), ElementsAre("encoding"));
}

TEST(RulesTest, BannedWordsOnlyInCode) {
  for (const std::string_view bad :
       {"absl::Mutex m;\n", "std::cout << std::endl;\n", "x = std::format(\"\");\n",
        "using namespace std;\n", "x = atoi(y);\n", "assert(x);\n", "pqxx::perform(f);\n",
        "snprintf_is_fine(); sprintf(a);\n", "strtok(a, b);\n", "std::regex r;\n"}) {
    EXPECT_THAT(RulesBroken("a/b.cc", bad), ElementsAre("banned")) << bad;
  }
  EXPECT_THAT(RulesBroken("a/b.cc", "// Not absl::Mutex, which aborts.\n"), IsEmpty());
  EXPECT_THAT(RulesBroken("a/b.cc", "const char* a = \"std::endl\";\n"), IsEmpty());
  EXPECT_THAT(RulesBroken("a/b.cc", "using namespace std::string_literals;\n"), IsEmpty());
  EXPECT_THAT(RulesBroken("a/b.cc", "static_assert(sizeof(int) == 4);\n"), IsEmpty());
}

TEST(RulesTest, CatchOnlyWhereItIsAllowed) {
  const std::string_view text = "void F() {\n  try {\n  } catch (...) {\n  }\n}\n";
  EXPECT_THAT(RulesBroken("services/catalog/item.cc", text), ElementsAre("catch"));
  EXPECT_THAT(RulesBroken("common/db/transaction.cc", text), IsEmpty());
}

TEST(RulesTest, HeaderGuards) {
  EXPECT_THAT(RulesBroken("a/b.h", "int F();\n"), ElementsAre("header"));
  EXPECT_THAT(RulesBroken("a/b.h", "#pragma once\n#ifndef A_B_H\n#endif\n"), ElementsAre("header"));
}

TEST(RulesTest, Notes) {
  EXPECT_THAT(RulesBroken("a/b.cc", "// TODO: later\n"), ElementsAre("todo"));
  EXPECT_THAT(RulesBroken("a/b.cc", "// TODO(#7): later\n"), IsEmpty());
  EXPECT_THAT(RulesBroken("a/b.cc", "int a;  // NOLINT\n"), ElementsAre("suppression"));
  EXPECT_THAT(RulesBroken("a/b.cc", "int a;  // NOLINT(check): why it is right here\n"), IsEmpty());
  EXPECT_THAT(RulesBroken("a/b.cc", "// ------------\n"), ElementsAre("comment"));
  EXPECT_THAT(RulesBroken("a/b.cc", "// Call(a, b);\n"), ElementsAre("comment"));
  EXPECT_THAT(RulesBroken("a/b.md",
                          "see /ro"
                          "ot/x\n"),
              ElementsAre("machine path"));
}

TEST(RulesTest, QueriesNameTheirColumns) {
  EXPECT_THAT(RulesBroken("a/b.sql", "SELECT * FROM item;\n"), ElementsAre("sql"));
  EXPECT_THAT(RulesBroken("a/b.sql", "INSERT INTO item RETURNING *;\n"), ElementsAre("sql"));
  EXPECT_THAT(RulesBroken("a/b.sql", "SELECT count(*) FROM item;  -- not SELECT *\n"), IsEmpty());
}

TEST(RulesTest, FoldersNeedReadmes) {
  const std::vector<std::string> good = {"common/README.md",    "services/README.md",
                                         "proto/README.md",     "deploy/README.md",
                                         "tests/README.md",     "services/catalog/README.md",
                                         "tests/e2e/x_test.py", "services/catalog/queries/a.sql"};
  EXPECT_THAT(CheckTree(good), IsEmpty());
  std::vector<std::string> bad = good;
  bad.push_back("services/usage/main.cc");
  bad.push_back("common/cmake/Qingqu.cmake");
  ASSERT_EQ(CheckTree(bad).size(), 1u);
  EXPECT_EQ(CheckTree(bad).front().path, "services/usage");
}

TEST(RulesTest, DataIsNotChecked) {
  EXPECT_FALSE(IsChecked("tests/data/a.csv"));
  EXPECT_FALSE(IsChecked("common/udi/corpus/seed"));
  EXPECT_FALSE(IsChecked("services/gateway/testdata/strict_json_corpus/deep"));
  EXPECT_TRUE(IsChecked("tests/run"));
  EXPECT_TRUE(IsChecked("services/catalog/queries/get_item.sql"));
}

TEST(SourceTextTest, BlanksLiteralsAndKeepsLines) {
  EXPECT_EQ(BlankCommentsAndLiterals("a(\"b\\\"{\"); // {\nc('{', 1'000);"),
            "a(      );     \nc(   , 1'000);");
  EXPECT_EQ(BlankCommentsAndLiterals("a = R\"x(\n{)\" )x\"; /* {\n */ b"),
            "a = R   \n       ;     \n    b");
}

}  // namespace
}  // namespace qingqu::tidy
