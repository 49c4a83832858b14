#include "services/catalog/class_row.h"

#include "gtest/gtest.h"

namespace qingqu::catalog {
namespace {

ClassRow Row(int64_t line = 2) {
  return {.line = line,
          .class_code = "C03050107901001",
          .monitored_group = "单/多部件金属骨固定器械及附件",
          .names = {"骨科材料", "拉力钉", "空心拉力螺钉", "螺钉", "不锈钢", "灭菌"},
          .generic_code = "079",
          .material_code = "01",
          .feature_code = "001"};
}

std::string ReasonFor(const ClassRow& row) {
  std::vector<ClassRowError> errors;
  const bool is_sound = CheckClassRow(row, errors);
  EXPECT_EQ(is_sound, errors.empty());
  if (errors.empty()) return "";
  EXPECT_EQ(errors[0].line, row.line);
  return std::string(errors[0].column) + " " + std::string(errors[0].reason);
}

TEST(CheckClassRow, TakesARowThatAgreesWithItsCode) {
  EXPECT_EQ(ReasonFor(Row()), "");
  ClassRow undistinguished = Row();
  undistinguished.class_code = "C03050107900000";
  undistinguished.material_code = "00";
  undistinguished.feature_code = "000";
  EXPECT_EQ(ReasonFor(undistinguished), "");
  ClassRow without_group = Row();
  without_group.monitored_group = "";
  EXPECT_EQ(ReasonFor(without_group), "");
}

TEST(CheckClassRow, RefusesOtherCodes) {
  for (const char* code : {"", "C0305010790100", "C030501079010011", "c03050107901001",
                           "C0305010790100X", "C18050107901001", "C00050107901001"}) {
    ClassRow row = Row();
    row.class_code = code;
    EXPECT_EQ(ReasonFor(row), "class_code CLASS_CODE_INVALID") << code;
  }
}

TEST(CheckClassRow, RefusesPartsThatDiffer) {
  ClassRow row = Row();
  row.generic_code = "79";
  EXPECT_EQ(ReasonFor(row), "generic_code CODE_MISMATCH");
  row = Row();
  row.material_code = "1";
  EXPECT_EQ(ReasonFor(row), "material_code CODE_MISMATCH");
  row = Row();
  row.feature_code = "002";
  EXPECT_EQ(ReasonFor(row), "feature_code CODE_MISMATCH");
}

TEST(CheckClassRow, ListsEveryBadCell) {
  ClassRow row = Row();
  row.names = {};
  row.generic_code = "";
  std::vector<ClassRowError> errors;
  EXPECT_FALSE(CheckClassRow(row, errors));
  EXPECT_EQ(errors.size(), 7U);
}

TEST(CheckClassRow, NamesHaveAtMostTwoHundredCharacters) {
  std::string name;
  for (int count = 0; count < 200; ++count) name += "钉";
  ClassRow row = Row();
  row.names[5] = name;
  EXPECT_EQ(ReasonFor(row), "");
  name += "钉";
  row.names[5] = name;
  std::vector<ClassRowError> errors;
  EXPECT_FALSE(CheckClassRow(row, errors));
  EXPECT_EQ(errors[0].value.size(), 99U) << "shortened to whole characters";
}

TEST(ClassNames, TakeEachClassOnce) {
  ClassNames names;
  std::vector<ClassRowError> errors;
  EXPECT_TRUE(names.AddRow(Row(), errors));
  EXPECT_EQ(names.added().size(), 5U);
  ClassRow sibling = Row(3);
  sibling.class_code = "C03050107902001";
  sibling.names[4] = "纯钛";
  EXPECT_TRUE(names.AddRow(sibling, errors));
  ASSERT_EQ(names.added().size(), 6U);
  EXPECT_EQ(names.added()[5].code, "C03050107902");
}

TEST(ClassNames, RefuseASecondNameAndSayWhereTheFirstStands) {
  ClassNames names;
  std::vector<ClassRowError> errors;
  names.AddStaged({.code = "C03", .line = 7, .name = "骨科材料"});
  ClassRow row = Row(9);
  row.names[0] = "骨科";
  EXPECT_FALSE(names.AddRow(row, errors));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].reason, "CLASS_NAME_CONFLICT");
  EXPECT_EQ(errors[0].column, "first_level");
  EXPECT_NE(errors[0].message.find("line 7"), std::string::npos);
  EXPECT_TRUE(names.added().empty()) << "a refused row names nothing";
}

TEST(CheckRepetition, TheSameAgainIsWell) {
  std::vector<ClassRowError> errors;
  const ClassRow row = Row(5);
  const ClassRepetition same{
      .first_line = 2, .feature = "灭菌", .monitored_group = row.monitored_group};
  EXPECT_TRUE(CheckRepetition(row, same, errors));
  EXPECT_FALSE(CheckRepetition(row, {2, "非灭菌", row.monitored_group}, errors));
  EXPECT_FALSE(CheckRepetition(row, {2, "灭菌", ""}, errors));
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].column, "feature");
  EXPECT_EQ(errors[1].column, "monitored_group");
}

TEST(LevelOfCodeLength, KnowsSixLevels) {
  EXPECT_EQ(LevelOfCodeLength(3), 1);
  EXPECT_EQ(LevelOfCodeLength(15), 6);
  EXPECT_EQ(LevelOfCodeLength(4), 0);
}

}  // namespace
}  // namespace qingqu::catalog
