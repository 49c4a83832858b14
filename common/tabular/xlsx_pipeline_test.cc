#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"

#include "common/tabular/mapping.h"
#include "common/tabular/row_pipeline.h"
#include "common/tabular/xlsx_fixture.h"
#include "common/tabular/xlsx_reader.h"

namespace qingqu::tabular {
namespace {

using testing::ElementsAre;

constexpr std::string_view kMapping = R"json({
  "version": 1, "target": "t",
  "fields": [
    {"field": "code", "column": "27位码", "converter": "text", "required": true},
    {"field": "day", "column": "日期", "converter": "date", "options": {"formats": ["%Y-%m-%d"]}},
    {"field": "maker", "column": "企业", "converter": "text", "null_values": ["#N/A"]}
  ],
  "key": ["code"]
})json";

std::vector<std::string> Outcomes(const std::string& rows) {
  const std::string bytes = MakeZip(
      WorkbookFixture{.rows = TextRow(1, {"27位码", "日期", "企业", "备注"}) + rows,
                      .styles = R"(<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>)"}
          .Build());
  const auto mapping = ParseMapping(kMapping);
  auto reader = XlsxReader::OpenBuffer(bytes);
  auto pipeline = RowPipeline::Open(**reader, *mapping);
  std::vector<std::string> outcomes;
  Row row;
  while (*(*pipeline)->Next(row)) {
    std::string text = fmt::format("{}:", row.line);
    for (const CellError& error : row.errors)
      text += fmt::format(" {}({})", error.reason, error.column);
    if (row.outcome == RowOutcome::kDuplicate) text += " duplicate";
    if (row.errors.empty()) {
      for (const auto& value : row.values) text += " " + value.value_or("-");
    }
    outcomes.push_back(text);
  }
  EXPECT_EQ((*pipeline)->ignored_columns(), std::vector<std::string>{"备注"});
  return outcomes;
}

TEST(XlsxPipelineTest, RowsAreConvertedAndFaultsAreThoseOfTheirFields) {
  EXPECT_THAT(
      Outcomes(
          TextRow(2, {"C1", "2026-01-02", "甲"}) +
          R"(<row r="3"><c t="inlineStr"><is><t>C2</t></is></c><c s="1"><v>46348</v></c></row>)" +
          R"(<row r="5"><c><v>1.0404020101010101E+26</v></c><c t="e"><v>#REF!</v></c></row>)" +
          R"(<row r="6"><c t="inlineStr"><is><t>C3</t></is></c><c r="C6" t="e"><v>#N/A</v></c>)" +
          R"(<c t="e"><v>#DIV/0!</v></c></row>)" + TextRow(7, {"C1", "2026-01-02", "甲"}) +
          TextRow(8, {"C1", "", "乙"}) + TextRow(9, {"C4", "", "", "", "too wide"}) +
          R"(<row r="9"/>)"),
      ElementsAre("2: C1 2026-01-02 甲", "3: C2 2026-11-22 -",
                  "5: NUMBER_TOO_LONG(27位码) CELL_ERROR(日期)", "6: C3 - -",
                  "7: duplicate C1 2026-01-02 甲", "8: DUPLICATE_KEY(27位码)", "9: COLUMN_COUNT()",
                  "10: ROW_INVALID(27位码)"));
}

}  // namespace
}  // namespace qingqu::tabular
