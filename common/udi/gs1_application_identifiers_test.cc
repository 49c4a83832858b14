#include "common/udi/gs1_application_identifiers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace qingqu::udi {
namespace {

constexpr const char* kDictionaryPath = "../shared/data/gs1-syntax-dictionary.txt";
constexpr const char* kSamplePath = "tests/data/gs1_dictionary_sample.txt";

bool IsAttribute(const std::string& word) {
  return word.starts_with("req=") || word.starts_with("ex=") || word.starts_with("dlpkey");
}

// A row of either source in one form: words separated by single spaces, attributes sorted, then "#"
// and the title.
std::string CanonicalLine(const std::string& line) {
  const size_t hash = line.find('#');
  std::istringstream words(line.substr(0, hash));
  std::string canonical;
  std::vector<std::string> attributes;
  for (std::string word; words >> word;) {
    if (IsAttribute(word)) {
      attributes.push_back(word);
    } else {
      canonical += word + " ";
    }
  }
  std::ranges::sort(attributes);
  for (const std::string& attribute : attributes) canonical += attribute + " ";
  std::istringstream title_words(hash == std::string::npos ? "" : line.substr(hash + 1));
  canonical += "#";
  for (std::string word; title_words >> word;) canonical += " " + word;
  return canonical;
}

std::vector<std::string> ReadDictionary(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(CanonicalLine(line));
  }
  return lines;
}

std::string WithCommas(std::string_view list) {
  std::string text(list);
  std::ranges::replace(text, ' ', ',');
  return text;
}

std::string DictionaryForm(const Component& component) {
  std::string text(1, "NXYZ"[static_cast<size_t>(component.characters)]);
  if (component.length_min != component.length_max) text += "..";
  text += std::to_string(component.length_max);
  if (component.optional) text = "[" + text + "]";
  for (const Check check : component.checks) {
    if (check != Check::kNone) text += "," + std::string(CheckName(check));
  }
  return text;
}

std::string DictionaryForm(const ApplicationIdentifier& row) {
  std::string text(row.first);
  if (row.first != row.last) text += "-" + std::string(row.last);
  text += " ";
  if (row.predefined_length || row.link_attribute) {
    text += std::string(row.predefined_length ? "*" : "") + (row.link_attribute ? "? " : " ");
  }
  for (const Component& component : row.format()) text += DictionaryForm(component) + " ";
  const Associations& associations = row.associations;
  if (!associations.requires_one_of.empty()) {
    text += "req=" + WithCommas(associations.requires_one_of) + " ";
  }
  if (!associations.excludes.empty()) text += "ex=" + WithCommas(associations.excludes) + " ";
  if (row.link_key) text += "dlpkey";
  if (!associations.link_qualifiers.empty()) text += "=" + WithCommas(associations.link_qualifiers);
  if (row.link_key) text += " ";
  return CanonicalLine(text + "#" + std::string(row.title));
}

TEST(ApplicationIdentifiersTest, AreThoseOfTheGs1SyntaxDictionary) {
  const bool has_dictionary = std::filesystem::exists(kDictionaryPath);
  if (!has_dictionary) {
    std::cout << kDictionaryPath << " is not here: comparing only the few entries of "
              << kSamplePath << "\n";
  }
  std::vector<std::string> expected =
      ReadDictionary(has_dictionary ? kDictionaryPath : kSamplePath);
  ASSERT_GE(expected.size(), has_dictionary ? 200U : 6U);
  std::vector<std::string> actual;
  for (const ApplicationIdentifier& row : ApplicationIdentifiers()) {
    actual.push_back(DictionaryForm(row));
  }
  for (const std::string& line : expected) {
    EXPECT_EQ(std::ranges::count(actual, line), 1) << "not in our table: " << line;
  }
  if (!has_dictionary) return;
  EXPECT_EQ(actual.size(), expected.size());
  for (const std::string& line : actual) {
    EXPECT_EQ(std::ranges::count(expected, line), 1) << "not in the dictionary: " << line;
  }
}

TEST(ApplicationIdentifiersTest, AreSortedAndNoneBeginsAnother) {
  std::vector<std::string> all;
  for (const ApplicationIdentifier& row : ApplicationIdentifiers()) {
    ASSERT_EQ(row.first.size(), row.last.size());
    ASSERT_TRUE(std::ranges::equal(row.first.substr(0, row.first.size() - 1),
                                   row.last.substr(0, row.last.size() - 1)));
    for (char last = row.first.back(); last <= row.last.back(); ++last) {
      all.push_back(std::string(row.first.substr(0, row.first.size() - 1)) + last);
    }
  }
  EXPECT_TRUE(std::ranges::is_sorted(all));
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_FALSE(all[i].starts_with(all[i - 1])) << all[i - 1] << " begins " << all[i];
  }
  for (const std::string& ai : all) {
    ASSERT_NE(FindApplicationIdentifier(ai), nullptr) << ai;
    EXPECT_EQ(LeadingIdentifierLength(ai + "0123"), ai.size()) << ai;
  }
}

TEST(ApplicationIdentifiersTest, OnlyTheLastComponentVariesAndPredefinedLengthsAreFixed) {
  for (const ApplicationIdentifier& row : ApplicationIdentifiers()) {
    const auto format = row.format();
    ASSERT_FALSE(format.empty()) << row.first;
    for (size_t i = 0; i < format.size(); ++i) {
      const bool is_last = i + 1 == format.size();
      EXPECT_TRUE(is_last || format[i].length_min == format[i].length_max) << row.first;
      EXPECT_TRUE(is_last || !format[i].optional || format[i + 1].optional) << row.first;
      const bool is_fixed = format[i].length_min == format[i].length_max && !format[i].optional;
      EXPECT_TRUE(!row.predefined_length || is_fixed) << row.first;
    }
  }
}

TEST(ApplicationIdentifiersTest, FindsOnlyWhatExists) {
  EXPECT_EQ(FindApplicationIdentifier("01")->title, "GTIN");
  EXPECT_EQ(FindApplicationIdentifier("3104")->first, "3100");
  for (const std::string_view unknown :
       {"", "0", "04", "3106", "310", "31000", "1", "100", "9", "9a", "  ", "(1", "\xff\xff"}) {
    EXPECT_EQ(FindApplicationIdentifier(unknown), nullptr) << unknown;
  }
  EXPECT_EQ(LeadingIdentifierLength("0512"), 0U);
  EXPECT_EQ(LeadingIdentifierLength("1"), 0U);
  EXPECT_EQ(LeadingIdentifierLength("235X"), 3U);
}

TEST(ApplicationIdentifiersTest, PatternsMatchDigits) {
  EXPECT_TRUE(MatchesPattern("3103", "310n"));
  EXPECT_TRUE(MatchesPattern("3512", "35nn"));
  EXPECT_TRUE(MatchesPattern("01", "01"));
  EXPECT_FALSE(MatchesPattern("3113", "310n"));
  EXPECT_FALSE(MatchesPattern("310", "310n"));
  EXPECT_FALSE(MatchesPattern("310x", "310n"));
}

}  // namespace
}  // namespace qingqu::udi
