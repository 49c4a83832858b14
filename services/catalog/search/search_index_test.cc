#include "services/catalog/search/search_index.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/catalog/search/folded_text.h"
#include "services/catalog/search/pinyin.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::u32string Folded(std::string_view text) { return Fold(text).characters; }

TEST(FoldTest, WhatMeansNothingIsGone) {
  EXPECT_EQ(Folded(" 一次性使用　注射器 "), U"一次性使用 注射器");
  EXPECT_EQ(Folded("ＡＢＣ１２３ｍｌ"), U"abc123ml");
  EXPECT_EQ(Folded("0.5ML"), U"0.5ml");
  EXPECT_EQ(Folded("Φ3.5×15㎜"), U"φ3.5x15mm");
  EXPECT_EQ(Folded("20cm*30cm"), U"20cmx30cm");
  EXPECT_EQ(Folded("無菌紗布"), U"无菌纱布");
  EXPECT_EQ(Folded("（Ⅱ型）"), U"(ii型)");
  EXPECT_EQ(Folded(""), U"");
  EXPECT_EQ(Folded("\xC2\xAD注\xE2\x80\x8B射"), U"注射") << "soft hyphen, zero width space";
}

TEST(FoldTest, EachCharacterKnowsWhereItCameFrom) {
  const FoldedText folded = Fold(" 针　5㎜");
  EXPECT_EQ(folded.characters, U"针 5mm");
  EXPECT_THAT(folded.origins, ElementsAre(1, 4, 7, 8, 8, 11));
}

std::vector<std::string> Readings(char32_t character) {
  std::vector<std::string> readings;
  for (const std::string_view reading : ReadingsOf(character)) readings.emplace_back(reading);
  return readings;
}

TEST(PinyinTest, HowCharactersAreRead) {
  EXPECT_THAT(Readings(U'注'), ElementsAre("zhu"));
  EXPECT_THAT(Readings(U'长'), UnorderedElementsAre("chang", "zhang"));
  EXPECT_THAT(Readings(U'铝'), ElementsAre("lu"));
  EXPECT_THAT(Readings(U'a'), IsEmpty());
}

TEST(PinyinTest, HowMuchATextSpells) {
  const std::u32string text = U"一次性使用注射器";
  const auto spelled = [&](std::string_view letters, size_t begin = 0) {
    return SpelledFrom(text, begin, letters, nullptr);
  };
  EXPECT_EQ(spelled("ycxsyzsq"), 8U);
  EXPECT_EQ(spelled("yicixingshiyongzhusheqi"), 23U);
  EXPECT_EQ(spelled("yicix"), 5U);
  EXPECT_EQ(spelled("ycxshyzhsheq"), 12U) << "initials of two letters, and whole readings between";
  EXPECT_EQ(spelled("ycxb"), 3U);
  EXPECT_EQ(spelled("zsq", 5), 3U);
  EXPECT_EQ(spelled(std::string(1000, 'y')), 1U);
}

SearchDocument Document(const std::string& id, const std::string& name,
                        const std::string& specification, const std::string& maker) {
  SearchDocument document{.item_id = id};
  document.texts = {name, specification, maker, "国械注准20213140001", "济南供应公司"};
  document.codes = {id, "06901234567892", "C0301010100101000000000000" + id.substr(id.size() - 1)};
  document.class_code = "C03010101001010";
  return document;
}

class SearchIndexTest : public ::testing::Test {
 protected:
  SearchIndexTest() {
    index_.Put(
        Document("syringe-5", "一次性使用无菌注射器 带针", "5ml 0.7×30", "威高集团有限公司"));
    index_.Put(Document("syringe-05", "一次性使用无菌注射器 带针", "0.5ml", "威高集团有限公司"));
    index_.Put(Document("syringe-15", "一次性使用注射器", "15ml", "江西三鑫医疗"));
    index_.Put(Document("needle-5", "注射针", "5号", "江西三鑫医疗"));
    index_.Put(Document("needle-15", "注射针", "15号", "江西三鑫医疗"));
    index_.Put(Document("gauze", "医用纱布块", "8cm×10cm", "振德医疗"));
    SearchDocument stent =
        Document("stent", "冠状动脉药物支架系统", "Φ3.5×15mm", "Boston Scientific");
    stent.texts[3] = "国械注进20163130099";
    stent.class_code = "C02030201001001";
    stent.high_value = true;
    index_.Put(stent);
    index_.SetOffers({{"stent", "", "jinan"},
                      {"stent", "east", "acme"},
                      {"stent", "east", "jinan"},
                      {"gauze", "west", "acme"},
                      {"later", "", "acme"}});
  }

  std::vector<std::string> Find(std::string_view query, const SearchFilter& filter = {}) const {
    std::vector<std::string> ids;
    for (const SearchHit& hit : index_.Search(query, filter, 0, 20).hits)
      ids.push_back(hit.item_id);
    return ids;
  }
  std::string First(std::string_view query) const {
    const auto ids = Find(query);
    return ids.empty() ? "" : ids[0];
  }

  SearchIndex index_;
};

TEST_F(SearchIndexTest, WordsInAnyOrderAndInPieces) {
  EXPECT_EQ(First("注射器"), "syringe-15");
  EXPECT_THAT(Find("注射器 一次性"), UnorderedElementsAre("syringe-5", "syringe-05", "syringe-15"));
  EXPECT_EQ(First("注射器一次性"), "syringe-15");
  EXPECT_THAT(Find("一次性注射器 威高"), UnorderedElementsAre("syringe-5", "syringe-05"));
  EXPECT_EQ(First("無菌注射器 ０.５ＭＬ"), "syringe-05");
  EXPECT_EQ(First("注射器5ml"), "syringe-5");
}

TEST_F(SearchIndexTest, Pinyin) {
  EXPECT_EQ(First("ycxsyzsq"), "syringe-15");
  EXPECT_EQ(First("yicixingshiyongzhusheqi"), "syringe-15");
  EXPECT_EQ(First("ycxsywjzsq"), "syringe-05") << "the shorter specification has no say: by id";
  EXPECT_THAT(Find("ycxzsq"), UnorderedElementsAre("syringe-5", "syringe-05", "syringe-15"));
  EXPECT_EQ(First("shabu"), "gauze");
  EXPECT_EQ(First("yysbk"), "gauze");
  EXPECT_EQ(First("guanzhuang"), "stent");
  EXPECT_EQ(First("weigao 5ml"), "syringe-5");
}

TEST_F(SearchIndexTest, NumbersAreWhole) {
  EXPECT_EQ(First("5号"), "needle-5");
  EXPECT_EQ(First("15号"), "needle-15");
  EXPECT_EQ(First("5ml"), "syringe-5");
  EXPECT_EQ(First("3.5*15"), "stent");
  EXPECT_EQ(First("8cm x 10cm"), "gauze");
}

TEST_F(SearchIndexTest, Codes) {
  EXPECT_EQ(First("stent"), "stent");
  EXPECT_EQ(Find("06901234567892", {.viewer = {.alliance_id = "east"}})[0], "stent")
      << "all have it; this one is agreed";
  EXPECT_EQ(First("国械注进20163130099"), "stent");
  EXPECT_EQ(First("20163130099"), "stent");
  EXPECT_EQ(First("C03010101001010000000000005 15"), "needle-15");
}

TEST_F(SearchIndexTest, Mistakes) {
  EXPECT_EQ(First("注摄器"), "syringe-15") << "sounds alike";
  EXPECT_EQ(First("无君注射器"), "syringe-05");
  EXPECT_EQ(First("药物之架"), "stent");
  EXPECT_EQ(First("bostom"), "stent");
  EXPECT_EQ(First("zhushheqi"), "syringe-15");
  EXPECT_EQ(First("scientfic"), "stent");
  EXPECT_THAT(Find("钢琴"), IsEmpty());
  EXPECT_THAT(Find("99999"), IsEmpty());
}

TEST_F(SearchIndexTest, NothingButSignsFindsNothing) {
  for (const char* const query : {"%%%", "()", "？？", "😀", "- /", "。"}) {
    const SearchAnswer answer = index_.Search(query, {}, 0, 10);
    EXPECT_THAT(answer.hits, IsEmpty()) << query;
    EXPECT_EQ(answer.found, 0) << query;
  }
  EXPECT_EQ(index_.Search(" \t\u3000", {}, 0, 10).found, 7) << "nothing was typed";
}

TEST_F(SearchIndexTest, WhatHasNotAllIsSaidToBeAPart) {
  const SearchAnswer answer = index_.Search("纱布 铂金", {}, 0, 10);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].item_id, "gauze");
  EXPECT_TRUE(answer.by_part);
  EXPECT_FALSE(index_.Search("纱布", {}, 0, 10).by_part);
}

TEST_F(SearchIndexTest, FacetsCountAsIfTheirFilterWereNotSet) {
  SearchAnswer all = index_.Search("", {}, 0, 3);
  EXPECT_EQ(all.found, 7);
  EXPECT_EQ(all.hits.size(), 3U);
  EXPECT_THAT(all.facets.classes, ElementsAre(Pair("C02", 1), Pair("C03", 6)));
  EXPECT_THAT(all.facets.suppliers, ElementsAre(Pair("acme", 2), Pair("jinan", 1)));
  EXPECT_THAT(all.facets.agreed, ElementsAre(Pair(false, 5), Pair(true, 2)));
  EXPECT_THAT(all.facets.listed, ElementsAre(Pair(true, 7))) << "no list governs";
  const SearchAnswer high = index_.Search("", {.class_prefix = "C02", .high_value = true}, 0, 9);
  EXPECT_EQ(high.found, 1);
  EXPECT_THAT(high.facets.classes, ElementsAre(Pair("C0203", 1)));
  EXPECT_THAT(high.facets.high_value, ElementsAre(Pair(true, 1)));
  const SearchAnswer low = index_.Search("", {.high_value = false}, 0, 9);
  EXPECT_EQ(low.found, 6);
  EXPECT_THAT(low.facets.high_value, ElementsAre(Pair(false, 6), Pair(true, 1)));
  EXPECT_THAT(Find("", {.supplier_id = "acme"}), UnorderedElementsAre("stent", "gauze"));
  EXPECT_THAT(Find("", {.supplier_id = "nobody"}), IsEmpty());
  EXPECT_THAT(Find("", {.agreed = true}), UnorderedElementsAre("stent", "gauze"));
  const SearchAnswer without = index_.Search("", {.agreed = false}, 0, 9);
  EXPECT_EQ(without.found, 5);
  EXPECT_THAT(without.facets.agreed, ElementsAre(Pair(false, 5), Pair(true, 2)));
}

TEST_F(SearchIndexTest, OffersAreThoseForTheViewer) {
  const SearchViewer east{.alliance_id = "east", .supplier_id = "", .list_holders = {}};
  const SearchViewer other{.alliance_id = "north", .supplier_id = "", .list_holders = {}};
  const SearchViewer acme{.alliance_id = std::nullopt, .supplier_id = "acme", .list_holders = {}};
  const auto suppliers = [&](const SearchViewer& viewer) {
    return index_.Search("", {.viewer = viewer}, 0, 9).facets.suppliers;
  };
  EXPECT_THAT(suppliers(east), ElementsAre(Pair("acme", 1), Pair("jinan", 1)));
  EXPECT_THAT(suppliers(other), ElementsAre(Pair("jinan", 1))) << "the county's is for all";
  EXPECT_THAT(suppliers(acme), ElementsAre(Pair("acme", 2))) << "a supplier hears of itself";
  EXPECT_THAT(Find("", {.supplier_id = "acme", .viewer = east}), ElementsAre("stent"));
  EXPECT_THAT(Find("", {.agreed = true, .viewer = other}), ElementsAre("stent"));
  index_.Put(Document("later", "绷带", "10cm", "振德医疗"));
  EXPECT_THAT(Find("", {.agreed = true, .viewer = other}), UnorderedElementsAre("stent", "later"));
  index_.SetOffers({});
  EXPECT_THAT(suppliers(acme), IsEmpty());
}

TEST_F(SearchIndexTest, ListedIsWhatIsOnEachListThatGoverns) {
  const auto viewer = [](std::vector<std::string> holders) {
    return SearchViewer{.alliance_id = std::nullopt, .list_holders = std::move(holders)};
  };
  index_.SetLists({{"county", {"gauze", "later", "stent"}},
                   {"institutions/h", {"gauze", "later"}},
                   {"departments/empty", {}}});
  const SearchViewer ward = viewer({"county", "institutions/h", "departments/none"});
  EXPECT_THAT(Find("", {.listed = true, .viewer = ward}), ElementsAre("gauze"));
  EXPECT_THAT(Find("", {.listed = true, .viewer = viewer({"county"})}),
              UnorderedElementsAre("gauze", "stent"));
  EXPECT_THAT(Find("", {.listed = true, .viewer = viewer({"departments/empty"})}), IsEmpty());
  EXPECT_EQ(Find("", {.listed = true}).size(), 7U) << "whom no list governs";
  const SearchAnswer answer = index_.Search("", {.listed = false, .viewer = ward}, 0, 9);
  EXPECT_EQ(answer.found, 6);
  EXPECT_THAT(answer.facets.listed, ElementsAre(Pair(false, 6), Pair(true, 1)));
  index_.Put(Document("later", "绷带", "10cm", "振德医疗"));
  EXPECT_THAT(Find("", {.listed = true, .viewer = ward}), ElementsAre("later", "gauze"));
  index_.SetLists({});
  EXPECT_EQ(Find("", {.listed = true, .viewer = ward}).size(), 8U);
}

TEST_F(SearchIndexTest, HighlightsAreBytesOfTheText) {
  const SearchAnswer answer = index_.Search("注射器 wg 0.5ML", {}, 0, 1);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_THAT(answer.hits[0].highlights,
              ElementsAre(SearchHighlight{SearchField::kName, 21, 30},
                          SearchHighlight{SearchField::kSpecification, 0, 5},
                          SearchHighlight{SearchField::kManufacturer, 0, 6}));
}

TEST_F(SearchIndexTest, WhatChangesIsFoundAsItIs) {
  SearchDocument gauze = Document("gauze", "医用棉签", "10cm", "振德医疗");
  index_.Put(gauze);
  EXPECT_THAT(Find("纱布"), IsEmpty());
  EXPECT_EQ(First("棉签"), "gauze");
  index_.Remove("gauze");
  EXPECT_THAT(Find("棉签"), IsEmpty());
  EXPECT_EQ(index_.size(), 6);
  index_.Remove("gauze");
  index_.Remove("never");
  EXPECT_EQ(index_.size(), 6);
}

TEST_F(SearchIndexTest, AnythingMayBeTyped) {
  for (const char* query : {"", " ", "\xEF\xBF\xBD", "(((", "....", "a", "5", "针", "zzzzzzzzzzzz",
                            "一一一一一一一一一一一一一一一一一一一一一一一一一一"}) {
    index_.Search(query, {}, 0, 10);
  }
  EXPECT_EQ(index_.Search(std::string(100'000, 'a'), {}, 5, 10).hits.size(), 0U);
}

TEST_F(SearchIndexTest, ReadersAndWritersAtOnce) {
  std::vector<std::jthread> threads;
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([this] {
      for (int i = 0; i < 300; ++i) EXPECT_GE(index_.Search("注射器", {}, 0, 5).hits.size(), 3U);
    });
  }
  for (int i = 0; i < 100; ++i) {
    index_.Put(
        Document("more-" + std::to_string(i % 10), "绷带", std::to_string(i) + "cm", "振德"));
    index_.SetLists({{"county", {"more-1", "gauze"}}});
    index_.SetOffers({{"more-1", "east", "acme"}});
  }
}

}  // namespace
}  // namespace qingqu::catalog
