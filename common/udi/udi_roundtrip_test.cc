#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/udi/gs1_application_identifiers.h"
#include "common/udi/gs1_parser.h"
#include "common/udi/gs1_samples.h"
#include "common/udi/udi.h"

namespace qingqu::udi {
namespace {

constexpr ParseOptions kOptions{.current_year = 2026};

std::vector<std::string> AllIdentifiers() {
  std::vector<std::string> all;
  for (const ApplicationIdentifier& row : ApplicationIdentifiers()) {
    const std::string stem(row.first.substr(0, row.first.size() - 1));
    for (char last = row.first.back(); last <= row.last.back(); ++last) all.push_back(stem + last);
  }
  return all;
}

Element RandomElement(const std::string& ai, std::mt19937& random) {
  return {.key = ai, .value = RandomValue(ai, random), .title = ""};
}

// True when a value holds an AI in brackets, which the human-readable form cannot tell from the
// next element.
bool HoldsBracketedIdentifier(const Scan& scan) {
  for (const Element& element : scan.elements) {
    for (size_t open = element.value.find('('); open != std::string::npos;
         open = element.value.find('(', open + 1)) {
      const size_t close = element.value.find(')', open);
      if (close == std::string::npos) break;
      if (FindApplicationIdentifier(element.value.substr(open + 1, close - open - 1))) return true;
    }
  }
  return false;
}

std::string Describe(const ParseResult& result) {
  if (const auto* error = std::get_if<ParseError>(&result)) {
    return error->reason + " at " + std::to_string(error->position) + ": " + error->message;
  }
  return ToHumanReadable(std::get<Scan>(result));
}

void ExpectRoundTrip(const std::vector<Element>& elements) {
  Scan rendered;
  rendered.elements = elements;
  const std::string text = ToElementString(rendered);
  const ParseResult result = Parse(text, kOptions);
  ASSERT_TRUE(std::holds_alternative<Scan>(result)) << text << ": " << Describe(result);
  const Scan& scan = std::get<Scan>(result);
  ASSERT_EQ(scan.elements.size(), elements.size()) << text;
  for (size_t i = 0; i < elements.size(); ++i) {
    ASSERT_EQ(scan.elements[i].key, elements[i].key) << text;
    ASSERT_EQ(scan.elements[i].value, elements[i].value) << text;
  }
  EXPECT_EQ(ToElementString(scan), text);
  for (const std::string prefix : {"]C1", "]d2", "]Q3", "]e0", "]J1"}) {
    EXPECT_EQ(Parse(prefix + text, kOptions), result) << prefix << text;
  }
  if (HoldsBracketedIdentifier(scan)) return;
  const ParseResult again = Parse(ToHumanReadable(scan), kOptions);
  EXPECT_EQ(again, result) << Describe(again) << "\nfor\n" << Describe(result);
}

TEST(RoundTripTest, EveryIdentifierAlone) {
  std::mt19937 random(3);
  for (const std::string& ai : AllIdentifiers()) {
    for (int i = 0; i < 20; ++i) ExpectRoundTrip({RandomElement(ai, random)});
  }
}

TEST(RoundTripTest, EveryIdentifierAmongOthers) {
  std::mt19937 random(4);
  const std::vector<std::string> all = AllIdentifiers();
  for (const std::string& ai : all) {
    for (int i = 0; i < 5; ++i) {
      std::vector<Element> elements{RandomElement(ai, random)};
      for (int j = 0; j < 4; ++j) {
        const std::string& other = all[random() % all.size()];
        std::vector<Element> longer = elements;
        const auto place = static_cast<std::ptrdiff_t>(random() % (elements.size() + 1));
        longer.insert(longer.begin() + place, RandomElement(other, random));
        // The table itself says which go together; a pair that does not is left out.
        Scan candidate;
        candidate.elements = longer;
        const ParseResult result = JoinScans(candidate, candidate, kOptions);
        if (std::holds_alternative<Scan>(result) &&
            std::get<Scan>(result).elements.size() == longer.size()) {
          elements = longer;
        }
      }
      ExpectRoundTrip(elements);
    }
  }
}

// One character less or more, or another character, must be seen in all but the freest of values.
TEST(RoundTripTest, FixedNumbersRefuseEveryOtherLength) {
  std::mt19937 random(5);
  for (const ApplicationIdentifier& row : ApplicationIdentifiers()) {
    if (!row.predefined_length) continue;
    const std::string ai(row.first);
    const std::string value = RandomValue(ai, random);
    for (const std::string& wrong : {value.substr(1), value + "0", "A" + value.substr(1)}) {
      const ParseResult result = Parse("(" + ai + ")" + wrong, kOptions);
      EXPECT_TRUE(std::holds_alternative<ParseError>(result)) << ai << " " << wrong;
    }
  }
}

}  // namespace
}  // namespace qingqu::udi
