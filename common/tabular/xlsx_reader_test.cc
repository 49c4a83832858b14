#include "common/tabular/xlsx_reader.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tabular/xlsx_fixture.h"

namespace qingqu::tabular {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Table {
  std::vector<Record> records;
  std::vector<RecordError> errors;
  absl::Status status;

  std::vector<std::vector<std::string>> fields() const {
    std::vector<std::vector<std::string>> all;
    for (const Record& record : records) all.push_back(record.fields);
    return all;
  }
};

Table ReadTable(std::string_view bytes, const XlsxOptions& options = {}) {
  Table table;
  auto reader = XlsxReader::OpenBuffer(bytes, options);
  table.status = reader.status();
  while (table.status.ok()) {
    Record record;
    RecordError error;
    const auto outcome = (*reader)->Next(record, error);
    table.status = outcome.status();
    if (!outcome.ok() || *outcome == RecordOutcome::kEnd) break;
    if (*outcome == RecordOutcome::kRecord) table.records.push_back(record);
    if (*outcome == RecordOutcome::kMalformed) table.errors.push_back(error);
  }
  return table;
}

Table ReadFixture(const WorkbookFixture& fixture) { return ReadTable(MakeZip(fixture.Build())); }

// The text of the second row's first cell, or the reason why there is none.
std::string CellOf(const std::string& cell, const WorkbookFixture& base = {}) {
  WorkbookFixture fixture = base;
  fixture.rows = TextRow(1, {"a"}) + "<row>" + cell + "</row>";
  const Table table = ReadFixture(fixture);
  if (!table.status.ok()) return std::string(ToStd(table.status.message()));
  if (!table.errors.empty()) return std::string(table.errors[0].reason);
  const Record& record = table.records.at(1);
  return record.faults.empty() ? record.fields[0] : std::string(record.faults[0].reason);
}

TEST(XlsxReaderTest, RowsOfTextsAndNumbers) {
  const Table table = ReadFixture(
      {.rows = R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>)"
               R"(<row r="2"><c r="A2" t="inlineStr"><is><t>医用</t></is></c>)"
               R"(<c r="B2"><v>7</v></c></row>)"
               R"(<row r="5"><c r="B5" t="n"><v>1.5E2</v></c></row>)",
       .strings = "<si><t>名称</t></si><si><t>数量</t></si>"});
  EXPECT_TRUE(table.status.ok()) << table.status;
  EXPECT_THAT(table.fields(), ElementsAre(ElementsAre("名称", "数量"), ElementsAre("医用", "7"),
                                          ElementsAre("", "150")));
  EXPECT_EQ(table.records[2].line, 5);
  EXPECT_FALSE(table.records[2].blank);
}

TEST(XlsxReaderTest, StrictOoxmlAndStoredEntries) {
  const WorkbookFixture fixture{.rows = R"(<row><c t="s"><v>0</v></c></row>)",
                                .strings = "<si><t>a</t></si>",
                                .strict = true};
  EXPECT_THAT(ReadTable(MakeZip(fixture.Build(), ZipStyle::kStored)).fields(),
              ElementsAre(ElementsAre("a")));
}

TEST(XlsxReaderTest, PrefixesOfNamespacesDoNotMatter) {
  Parts parts = WorkbookFixture().Build();
  parts["xl/worksheets/sheet1.xml"] =
      R"(<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main")"
      R"( xmlns="urn:other"><x:sheetData><x:row><x:c><x:v>1</x:v><v>2</v></x:c>)"
      "<c><v>3</v></c></x:row>"
      R"(<row><x:c><x:v>4</x:v></x:c></row></x:sheetData></x:worksheet>)";
  EXPECT_THAT(ReadTable(MakeZip(parts)).fields(), ElementsAre(ElementsAre("1")));
}

TEST(XlsxReaderTest, TextsWithRunsGuidesAndEscapes) {
  const std::string strings =
      "<si><t xml:space=\"preserve\"> a </t></si>"
      "<si><r><rPr><t>no</t></rPr><t>东</t></r><r><t>京</t></r><rPh sb=\"0\"><t>とう</t></rPh></si>"
      "<si/><si><t>_x000D_\n_x005F_x000D_ _x4E00_ _xD83D__xDE00_ _xD83D_ _x0000_ _x12</t></si>"
      "<si><t>&lt;&amp;&#65;</t></si>";
  const auto cell = [&strings](int index) {
    return CellOf(fmt::format(R"(<c t="s"><v>{}</v></c>)", index), {.strings = strings});
  };
  EXPECT_EQ(cell(0), " a ");
  EXPECT_EQ(cell(1), "东京");
  EXPECT_EQ(cell(2), "");
  EXPECT_EQ(cell(3), "\r\n_x000D_ 一 😀 _xD83D_ _x0000_ _x12");
  EXPECT_EQ(cell(4), "<&A");
  EXPECT_EQ(cell(5), "CELL_INVALID");
  EXPECT_EQ(CellOf(R"(<c t="s"><v>-1</v></c>)"), "CELL_INVALID");
  EXPECT_EQ(
      CellOf(R"(<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is></c>)"),
      "ab");
}

TEST(XlsxReaderTest, FormulasTruthValuesErrorsAndDates) {
  EXPECT_EQ(CellOf("<c><f>1+1</f><v>2</v></c>"), "2");
  EXPECT_EQ(CellOf(R"(<c t="str"><f>A1</f><v>=x_x000D_</v></c>)"), "=x\r");
  EXPECT_EQ(CellOf(R"(<c t="str"><f>A1</f><v></v></c>)"), "");
  EXPECT_EQ(CellOf("<c><f>1+1</f></c>"), "FORMULA_WITHOUT_VALUE");
  EXPECT_EQ(CellOf(R"(<c t="b"><v>1</v></c>)"), "TRUE");
  EXPECT_EQ(CellOf(R"(<c t="b"><v>0</v></c>)"), "FALSE");
  EXPECT_EQ(CellOf(R"(<c t="b"><v>2</v></c>)"), "CELL_INVALID");
  EXPECT_EQ(CellOf(R"(<c t="e"><v>#N/A</v></c>)"), "CELL_ERROR");
  EXPECT_EQ(CellOf(R"(<c t="d"><v>2026-11-22T00:00:00</v></c>)"), "2026-11-22");
  EXPECT_EQ(CellOf(R"(<c t="q"><v>1</v></c>)"), "CELL_INVALID");
  EXPECT_EQ(CellOf("<c><v>1.0404020101010101E+26</v></c>"), "NUMBER_TOO_LONG");
  EXPECT_EQ(CellOf("<c><v>abc</v></c>"), "NUMBER_INVALID");
  EXPECT_EQ(CellOf("<c s=\"1\"><v></v></c>"), "");
}

TEST(XlsxReaderTest, StylesTellDatesFromNumbers) {
  const WorkbookFixture base{
      .styles =
          R"(<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>)"
          R"(<numFmt numFmtId="165" formatCode="00000000"/></numFmts>)"
          R"(<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>)"
          R"(<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>)"
          "<xf numFmtId=\"165\"/>"
          R"(<xf numFmtId="22"/></cellXfs>)"};
  EXPECT_EQ(CellOf("<c><v>46348</v></c>", base), "46348");
  EXPECT_EQ(CellOf(R"(<c s="1"><v>46348</v></c>)", base), "2026-11-22");
  EXPECT_EQ(CellOf(R"(<c s="2"><v>46348</v></c>)", base), "2026-11-22");
  EXPECT_EQ(CellOf(R"(<c s="3"><v>46348</v></c>)", base), "00046348");
  EXPECT_EQ(CellOf(R"(<c s="4"><v>46348.5</v></c>)", base), "2026-11-22T12:00:00");
  EXPECT_EQ(CellOf(R"(<c s="1"><v>60</v></c>)", base), "DATE_OUT_OF_RANGE");
  EXPECT_EQ(CellOf(R"(<c s="99"><v>60</v></c>)", base), "60");
  WorkbookFixture from_1904 = base;
  from_1904.properties = R"(<workbookPr date1904="1"/>)";
  EXPECT_EQ(CellOf(R"(<c s="1"><v>44886</v></c>)", from_1904), "2026-11-22");
}

TEST(XlsxReaderTest, SparseRowsAreAsWideAsTheFirst) {
  const Table table = ReadFixture(
      {.rows = R"(<row r="1"><c r="C1" s="1"/></row><row r="2"/>)"
               R"(<row r="4"><c r="A4"><v>1</v></c><c r="C4"><v>3</v></c><c r="E4" s="1"/></row>)"
               R"(<row r="6"/><row r="7"><c r="B7"><v>2</v></c></row>)"
               R"(<row r="8"><c r="D8"><v>4</v></c></row>)"});
  EXPECT_THAT(table.fields(), ElementsAre(ElementsAre("1", "", "3"), ElementsAre("", "", ""),
                                          ElementsAre("", "2", ""), ElementsAre("", "", "", "4")));
  EXPECT_TRUE(table.records[1].blank);
  EXPECT_EQ(table.records[0].line, 4);
  EXPECT_EQ(table.records[3].line, 8);
}

TEST(XlsxReaderTest, WhatTheSheetSaysOfItsExtentDoesNotCount) {
  Parts parts = WorkbookFixture{.rows = TextRow(1, {"a", "b"}) + TextRow(2, {"c", "d"})}.Build();
  std::string& sheet = parts["xl/worksheets/sheet1.xml"];
  sheet.insert(sheet.find("<sheetData>"), R"(<dimension ref="A1:XFD1048576"/>)");
  EXPECT_EQ(ReadTable(MakeZip(parts)).records.size(), 2U);
  sheet.replace(sheet.find("A1:XFD1048576"), 13, "A1");
  EXPECT_EQ(ReadTable(MakeZip(parts)).records.size(), 2U);
}

TEST(XlsxReaderTest, MergedCellsAreBlankSaveTheFirst) {
  Parts parts =
      WorkbookFixture{.rows = TextRow(1, {"a", "b"}) +
                              R"(<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"/></row>)"}
          .Build();
  std::string& sheet = parts["xl/worksheets/sheet1.xml"];
  sheet.insert(sheet.find("</worksheet>"), R"(<mergeCells><mergeCell ref="A2:B2"/></mergeCells>)");
  EXPECT_THAT(ReadTable(MakeZip(parts)).fields()[1], ElementsAre("1", ""));
}

TEST(XlsxReaderTest, RowsAndCellsThatContradictThemselvesAreNamed) {
  const auto reason = [](const std::string& rows) {
    const Table table = ReadFixture({.rows = TextRow(5, {"a"}) + rows + TextRow(20, {"z"})});
    EXPECT_TRUE(table.status.ok()) << table.status;
    EXPECT_EQ(table.records.back().line, 20);
    return table.errors.empty() ? "" : table.errors[0].reason;
  };
  EXPECT_EQ(reason(R"(<row r="5"/>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="4"/>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="x"/>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="1048577"/>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="7"><c r="B7"/><c r="A7"/></row>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="7"><c r="A8"/></row>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="7"><c r="AAAA7"/></row>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="7"><c r="7"/></row>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="7"><c r="a7"/></row>)"), "ROW_INVALID");
  EXPECT_EQ(reason(R"(<row r="7"><c r="ALL7" s="1"/></row>)"), "");
  EXPECT_EQ(reason(R"(<row r="7"><c r="ALM7"><v>1</v></c></row>)"), "TOO_MANY_COLUMNS");
}

TEST(XlsxReaderTest, LongCellsAndRowsAreNamed) {
  const std::string bytes = MakeZip(WorkbookFixture{
      .rows = TextRow(1, {"a", "b", "c"}) + TextRow(2, {"x", std::string(11, 'x')}) +
              TextRow(3, {"123456789", "123456789", "123"}) +
              R"(<row r="4"><c t="s"><v>0</v></c><c t="str"><v>12345678901</v></c></row>)" +
              TextRow(5, {"1234567890"}),
      .strings = "<si><t>12345678901</t></si>"}
                                        .Build());
  const Table table = ReadTable(bytes, {.field_bytes_max = 10, .row_bytes_max = 20});
  ASSERT_EQ(table.errors.size(), 1U);
  EXPECT_EQ(table.errors[0].reason, "ROW_TOO_LONG");
  EXPECT_EQ(table.errors[0].line, 3);
  ASSERT_EQ(table.records.size(), 4U);
  EXPECT_EQ(table.records[1].faults.at(0).reason, "FIELD_TOO_LONG");
  EXPECT_EQ(table.records[1].faults.at(0).column, 1U);
  EXPECT_EQ(table.records[2].faults.size(), 2U);
  EXPECT_THAT(table.records[3].faults, IsEmpty());
}

// Three sheets: hidden, a chart, one of cells.
Parts ThreeSheets() {
  Parts parts = WorkbookFixture{.rows = TextRow(1, {"hidden"})}.Build();
  std::string& workbook = parts["xl/workbook.xml"];
  workbook.replace(
      workbook.find("<sheet "), workbook.find("</sheets>") - workbook.find("<sheet "),
      R"(<sheet name="藏" sheetId="1" state="hidden" r:id="rId1"/>)"
      R"(<sheet name="图" sheetId="2" r:id="rId8"/><sheet name="表" sheetId="3" r:id="rId9"/>)");
  std::string& relations = parts["xl/_rels/workbook.xml.rels"];
  relations.insert(
      relations.find("</Relationships>"),
      R"(<Relationship Id="rId8" Type="http://x/chartsheet" Target="c.xml"/>)"
      R"(<Relationship Id="rId9" Type="http://x/worksheet" Target="../XL/./b/Sheet9.xml"/>)");
  parts["xl/b/sheet9.xml"] =
      WorkbookFixture{.rows = TextRow(1, {"seen"})}.Build()["xl/worksheets/sheet1.xml"];
  return parts;
}

TEST(XlsxReaderTest, TheSheetIsNamedOrTheFirstThatIsNotHidden) {
  const std::string bytes = MakeZip(ThreeSheets());
  EXPECT_THAT(ReadTable(bytes).fields(), ElementsAre(ElementsAre("seen")));
  EXPECT_THAT(ReadTable(bytes, {.sheet = "表"}).fields(), ElementsAre(ElementsAre("seen")));
  EXPECT_THAT(ReadTable(bytes, {.sheet = "藏"}).fields(), ElementsAre(ElementsAre("hidden")));
  const Table wrong = ReadTable(bytes, {.sheet = "图"});
  EXPECT_EQ(ErrorReason(wrong.status), "SHEET_NOT_FOUND");
  EXPECT_THAT(ToStd(wrong.status.message()), HasSubstr("\"藏\" (hidden), \"表\""));
}

TEST(XlsxReaderTest, SpooledTextsAreTheSameAsKeptOnes) {
  std::string strings;
  std::string rows = TextRow(1, {"a"});
  for (int index = 0; index < 3'000; ++index) {
    strings += fmt::format("<si><t>{:0{}}</t></si>", index, 1 + index % 40);
    rows += fmt::format(R"(<row r="{}"><c t="s"><v>{}</v></c></row>)", index + 2,
                        (index * 1'777) % 3'000);
  }
  const std::string bytes = MakeZip(WorkbookFixture{.rows = rows, .strings = strings}.Build());
  const Table kept = ReadTable(bytes);
  ASSERT_EQ(kept.records.size(), 3'001U);
  EXPECT_EQ(kept.records[2].fields[0], fmt::format("{:0{}}", 1'777, 1 + 1'777 % 40));
  EXPECT_EQ(ReadTable(bytes, {.strings_memory_max = 20'000}).fields(), kept.fields());
  EXPECT_EQ(ReadTable(bytes, {.strings_memory_max = 0}).fields(), kept.fields());
  auto reader = XlsxReader::OpenBuffer(bytes, {.strings_memory_max = 20'000});
  EXPECT_GT((*reader)->spooled_bytes(), 40'000);
}

TEST(XlsxReaderTest, ProgressEndsAtTheLengthOfTheFile) {
  std::string rows;
  for (int row = 1; row < 20'000; ++row) rows += TextRow(row, {fmt::format("{}", row * 7'919)});
  const std::string bytes = MakeZip(WorkbookFixture{.rows = rows}.Build());
  auto reader = XlsxReader::OpenBuffer(bytes);
  Record record;
  RecordError error;
  int64_t before = 0;
  while (*(*reader)->Next(record, error) == RecordOutcome::kRecord) {
    EXPECT_GE((*reader)->bytes_read(), before);
    before = (*reader)->bytes_read();
    if (record.line == 10'000) {
      EXPECT_GT(before, static_cast<int64_t>(bytes.size() / 3));
      EXPECT_LT(before, static_cast<int64_t>(bytes.size() * 2 / 3));
    }
  }
  EXPECT_EQ((*reader)->bytes_read(), static_cast<int64_t>(bytes.size()));
}

TEST(XlsxReaderTest, SharedTextsAreReportedBeforeTheFirstRow) {
  std::string strings;
  for (int index = 0; index < 140'000; ++index) strings += fmt::format("<si><t>{}</t></si>", index);
  const std::string bytes =
      MakeZip(WorkbookFixture{.rows = TextRow(1, {"a"}), .strings = strings}.Build());
  std::vector<int64_t> reports;
  XlsxOptions options;
  options.on_progress = [&reports](int64_t done) { reports.push_back(done); };
  auto reader = XlsxReader::OpenBuffer(bytes, options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_GT(reports[0], 0);
  EXPECT_GT(reports[1], reports[0]);
  EXPECT_GE((*reader)->bytes_read(), reports[1]);
}

}  // namespace
}  // namespace qingqu::tabular
