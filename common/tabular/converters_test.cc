#include "common/tabular/converters.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "common/tabular/cell_error.h"
#include "common/tabular/number_converters.h"

namespace qingqu::tabular {
namespace {

// The canonical text, "null", or the reason.
std::string Outcome(const Conversion& conversion) {
  if (!conversion.ok()) return std::string(conversion.reason);
  return conversion.value.value_or("null");
}

FieldMapping Field(ConverterOptions options) {
  FieldMapping field;
  field.field = "f";
  field.columns = {"c"};
  field.options = std::move(options);
  return field;
}

std::string Convert(const FieldMapping& field, const std::vector<std::string_view>& cells) {
  return Outcome(ConvertField(field, cells));
}

TEST(ConvertersTest, Text) {
  EXPECT_EQ(Convert(Field(TextOptions{}), {" a b\t"}), "a b");
  EXPECT_EQ(Convert(Field(TextOptions{.trim = false}), {" a "}), " a ");
  EXPECT_EQ(Convert(Field(TextOptions{.max_length = 2}), {"清渠"}), "清渠");
  EXPECT_EQ(Convert(Field(TextOptions{.max_length = 2}), {"清渠清"}), "TEXT_TOO_LONG");
  EXPECT_EQ(Convert(Field(TextOptions{.half_width = true}), {"（Ａ－１）　～！"}), "(A-1) ~!");
  EXPECT_EQ(Convert(Field(TextOptions{.half_width = true}), {"　"}), "null");
  EXPECT_EQ(Convert(Field(TextOptions{}), {"（Ａ）"}), "（Ａ）");
}

TEST(ConvertersTest, HalfWidthCoversItsRangeAndNothingBeside) {
  EXPECT_EQ(ToHalfWidth("！～｀＿＠"), "!~`_@");
  EXPECT_EQ(ToHalfWidth("｟ｱ￥、中\xEF"), "｟ｱ￥、中\xEF");
}

TEST(ConvertersTest, Integer) {
  const IntegerOptions plain;
  EXPECT_EQ(Outcome(ConvertInteger("007", plain)), "7");
  EXPECT_EQ(Outcome(ConvertInteger("-12", plain)), "-12");
  EXPECT_EQ(Outcome(ConvertInteger("9223372036854775807", plain)), "9223372036854775807");
  EXPECT_EQ(Outcome(ConvertInteger("9223372036854775808", plain)), "INTEGER_OUT_OF_RANGE");
  for (const std::string_view cell :
       {"1.0", "1e3", "+1", "1,000", "--1", "-", "0x1", "１", "1 0"}) {
    EXPECT_EQ(Outcome(ConvertInteger(cell, plain)), "NOT_AN_INTEGER") << cell;
  }
  EXPECT_EQ(Outcome(ConvertInteger("0", {.min = 1})), "INTEGER_OUT_OF_RANGE");
  EXPECT_EQ(Outcome(ConvertInteger("1,234,567", {.group_separator = true})), "1234567");
  for (const std::string_view cell :
       {"1,23", ",123", "1234,567", "1,234,", "1,,234", "12,34,567"}) {
    EXPECT_EQ(Outcome(ConvertInteger(cell, {.group_separator = true})), "NOT_AN_INTEGER") << cell;
  }
}

TEST(ConvertersTest, DecimalKeepsEveryDigitAndRefusesToRoundUnasked) {
  const DecimalOptions money;
  EXPECT_EQ(Outcome(ConvertDecimal("551", money)), "551.0000");
  EXPECT_EQ(Outcome(ConvertDecimal("0.97", money)), "0.9700");
  EXPECT_EQ(Outcome(ConvertDecimal("000.1234", money)), "0.1234");
  EXPECT_EQ(Outcome(ConvertDecimal("0.12340", money)), "0.1234");
  EXPECT_EQ(Outcome(ConvertDecimal("99999999999999.9999", money)), "99999999999999.9999");
  EXPECT_EQ(Outcome(ConvertDecimal("100000000000000", money)), "DECIMAL_OUT_OF_RANGE");
  EXPECT_EQ(Outcome(ConvertDecimal("0.12345", money)), "TOO_MANY_PLACES");
  EXPECT_EQ(Outcome(ConvertDecimal("-1", money)), "NEGATIVE_DECIMAL");
  EXPECT_EQ(Outcome(ConvertDecimal("-0", money)), "0.0000");
  EXPECT_EQ(Outcome(ConvertDecimal("-1.5", {.allow_negative = true})), "-1.5000");
  EXPECT_EQ(Outcome(ConvertDecimal("1,234.5", {.group_separator = true})), "1234.5000");
  EXPECT_EQ(Outcome(ConvertDecimal("12.0", {.places = 0})), "12");
  for (const std::string_view cell :
       {"1.", ".5", "1e3", "1,5", "NaN", "$1", "1.2.3", "+1", "-", "."}) {
    EXPECT_EQ(Outcome(ConvertDecimal(cell, money)), "NOT_A_DECIMAL") << cell;
  }
}

TEST(ConvertersTest, DecimalRoundsHalfToEvenWhenAsked) {
  const DecimalOptions cents{.places = 2, .round_half_even = true, .allow_negative = true};
  EXPECT_EQ(Outcome(ConvertDecimal("0.125", cents)), "0.12");
  EXPECT_EQ(Outcome(ConvertDecimal("0.135", cents)), "0.14");
  EXPECT_EQ(Outcome(ConvertDecimal("0.12500001", cents)), "0.13");
  EXPECT_EQ(Outcome(ConvertDecimal("0.1249999", cents)), "0.12");
  EXPECT_EQ(Outcome(ConvertDecimal("-0.135", cents)), "-0.14");
  EXPECT_EQ(Outcome(ConvertDecimal("-0.001", cents)), "0.00");
  EXPECT_EQ(Outcome(ConvertDecimal("99999999999999.999", cents)), "DECIMAL_OUT_OF_RANGE");
}

TEST(ConvertersTest, Date) {
  DateOptions options;
  for (const char* pattern : {"%m/%d/%y", "%d/%m/%y"}) {
    options.formats.push_back(*DateFormat::Parse(pattern));
  }
  options.century_from = 2000;
  EXPECT_EQ(Convert(Field(options), {" 4/30/14 "}), "2014-04-30");
  EXPECT_EQ(Convert(Field(options), {"4/4/14"}), "2014-04-04");
  EXPECT_EQ(Convert(Field(options), {"4/5/14"}), "AMBIGUOUS_DATE");
  EXPECT_EQ(Convert(Field(options), {"31/31/14"}), "NOT_A_DATE");
}

TEST(ConvertersTest, BooleanEnumConstantAndConcat) {
  const FieldMapping boolean =
      Field(BooleanOptions{.true_values = {"Yes", "是"}, .false_values = {"No"}});
  EXPECT_EQ(Convert(boolean, {"是"}), "true");
  EXPECT_EQ(Convert(boolean, {"No"}), "false");
  EXPECT_EQ(Convert(boolean, {"yes"}), "NOT_A_BOOLEAN");
  const FieldMapping enumeration = Field(EnumOptions{.values = {{"III类", "III"}}});
  EXPECT_EQ(Convert(enumeration, {"III类"}), "III");
  EXPECT_EQ(Convert(enumeration, {"IV类"}), "UNKNOWN_VALUE");
  EXPECT_EQ(Convert(Field(ConstantOptions{.value = "CNY"}), {}), "CNY");
  FieldMapping concat = Field(ConcatOptions{.separator = "-", .max_length = 5});
  EXPECT_EQ(Convert(concat, {" a", "", "b "}), "a-b");
  EXPECT_EQ(Convert(concat, {"abc", "def"}), "TEXT_TOO_LONG");
  EXPECT_EQ(Convert(concat, {"", " "}), "null");
  concat.required = true;
  EXPECT_EQ(Convert(concat, {"", " "}), "VALUE_MISSING");
  EXPECT_EQ(Convert(concat, {"", "b"}), "b");
}

TEST(ConvertersTest, UnitMultipliesWithAFixedFactorOrAColumn) {
  EXPECT_EQ(Outcome(ConvertUnit("12", {}, {.factor = 30})), "360");
  EXPECT_EQ(Outcome(ConvertUnit("12", "25", {})), "300");
  EXPECT_EQ(Outcome(ConvertUnit("9223372036854775807", "2", {})), "INTEGER_OUT_OF_RANGE");
  for (const std::string_view factor : {"0", "-1", "x", ""}) {
    const Conversion conversion = ConvertUnit("12", factor, {});
    EXPECT_FALSE(conversion.ok()) << factor;
    EXPECT_EQ(conversion.at, 1U);
  }
}

TEST(ConvertersTest, NullsNotesAndRequiredCells) {
  FieldMapping figure = Field(DecimalOptions{});
  figure.required = true;
  figure.null_values = {"Captured apart"};
  figure.null_patterns = {*Pattern::Parse("See [0-9]+")};
  EXPECT_EQ(Convert(figure, {"12.5"}), "12.5000");
  EXPECT_EQ(Convert(figure, {"Captured apart "}), "null");
  EXPECT_EQ(Convert(figure, {"See 12"}), "null");
  EXPECT_EQ(Convert(figure, {"See 12b"}), "NOT_A_DECIMAL");
  EXPECT_EQ(Convert(figure, {" "}), "VALUE_MISSING");
  figure.required = false;
  EXPECT_EQ(Convert(figure, {" "}), "null");

  FieldMapping note = Field(TextOptions{});
  note.only_patterns = {*Pattern::Parse("Captured apart"), *Pattern::Parse("See [0-9]+")};
  EXPECT_EQ(Convert(note, {"12.5"}), "null");
  EXPECT_EQ(Convert(note, {"See 12"}), "See 12");
  EXPECT_FALSE(Pattern::Parse("See (").ok());
}

TEST(CellErrorTest, ShowsAtMost120CodePoints) {
  std::string text;
  for (int count = 0; count < 120; ++count) text += "清";
  EXPECT_EQ(ShownValue(text), text);
  EXPECT_EQ(ShownValue(text + "x"), text.substr(0, 119 * 3) + "…");
}

}  // namespace
}  // namespace qingqu::tabular
