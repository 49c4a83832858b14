#include "services/catalog/codes/code_row.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/catalog/codes/code_release.h"

namespace qingqu::catalog {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCode = "C03050107901001000010000001";
constexpr const char* kOtherCode = "C03050107901001000010000002";

CodeRow SheetRow() {
  return {.line = 7,
          .code = kCode,
          .product_code = "C0305010790100100001",
          .registration_number = "国械注准20193130123",
          .product_name = "空心螺钉",
          .specification = "4.0×30"};
}

// "column reason" of each error.
std::string Reasons(const std::vector<CodeRowError>& errors) {
  std::string joined;
  for (const CodeRowError& error : errors) {
    EXPECT_EQ(error.line, 7);
    joined += std::string(error.column) + " " + std::string(error.reason) + ";";
  }
  return joined;
}

std::string CheckSheet(CodeRow row) {
  std::vector<CodeRowError> errors;
  const bool sound = CheckSpecificationRow(row, errors);
  EXPECT_EQ(sound, errors.empty());
  return Reasons(errors);
}

TEST(CodeRowTest, ASheetsRowIsTakenAsItIs) { EXPECT_EQ(CheckSheet(SheetRow()), ""); }

TEST(CodeRowTest, CodesAreNormalised) {
  CodeRow row = SheetRow();
  row.code = " Ｃ０３０５０１０７９０１００１ 000010000001";
  row.original_code = kCode;
  std::vector<CodeRowError> errors;
  ASSERT_TRUE(CheckSpecificationRow(row, errors)) << Reasons(errors);
  EXPECT_EQ(row.code, kCode);
  EXPECT_EQ(row.original_code, "") << "the same code is no other one";
}

TEST(CodeRowTest, EverythingThatIsWrongWithARowIsSaid) {
  CodeRow row = SheetRow();
  row.code = "C0305010790100100001000000";
  row.original_code = "C18050107901001000010000001";
  row.product_name = std::string(501, 'x');
  EXPECT_EQ(CheckSheet(row),
            "code NATIONAL_CODE_INVALID;original_code NATIONAL_CODE_INVALID;"
            "product_name TEXT_TOO_LONG;");
}

TEST(CodeRowTest, LengthsCountCharacters) {
  CodeRow row = SheetRow();
  for (int count = 0; count < 500; ++count) row.registration_number += "国";
  EXPECT_EQ(CheckSheet(row), "registration_number TEXT_TOO_LONG;");
  row.registration_number = "";
  for (int count = 0; count < 500; ++count) row.registration_number += "国";
  EXPECT_EQ(CheckSheet(row), "");
}

TEST(CodeRowTest, TheProductsCodeIsTheCodesBeginning) {
  CodeRow row = SheetRow();
  row.product_code = "C0305010790100100002";
  EXPECT_EQ(CheckSheet(row), "product_code CODE_MISMATCH;");
  row.product_code = "";
  EXPECT_EQ(CheckSheet(row), "");
}

TEST(CodeRowTest, ATranscodingLeadsElsewhere) {
  CodeRow row{
      .line = 7, .code = kCode, .new_code = kOtherCode, .transcoding = Transcoding::kChanged};
  std::vector<CodeRowError> errors;
  EXPECT_TRUE(CheckTranscodingRow(row, errors));
  row.new_code = kCode;
  EXPECT_FALSE(CheckTranscodingRow(row, errors));
  EXPECT_EQ(Reasons(errors), "code TRANSCODING_INVALID;");
  errors.clear();
  row.new_code = "C1";
  row.transcoding = Transcoding::kNone;
  EXPECT_FALSE(CheckTranscodingRow(row, errors));
  EXPECT_EQ(Reasons(errors), "code NATIONAL_CODE_INVALID;transcoding TRANSCODING_INVALID;");
}

TEST(CodeRowTest, WhatIsSaidTwiceIsComparedWithoutItsLine) {
  CodeRow again = SheetRow();
  again.line = 9;
  EXPECT_TRUE(SayTheSame(SheetRow(), again));
  again.model = "A";
  EXPECT_FALSE(SayTheSame(SheetRow(), again));
  EXPECT_THAT(CodeConflict(again, 7, false).message, HasSubstr("line 7 says otherwise"));
  EXPECT_EQ(CodeConflict(again, 7, true).column, "original_code");
}

TEST(ReleasePartTest, ComesBackFromTheBooks) {
  const auto date = CivilDate::Parse("2026-11-01");
  const ReleasePart part = PartOfSource(ToSource(
      {.release_id = "2026-11", .effective_date = *date, .list = CodeList::kTranscodings}));
  EXPECT_EQ(part.release_id, "2026-11");
  EXPECT_EQ(part.effective_date, *date);
  EXPECT_EQ(part.list, CodeList::kTranscodings);
}

}  // namespace
}  // namespace qingqu::catalog
