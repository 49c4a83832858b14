#include "common/tabular/mapping.h"

#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kWhole = R"json({
  "version": 1, "target": "history", "delimiter": ";", "encoding": "gb18030",
  "sheet": "Query1",
  "fields": [
    {"field": "id", "column": "ID", "converter": "text", "required": true,
     "options": {"trim": true, "half_width": true, "max_length": 20}},
    {"field": "count", "column": "Count", "converter": "integer",
     "options": {"min": 0, "max": 9, "group_separator": true}},
    {"field": "price", "column": "Price", "converter": "decimal", "null_values": ["free"],
     "null_patterns": ["See .*"],
     "options": {"places": 2, "round": "half_even", "allow_negative": true,
                 "group_separator": true}},
    {"field": "price_note", "column": "Price", "converter": "text", "shares_column": true,
     "only_patterns": ["See .*", "free"]},
    {"field": "day", "column": "Day", "converter": "date",
     "options": {"formats": ["%d-%b-%y"], "century": 1970}},
    {"field": "first", "column": "First", "converter": "boolean",
     "options": {"true": ["Y"], "false": ["N"]}},
    {"field": "class", "column": "Class", "converter": "enum", "options": {"values": {"3": "III"}}},
    {"field": "units", "column": "Packs", "converter": "unit",
     "options": {"factor_column": "Units"}},
    {"field": "currency", "converter": "constant", "options": {"value": "CNY"}},
    {"field": "place", "columns": ["Town", "Street"], "converter": "concat",
     "options": {"separator": ", ", "max_length": 100}}
  ],
  "key": ["id"]
})json";

std::string Problems(std::string_view json) {
  const absl::StatusOr<Mapping> mapping = ParseMapping(json);
  if (mapping.ok()) return "none";
  EXPECT_EQ(ErrorReason(mapping.status()), "MAPPING_INVALID");
  return std::string(mapping.status().message());
}

std::string ProblemsOfFields(std::string_view fields, std::string_view rest = "") {
  return Problems(R"({"version": 1, "target": "t", "fields": [)" + std::string(fields) + "]" +
                  std::string(rest) + "}");
}

TEST(MappingTest, ReadsEveryKeyOfTheFormat) {
  const absl::StatusOr<Mapping> mapping = ParseMapping(kWhole);
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_EQ(mapping->target, "history");
  EXPECT_EQ(mapping->delimiter, ';');
  EXPECT_EQ(mapping->sheet, "Query1");
  EXPECT_EQ(mapping->encoding, Encoding::kGb18030);
  EXPECT_THAT(mapping->key, ElementsAre(0U));
  ASSERT_EQ(mapping->fields.size(), 10U);
  EXPECT_TRUE(mapping->fields[0].required);
  EXPECT_TRUE(std::get<TextOptions>(mapping->fields[0].options).half_width);
  EXPECT_EQ(std::get<IntegerOptions>(mapping->fields[1].options).max, 9);
  EXPECT_TRUE(std::get<DecimalOptions>(mapping->fields[2].options).round_half_even);
  EXPECT_EQ(mapping->fields[3].only_patterns.size(), 2U);
  EXPECT_EQ(std::get<DateOptions>(mapping->fields[4].options).century_from, 1970);
  EXPECT_THAT(mapping->fields[7].columns, ElementsAre("Packs", "Units"));
  EXPECT_THAT(mapping->fields[8].columns, ElementsAre());
  EXPECT_THAT(mapping->fields[9].columns, ElementsAre("Town", "Street"));
}

TEST(MappingTest, ListsAllProblemsAtOnceWithTheirPaths) {
  const std::string problems = ProblemsOfFields(R"json(
    {"field": "a", "column": "A", "converter": "txt"},
    {"field": "a", "column": "B", "converter": "text", "colour": 1},
    {"field": "B", "column": "A", "converter": "text", "options": {"max_length": 0, "pad": true}},
    {"field": "d", "column": "D", "converter": "date", "options": {"formats": ["%d/%m/%y", "%H"]}},
    {"field": "e", "converter": "integer", "options": {"min": 2, "max": 1}},
    {"field": "f", "column": "F", "converter": "decimal", "options": {"round": "up", "places": 5}},
    {"field": "g", "column": "G", "converter": "text", "null_patterns": ["("], "required": "yes"},
    {"field": "h", "column": "H", "converter": "unit", "shares_column": true}, 7
  )json",
                                                R"json(, "key": ["a", "zz"], "verion": 1)json");
  for (const std::string_view expected : {"$.fields[0].converter: must be text",
                                          "$.fields[1].field: $.fields[0] already fills \"a\"",
                                          "$.fields[1].colour: is not a known key",
                                          "$.fields[2].field: must be a name",
                                          "$.fields[2].column: $.fields[0] already reads \"A\"",
                                          "$.fields[2].options.max_length: must be",
                                          "$.fields[2].options.pad: is not a known key",
                                          "$.fields[3].options.formats[1]:",
                                          "$.fields[3].options.century: is missing",
                                          "$.fields[4].column: is missing",
                                          "$.fields[4].options.min: is above max",
                                          "$.fields[5].options.round:",
                                          "$.fields[5].options.places:",
                                          "$.fields[6].null_patterns[0]: not a pattern",
                                          "$.fields[6].required: must be true or false",
                                          "$.fields[7].options.factor: give either",
                                          "$.fields[7].shares_column: no earlier field",
                                          "$.fields[8]: must be an object",
                                          "$.key[0]: a key field must be \"required\"",
                                          "$.key[1]: no field is named \"zz\"",
                                          "$.verion: is not a known key",
                                          "21 problems:"}) {
    EXPECT_THAT(problems, HasSubstr(expected));
  }
}

TEST(MappingTest, RefusesWhatIsNotStrictJson) {
  EXPECT_THAT(Problems(""), HasSubstr("not JSON"));
  EXPECT_THAT(Problems("{\"version\": 1,}"), HasSubstr("not JSON at byte"));
  EXPECT_THAT(Problems("[]"), HasSubstr("$: must be an object"));
  EXPECT_THAT(Problems(R"({"version": 1, "version": 1})"), HasSubstr("\"version\" is given twice"));
  EXPECT_THAT(Problems(std::string("{}\0{", 4)), HasSubstr("NUL"));
  EXPECT_THAT(Problems(R"({"target": "a\u0000b"})"), HasSubstr("NUL"));
  EXPECT_THAT(Problems(std::string(100'000, '[')), HasSubstr("16 levels deep"));
  EXPECT_THAT(Problems(std::string(kMappingBytesMax + 1, ' ')), HasSubstr("longer than"));
}

TEST(MappingTest, RefusesAnotherVersionDelimiterOrEncoding) {
  const std::string problems = Problems(
      R"({"version": 2, "target": "t", "delimiter": "ab", "encoding": "latin1", "fields": []})");
  EXPECT_THAT(problems, HasSubstr("$.version: must be a whole number from 1 to 1"));
  EXPECT_THAT(problems, HasSubstr("$.delimiter:"));
  EXPECT_THAT(problems, HasSubstr("$.encoding:"));
  EXPECT_THAT(problems, HasSubstr("$.fields: must be a list of 1 to"));
}

TEST(MappingTest, ColumnsFitTheirConverter) {
  const std::string problems = ProblemsOfFields(R"json(
    {"field": "a", "column": "A", "converter": "constant", "options": {"value": "x"}},
    {"field": "b", "columns": ["B"], "converter": "concat", "options": {"separator": ""}},
    {"field": "c", "columns": ["C"], "converter": "text"},
    {"field": "d", "column": "D", "converter": "boolean",
     "options": {"true": ["1"], "false": ["1"]}},
    {"field": "e", "column": "E", "converter": "enum", "options": {"values": {}}}
  )json");
  EXPECT_THAT(problems, HasSubstr("$.fields[0].column: a constant reads no column"));
  EXPECT_THAT(problems, HasSubstr("$.fields[1].columns: concat needs two"));
  EXPECT_THAT(problems, HasSubstr("$.fields[2].columns: only concat"));
  EXPECT_THAT(problems, HasSubstr("$.fields[2].column: is missing"));
  EXPECT_THAT(problems, HasSubstr("$.fields[3].options.false: \"1\" is also true"));
  EXPECT_THAT(problems, HasSubstr("$.fields[4].options.values: must be an object"));
}

TEST(MappingTest, ListsAtMostAHundredProblems) {
  std::string fields = "1";
  for (int count = 1; count < 130; ++count) fields += ",1";
  const std::string problems = ProblemsOfFields(fields);
  EXPECT_THAT(problems, HasSubstr("130 problems:"));
  EXPECT_THAT(problems, HasSubstr("$.fields[99]: must be an object\n… and 30 more"));
}

TEST(MappingTest, HoldsAtMostTwoHundredPatterns) {
  std::string patterns = "\"a\"";
  for (int count = 1; count < 200; ++count) patterns += ",\"a" + std::to_string(count) + "\"";
  const auto fields = [&patterns](std::string_view more) {
    return R"({"field": "a", "column": "A", "converter": "text", "null_patterns": [)" + patterns +
           "]" + std::string(more) + "}";
  };
  EXPECT_EQ(ProblemsOfFields(fields("")), "none");
  EXPECT_THAT(ProblemsOfFields(fields(", \"only_patterns\": [\"b\"]")),
              HasSubstr("$.fields[0].only_patterns: a mapping may hold 200 patterns"));
}

TEST(MappingTest, BindsToAHeaderInAnyOrderAndNamesEveryMissingColumn) {
  const absl::StatusOr<Mapping> mapping = ParseMapping(kWhole);
  ASSERT_TRUE(mapping.ok());
  const absl::StatusOr<BoundMapping> bound =
      BindToHeader(*mapping, {"Street", "Town", "Units", "Packs", "Class", "First", "Day", "Price",
                              "Count", "ID", "Extra"});
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_THAT(bound->columns[0], ElementsAre(9U));
  EXPECT_THAT(bound->columns[7], ElementsAre(3U, 2U));
  EXPECT_THAT(bound->columns[9], ElementsAre(1U, 0U));
  EXPECT_THAT(bound->ignored_columns, ElementsAre("Extra"));

  const absl::Status missing =
      BindToHeader(*mapping, {"ID", "Count", "Price", "Day", "First", "Class", "Packs", "Town"})
          .status();
  EXPECT_EQ(ErrorReason(missing), "COLUMN_MISSING");
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("$.fields[7] (units): the file has no column \"Units\""));
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("$.fields[9] (place): the file has no column \"Street\""));
}

TEST(MappingTest, AColumnMayHaveOtherNamesOrBeMissing) {
  const auto mapping = ParseMapping(R"json({"version": 1, "target": "t", "fields": [
    {"field": "id", "column": "编号", "other_columns": ["item_id", "id"], "converter": "text",
     "required": true},
    {"field": "note", "column": "备注", "optional": true, "converter": "text"}]})json");
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  const auto bound = BindToHeader(*mapping, {"x", "id", "item_id"});
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ(bound->columns[0], std::vector<size_t>{2});
  EXPECT_TRUE(bound->columns[1].empty());
  EXPECT_EQ(bound->ignored_columns, (std::vector<std::string>{"x", "id"}));
  EXPECT_EQ(BindToHeader(*mapping, {"编号", "id"})->columns[0], std::vector<size_t>{0});
  EXPECT_EQ(ErrorReason(BindToHeader(*mapping, {"备注"}).status()), "COLUMN_MISSING");
  EXPECT_FALSE(ParseMapping(R"json({"version": 1, "target": "t", "fields": [
    {"field": "id", "column": "a", "optional": true, "required": true, "converter": "text"}]})json")
                   .ok());
  EXPECT_FALSE(ParseMapping(R"json({"version": 1, "target": "t", "fields": [
    {"field": "id", "column": "a", "converter": "text"},
    {"field": "b", "column": "b", "other_columns": ["a"], "converter": "text"}]})json")
                   .ok());
}

}  // namespace
}  // namespace qingqu::tabular
