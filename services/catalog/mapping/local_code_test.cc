#include "services/catalog/mapping/local_code.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Faults(const UploadedRowDraft& draft) {
  std::vector<RowFault> faults;
  const bool sound = ReadUploadedRow(draft, faults).has_value();
  EXPECT_EQ(sound, faults.empty());
  std::vector<std::string> texts;
  for (const RowFault& fault : faults) {
    texts.push_back(std::string(fault.column) + " " + std::string(fault.reason));
  }
  return texts;
}

TEST(UploadedRowTest, TextsAreTrimmedAndLimited) {
  std::vector<RowFault> faults;
  const auto row = ReadUploadedRow({.local_code = " 0012/a ",
                                    .display_name = " 注射器 ",
                                    .price = " 1.5 ",
                                    .unit = "盒 ",
                                    .unit_factor = 10},
                                   faults);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->local_code, "0012/a");
  EXPECT_EQ(row->said.name, "注射器");
  EXPECT_EQ(row->price->ToString(), "1.5000");
  EXPECT_EQ(row->unit, "盒");
  EXPECT_EQ(row->unit_factor, 10);
  EXPECT_FALSE(ReadUploadedRow({.local_code = "a"}, faults)->unit_factor.has_value());
}

TEST(UploadedRowTest, EachFaultIsNamed) {
  const std::string long_code(65, 'x');
  const std::string long_text(301, 'x');
  const std::string long_unit(41, 'x');
  EXPECT_THAT(Faults({.local_code = ""}), ElementsAre("local_code LOCAL_CODE_INVALID"));
  EXPECT_THAT(Faults({.local_code = long_code}), ElementsAre("local_code LOCAL_CODE_INVALID"));
  EXPECT_THAT(Faults({.local_code = "a\tb"}), ElementsAre("local_code LOCAL_CODE_INVALID"));
  EXPECT_THAT(Faults({.local_code = "a", .display_name = long_text, .unit = long_unit}),
              ElementsAre("display_name TEXT_TOO_LONG", "unit TEXT_TOO_LONG"));
  EXPECT_THAT(Faults({.local_code = "a", .price = "-1"}), ElementsAre("price PRICE_INVALID"));
  EXPECT_THAT(Faults({.local_code = "a", .price = "1,5"}), ElementsAre("price PRICE_INVALID"));
  EXPECT_THAT(Faults({.local_code = "a", .unit_factor = -1}),
              ElementsAre("unit_factor UNIT_FACTOR_INVALID"));
  EXPECT_THAT(Faults({.local_code = "a", .unit_factor = 1'000'000'001}),
              ElementsAre("unit_factor UNIT_FACTOR_INVALID"));
  EXPECT_THAT(Faults({.local_code = "a", .unit_factor = 1'000'000'000}), ElementsAre());
}

TEST(UploadedRowTest, APriceAloneIsNoOtherThing) {
  const UploadedRow row{.local_code = "a", .said = {.name = "注射器"}, .unit = "支"};
  UploadedRow next = row;
  EXPECT_EQ(Compare(row, next), RowDifference::kNone);
  next.price = Money::FromTenThousandths(1);
  EXPECT_EQ(Compare(row, next), RowDifference::kPrice);
  for (std::string* text :
       {&next.said.name, &next.said.specification, &next.said.manufacturer,
        &next.said.registration_number, &next.said.insurance_code, &next.unit}) {
    const std::string before = *text;
    *text += "x";
    EXPECT_EQ(Compare(row, next), RowDifference::kContent);
    *text = before;
  }
  next.unit_factor = 1;
  EXPECT_EQ(Compare(row, next), RowDifference::kContent);
}

TEST(UnitFactorTest, RowAndItemMustAgree) {
  const MappingTarget item{
      .item_id = "syringe", .base_unit = "支", .packs = {{"盒", 10}, {"箱", 100}, {"箱", 200}}};
  const auto factor = [&](const char* unit, std::optional<int64_t> told) {
    return UnitFactorOf({.unit = unit, .unit_factor = told}, item);
  };
  EXPECT_EQ(factor("支", std::nullopt), 1);
  EXPECT_EQ(factor("盒", std::nullopt), 10);
  EXPECT_EQ(factor("盒", 10), 10);
  EXPECT_EQ(factor("盒", 5), std::nullopt) << "the pack says otherwise";
  EXPECT_EQ(factor("包", 5), 5);
  EXPECT_EQ(factor("包", std::nullopt), std::nullopt);
  EXPECT_EQ(factor("箱", std::nullopt), std::nullopt) << "two packs are called so";
  EXPECT_EQ(factor("箱", 200), 200);
  EXPECT_EQ(factor("", 3), 3);
  EXPECT_EQ(factor("", std::nullopt), std::nullopt);
}

TEST(LocalCodeTest, NamesGoBothWays) {
  for (const auto state :
       {LocalCodeState::kAwaiting, LocalCodeState::kReview, LocalCodeState::kMapped,
        LocalCodeState::kNotInCatalogue, LocalCodeState::kPostponed}) {
    EXPECT_EQ(LocalCodeStateFromName(LocalCodeStateName(state)), state);
  }
  for (const auto evidence : {MappingEvidence::kNationalCode, MappingEvidence::kNationalCodePrefix,
                              MappingEvidence::kRegistration, MappingEvidence::kSpecification,
                              MappingEvidence::kManufacturer, MappingEvidence::kName}) {
    EXPECT_EQ(EvidenceFromName(EvidenceName(evidence)), evidence);
  }
  EXPECT_EQ(EvidenceFromName("hearsay"), std::nullopt);
}

}  // namespace
}  // namespace qingqu::catalog
