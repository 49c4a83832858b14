#include "common/tabular/targets.h"

#include <array>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

using ::testing::HasSubstr;

TEST(TargetsTest, TheBuiltInMappingFitsItsTarget) {
  const absl::StatusOr<Mapping> mapping = ParseMapping(BuiltInClassesMapping());
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_TRUE(CheckTarget(*mapping, "classes", ClassesFields()).ok());
  EXPECT_EQ(mapping->fields.at(mapping->key.at(0)).field, "class_code15");
}

TEST(TargetsTest, TheMappingsOfCodeListsFitTheirTargets) {
  for (const BuiltInTarget* target :
       {&CodesTarget(), &WithdrawnCodesTarget(), &TranscodedCodesTarget()}) {
    const absl::StatusOr<Mapping> mapping = ParseMapping(target->mapping);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    EXPECT_TRUE(CheckTarget(*mapping, target->name, target->fields).ok()) << target->name;
    EXPECT_EQ(mapping->key.size(), 1U);
  }
  EXPECT_EQ(ParseMapping(CodesTarget().mapping)->sheet, "Query1");
}

TEST(TargetsTest, ListsEverythingThatDoesNotFit) {
  constexpr std::array<TargetField, 4> kFields = {{{"id", ValueKind::kText, false},
                                                   {"price", ValueKind::kDecimal, false},
                                                   {"day", ValueKind::kDate, true},
                                                   {"needed", ValueKind::kText, false}}};
  const absl::StatusOr<Mapping> mapping = ParseMapping(R"json({
    "version": 1, "target": "other", "fields": [
      {"field": "id", "column": "A", "converter": "text", "required": true, "null_values": ["-"]},
      {"field": "price", "column": "B", "converter": "integer", "required": true},
      {"field": "dya", "column": "C", "converter": "text"}]})json");
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  const absl::Status status = CheckTarget(*mapping, "mine", kFields);
  EXPECT_EQ(ErrorReason(status), "MAPPING_UNFIT");
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr("$.target: must be \"mine\", not \"other\""));
  EXPECT_THAT(message, HasSubstr("$.fields[0]: id must be \"required\""));
  EXPECT_THAT(message, HasSubstr("$.fields[1].converter: price is of kind decimal, not integer"));
  EXPECT_THAT(message, HasSubstr("$.fields[2].field: no field is named \"dya\""));
  EXPECT_THAT(message, HasSubstr("needed is needed, but no column fills it"));
}

}  // namespace
}  // namespace qingqu::tabular
