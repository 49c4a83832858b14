// How well hospitals' rows are mapped onto the catalogue, on lists that were made up with the truth
// kept.
#include <algorithm>
#include <cstdio>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "services/catalog/mapping/matcher.h"
#include "tests/support/county_catalogue.h"

namespace qingqu::catalog {
namespace {

using testing::CountyCatalogue;
using testing::DirtyRow;
using testing::GeneratedItem;

constexpr size_t kItems = 30'000;
constexpr size_t kRows = 20'000;
constexpr double kPrecision = 0.995;
constexpr double kRecall = 0.80;
constexpr double kTopFive = 0.97;

MappingMatcher MatcherOf(const CountyCatalogue& catalogue) {
  std::vector<MappingItem> items;
  for (const GeneratedItem& item : catalogue.items()) {
    items.push_back({.item_id = item.id,
                     .name = item.display_name,
                     .specification = item.specification,
                     .manufacturer = item.manufacturer,
                     .registration_number = item.registration_number,
                     .national_code = item.national_code});
  }
  return MappingMatcher(items);
}

std::string Shown(const DirtyRow& row) {
  return row.name + " | " + row.specification + " | " + row.manufacturer + " | " +
         row.registration_number + " | " + row.insurance_code + " = " + row.truth;
}

TEST(MatcherQualityTest, WhatIsDecidedAloneIsRight) {
  auto classes = testing::ReadCatalogueClasses("../shared/data/nhsa_key_monitored_classes.csv");
  if (classes.empty()) classes = testing::ReadCatalogueClasses("tests/data/classes_sample.csv");
  const CountyCatalogue catalogue(7, kItems, classes);
  const MappingMatcher matcher = MatcherOf(catalogue);
  size_t with_truth = 0;
  size_t decided = 0;
  size_t right = 0;
  size_t among_five = 0;
  int shown = 0;
  const absl::Time began = absl::Now();
  for (const DirtyRow& row : catalogue.HospitalList(13, kRows)) {
    const MappingDecision decision = matcher.Match({.name = row.name,
                                                    .specification = row.specification,
                                                    .manufacturer = row.manufacturer,
                                                    .registration_number = row.registration_number,
                                                    .insurance_code = row.insurance_code});
    const auto is_truth = [&](const MappingProposal& proposal) {
      return proposal.item_id == row.truth;
    };
    with_truth += size_t{!row.truth.empty()};
    const bool found = std::ranges::any_of(decision.proposals, is_truth);
    among_five += size_t{found};
    if (!row.truth.empty() && !found && shown < 10) {
      ++shown;
      std::printf("  not among five: %s\n", Shown(row).c_str());
    }
    if (!decision.unambiguous) continue;
    ++decided;
    const bool is_right = is_truth(decision.proposals.front());
    right += size_t{is_right};
    if (!is_right && shown < 20) {
      ++shown;
      std::printf("  wrong: %s, taken for %s\n", Shown(row).c_str(),
                  decision.proposals.front().item_id.c_str());
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  const double precision = static_cast<double>(right) / static_cast<double>(decided);
  const double recall = static_cast<double>(right) / static_cast<double>(with_truth);
  const double top_five = static_cast<double>(among_five) / static_cast<double>(with_truth);
  std::printf(
      "figure mapping_precision %.4f\nfigure mapping_recall %.3f\nfigure mapping_top5 %.3f\n"
      "figure mapping_rows_per_s %.0f\n",
      precision, recall, top_five, static_cast<double>(kRows) / seconds);
  EXPECT_GE(precision, kPrecision);
  EXPECT_GE(recall, kRecall);
  EXPECT_GE(top_five, kTopFive);
}

TEST(MappingMatcherTest, AnythingMayStandInARow) {
  const MappingMatcher matcher({{.item_id = "syringe",
                                 .name = "一次性使用无菌注射器",
                                 .specification = "5ml",
                                 .manufacturer = "济南康健医疗器械有限公司",
                                 .registration_number = "鲁械注准20202140001",
                                 .national_code = "C14010100100001000010000001"}});
  EXPECT_TRUE(matcher.Match({}).proposals.empty());
  for (const char* text : {"", " ", "\xEF\xBF\xBD", "C", "械注", "国械注准", "一次性使用", "5ml"}) {
    const MappingDecision decision = matcher.Match({.name = text,
                                                    .specification = text,
                                                    .manufacturer = text,
                                                    .registration_number = text,
                                                    .insurance_code = text});
    EXPECT_FALSE(decision.unambiguous) << text;
  }
  const MappingDecision by_code =
      matcher.Match({.name = "注射器", .insurance_code = "c14010100100001000010000001"});
  EXPECT_TRUE(by_code.unambiguous);
  EXPECT_EQ(by_code.proposals[0].evidence.front(), MappingEvidence::kNationalCode);
  EXPECT_FALSE(matcher
                   .Match({.name = "注射器",
                           .specification = "10ml",
                           .insurance_code = "C14010100100001000010000001"})
                   .unambiguous)
      << "another size than that of the code";
  EXPECT_TRUE(matcher
                  .Match({.name = "注射器",
                          .specification = "5ML",
                          .registration_number = "注册证号：鲁械注准2020214 0001"})
                  .unambiguous);
}

TEST(MappingMatcherTest, ACodeAloneDoesNotSpeakForAnotherThing) {
  const MappingMatcher matcher({{.item_id = "syringe",
                                 .name = "一次性使用无菌注射器",
                                 .specification = "5ml",
                                 .manufacturer = "济南康健医疗器械有限公司",
                                 .registration_number = "",
                                 .national_code = "C14010100100001000010000001"}});
  const auto alone = [&](LocalRow row) {
    row.insurance_code = "C14010100100001000010000001";
    const MappingDecision decision = matcher.Match(row);
    EXPECT_EQ(decision.proposals.at(0).item_id, "syringe");
    return decision.unambiguous;
  };
  const std::string stent = "药物洗脱冠状动脉支架系统";
  EXPECT_FALSE(alone({.name = stent, .manufacturer = "乙心血管科技有限公司"}));
  EXPECT_FALSE(alone({.name = stent}));
  EXPECT_FALSE(alone({.manufacturer = "乙心血管科技有限公司"}));
  EXPECT_FALSE(alone({.name = stent, .manufacturer = "济南康健"})) << "shifted by one line";
  EXPECT_FALSE(alone({.name = "注射器", .specification = "Φ"})) << "a size that cannot be read";
  EXPECT_FALSE(alone({.name = "注射器", .specification = "※", .manufacturer = "济南康健"}));
  EXPECT_TRUE(alone({.specification = " "}));
  EXPECT_TRUE(alone({.name = "注射器", .manufacturer = "乙心血管科技有限公司"}))
      << "who sells it is written for who makes it";
  EXPECT_TRUE(alone({.manufacturer = "济南康健"}));
  EXPECT_TRUE(alone({.name = "针筒", .specification = "5ML", .manufacturer = "济南康健"}));
}

TEST(MappingMatcherTest, TheFilingOfACityIsNotThatOfAProvince) {
  const auto item = [](const char* id, const char* number) {
    return MappingItem{.item_id = id,
                       .name = "医用棉签",
                       .specification = "10cm",
                       .manufacturer = id,
                       .registration_number = number,
                       .national_code = ""};
  };
  const auto decided = [](const MappingMatcher& matcher, const char* number) {
    const MappingDecision decision = matcher.Match({.name = "医用棉签",
                                                    .specification = "10cm",
                                                    .manufacturer = "某卫生材料公司",
                                                    .registration_number = number});
    return decision.unambiguous ? decision.proposals.at(0).item_id : "";
  };
  const MappingMatcher provinces(
      {item("ningxia", "宁械备20190001号"), item("qinghai", "青械备20190001号")});
  EXPECT_EQ(decided(provinces, "苏宁械备20190001号"), "") << "Nanjing";
  EXPECT_EQ(decided(provinces, "备案号：苏宁械备20190001"), "");
  EXPECT_EQ(decided(provinces, "鲁青械备20190001号"), "") << "Qingdao";
  EXPECT_EQ(decided(provinces, "蔟宁械备20190001号"), "") << "苏, mistyped";
  EXPECT_EQ(decided(provinces, "宁械备20190001号"), "ningxia");
  EXPECT_EQ(decided(provinces, "备案凭证编号：青械备2019 0001"), "qinghai");
  const MappingMatcher cities({item("nanjing", "苏宁械备20190001号"),
                               item("ningxia", "宁械备20190001号"),
                               item("qingdao", "鲁青械备20190001号")});
  EXPECT_EQ(decided(cities, "苏宁械备20190001号"), "nanjing");
  EXPECT_EQ(decided(cities, "(备案号)鲁青械备20190001"), "qingdao");
  EXPECT_EQ(decided(cities, "宁械备20190001号"), "ningxia");
}

}  // namespace
}  // namespace qingqu::catalog
