// How well the search finds what people look for, on a county's catalogue that was made up.
#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "services/catalog/search/folded_text.h"
#include "services/catalog/search/pinyin.h"
#include "services/catalog/search/search_index.h"
#include "tests/support/county_catalogue.h"

namespace qingqu::catalog {
namespace {

using testing::CountyCatalogue;
using testing::GeneratedItem;

constexpr size_t kItems = 20'000;
constexpr int kQueriesOfAKind = 40;
constexpr size_t kLooked = 20;
constexpr double kSuccessAt5 = 0.95;
constexpr double kMeanReciprocalRank = 0.85;

SearchDocument DocumentOf(const GeneratedItem& item) {
  SearchDocument document{.item_id = item.id};
  document.texts = {item.display_name, item.specification, item.manufacturer,
                    item.registration_number, ""};
  document.codes = {item.id, item.national_code, item.device_identifier};
  document.class_code = item.class_code;
  document.high_value = item.high_value;
  return document;
}

// A query, and what it asks for.
struct Judged {
  std::string query;
  std::function<bool(const GeneratedItem&)> answers;
};

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::string Utf8Of(char32_t character) {
  std::string text;
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else if (character < 0x800) {
    text += static_cast<char>(0xC0U | (character >> 6U));
    text += static_cast<char>(0x80U | (character & 0x3FU));
  } else {
    text += static_cast<char>(0xE0U | (character >> 12U));
    text += static_cast<char>(0x80U | ((character >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (character & 0x3FU));
  }
  return text;
}

// What is typed for each Chinese character: its first letter, or all of them.
std::string Spelled(std::string_view text, bool whole) {
  std::string letters;
  for (const char32_t character : Fold(text).characters) {
    const auto readings = ReadingsOf(character);
    if (!readings.empty()) letters += whole ? readings[0] : readings[0].substr(0, 1);
  }
  return letters;
}

std::string FullWidth(std::string_view text) {
  std::string wide;
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    wide += code > ' ' && code < 0x7F ? Utf8Of(code + 0xFEE0U) : std::string(1, letter);
  }
  return wide;
}

// The kind of thing that an item is: its name without what many names begin with.
std::string NounOf(const GeneratedItem& item) {
  std::string noun = item.display_name.substr(0, item.display_name.find("（"));
  for (const std::string_view beginning : {"一次性使用", "无菌", "医用"}) {
    if (noun.starts_with(beginning)) noun.erase(0, beginning.size());
  }
  return noun.substr(0, noun.find(' '));
}

std::string BrandOf(const GeneratedItem& item) { return item.manufacturer.substr(6, 6); }

// The last but one Chinese character as another one that is read the same.
std::string Mistaken(const std::string& noun) {
  std::u32string text = Fold(noun).characters;
  const size_t at = text.size() >= 2 ? text.size() - 2 : 0;
  const auto readings = ReadingsOf(text[at]);
  if (readings.empty()) return noun;
  for (char32_t other = 0x4E00; other < 0x9FA5; ++other) {
    const auto of_other = ReadingsOf(other);
    if (other == text[at] || of_other.empty() || of_other[0] != readings[0]) continue;
    text[at] = other;
    break;
  }
  std::string mistaken;
  for (const char32_t character : text) mistaken += Utf8Of(character);
  return mistaken;
}

using Asks = std::function<bool(const GeneratedItem&)>;
Asks ForKind(const std::string& noun) {
  return [noun](const GeneratedItem& item) { return Contains(item.display_name, noun); };
}
Asks ForKindAndSize(const GeneratedItem& wanted) {
  return [noun = NounOf(wanted), size = wanted.specification](const GeneratedItem& item) {
    return item.specification == size && Contains(item.display_name, noun);
  };
}
Asks ForMakerAndKind(const GeneratedItem& wanted) {
  return [noun = NounOf(wanted), brand = BrandOf(wanted)](const GeneratedItem& item) {
    return Contains(item.manufacturer, brand) && Contains(item.display_name, noun);
  };
}
template <typename Member>
Asks For(const GeneratedItem& wanted, Member member) {
  return
      [value = wanted.*member, member](const GeneratedItem& item) { return item.*member == value; };
}

using Maker = std::function<Judged(const GeneratedItem&)>;
std::vector<std::pair<std::string, Maker>> Kinds() {
  using Item = GeneratedItem;
  return {
      {"name",
       [](const Item& item) {
         return Judged{item.display_name, For(item, &Item::display_name)};
       }},
      {"kind",
       [](const Item& item) {
         return Judged{NounOf(item), ForKind(NounOf(item))};
       }},
      {"kind and size",
       [](const Item& item) {
         return Judged{item.specification + ' ' + NounOf(item), ForKindAndSize(item)};
       }},
      {"maker and kind",
       [](const Item& item) {
         return Judged{NounOf(item) + ' ' + BrandOf(item), ForMakerAndKind(item)};
       }},
      {"initials",
       [](const Item& item) {
         return Judged{Spelled(NounOf(item), false), ForKind(NounOf(item))};
       }},
      {"pinyin",
       [](const Item& item) {
         return Judged{Spelled(NounOf(item), true), ForKind(NounOf(item))};
       }},
      {"code",
       [](const Item& item) {
         return Judged{item.national_code, For(item, &Item::id)};
       }},
      {"identifier",
       [](const Item& item) {
         return Judged{item.device_identifier, For(item, &Item::id)};
       }},
      {"registration",
       [](const Item& item) {
         return Judged{item.registration_number, For(item, &Item::registration_number)};
       }},
      {"full width",
       [](const Item& item) {
         return Judged{FullWidth(NounOf(item) + ' ' + item.specification), ForKindAndSize(item)};
       }},
      {"mistake",
       [](const Item& item) {
         return Judged{Mistaken(NounOf(item)), ForKind(NounOf(item))};
       }},
      {"half a word",
       [](const Item& item) {
         const std::string letters = Spelled(NounOf(item), true);
         return Judged{letters.substr(0, letters.size() - 2), ForKind(NounOf(item))};
       }},
  };
}

TEST(SearchQualityTest, WhatIsLookedForComesFirst) {
  const char* const real = "../shared/data/nhsa_key_monitored_classes.csv";
  auto classes = testing::ReadCatalogueClasses(real);
  if (classes.empty()) classes = testing::ReadCatalogueClasses("tests/data/classes_sample.csv");
  ASSERT_FALSE(classes.empty());
  const CountyCatalogue catalogue(7, kItems, classes);
  SearchIndex index;
  std::map<std::string, const GeneratedItem*> by_id;
  for (const GeneratedItem& item : catalogue.items()) {
    index.Put(DocumentOf(item));
    by_id[item.id] = &item;
  }
  std::mt19937_64 random(11);
  double first = 0;
  double first_five = 0;
  double reciprocal = 0;
  int queries = 0;
  for (const auto& [kind, make] : Kinds()) {
    double of_kind = 0;
    for (int number = 0; number < kQueriesOfAKind; ++number) {
      const Judged judged = make(catalogue.items()[random() % kItems]);
      const SearchAnswer answer = index.Search(judged.query, {}, 0, kLooked);
      size_t rank = 0;
      while (rank < answer.hits.size() && !judged.answers(*by_id[answer.hits[rank].item_id]))
        ++rank;
      ++queries;
      if (rank == answer.hits.size()) {
        std::printf("  %s: nothing for %s\n", kind.c_str(), judged.query.c_str());
        continue;
      }
      first += rank == 0 ? 1 : 0;
      first_five += rank < 5 ? 1 : 0;
      of_kind += rank < 5 ? 1 : 0;
      reciprocal += 1.0 / static_cast<double>(rank + 1);
    }
    std::printf("  %-14s success@5 %.3f\n", kind.c_str(), of_kind / kQueriesOfAKind);
  }
  std::printf(
      "figure search_success_at_1 %.3f\nfigure search_success_at_5 %.3f\nfigure search_mrr %.3f\n",
      first / queries, first_five / queries, reciprocal / queries);
  EXPECT_GE(first_five / queries, kSuccessAt5);
  EXPECT_GE(reciprocal / queries, kMeanReciprocalRank);
}

}  // namespace
}  // namespace qingqu::catalog
