#include "common/tabular/row_pipeline.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "common/tabular/targets.h"

namespace qingqu::tabular {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::string_view kMapping = R"json({
  "version": 1, "target": "t",
  "fields": [
    {"field": "id", "column": "ID", "converter": "text", "required": true},
    {"field": "price", "column": "Price", "converter": "decimal"},
    {"field": "day", "column": "Day", "converter": "date", "options": {"formats": ["%Y-%m-%d"]}}
  ],
  "key": ["id"]
})json";

struct FileRun {
  absl::Status status;
  std::vector<Row> rows;
  RowCounts counts;
  Encoding encoding = Encoding::kAuto;
};

FileRun RunText(std::string_view text, std::string_view mapping_json = kMapping,
                const RowPipelineOptions& options = {}) {
  FileRun run;
  const absl::StatusOr<Mapping> mapping = ParseMapping(mapping_json);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  if (!mapping.ok()) return run;
  BufferSource source(text);
  const auto pipeline = RowPipeline::Open(source, *mapping, options);
  run.status = pipeline.status();
  if (!pipeline.ok()) return run;
  run.encoding = (*pipeline)->encoding();
  Row row;
  while (true) {
    const absl::StatusOr<bool> more = (*pipeline)->Next(row);
    run.status = more.status();
    run.counts = (*pipeline)->counts();
    if (!more.ok() || !*more) return run;
    run.rows.push_back(row);
  }
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(RowPipelineTest, ConvertsRowsWithTheirLines) {
  const FileRun run = RunText("Day,ID,Price,Extra\n2026-11-21,a,12.5,\"x\ny\"\n\n,b,,\n");
  ASSERT_TRUE(run.status.ok()) << run.status;
  ASSERT_EQ(run.rows.size(), 2U);
  EXPECT_THAT(run.rows[0].values,
              ElementsAre(Optional(std::string("a")), Optional(std::string("12.5000")),
                          Optional(std::string("2026-11-21"))));
  EXPECT_THAT(run.rows[1].values,
              ElementsAre(Optional(std::string("b")), std::nullopt, std::nullopt));
  EXPECT_EQ(run.rows[0].line, 2);
  EXPECT_EQ(run.rows[1].line, 5);
  EXPECT_EQ(run.counts.read, 2);
  EXPECT_EQ(run.counts.blank_lines, 1);
}

TEST(RowPipelineTest, ListsEveryBadCellOfARow) {
  const FileRun run = RunText("ID,Price,Day\n,abc,2026-02-30\nok,1,2026-01-01\n");
  ASSERT_EQ(run.rows.size(), 2U);
  const std::vector<CellError>& errors = run.rows[0].errors;
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].column, "ID");
  EXPECT_EQ(errors[0].reason, "VALUE_MISSING");
  EXPECT_EQ(errors[1].column, "Price");
  EXPECT_EQ(errors[1].value, "abc");
  EXPECT_EQ(errors[1].reason, "NOT_A_DECIMAL");
  EXPECT_EQ(errors[2].reason, "NOT_A_DATE");
  EXPECT_EQ(errors[2].line, 2);
  EXPECT_EQ(run.rows[1].outcome, RowOutcome::kConverted);
  EXPECT_TRUE(run.rows[1].errors.empty());
  EXPECT_EQ(run.counts.rejected, 1);
}

TEST(RowPipelineTest, RejectsMalformedRowsAndWrongColumnCountsAndGoesOn) {
  const FileRun run = RunText("ID,Price,Day\na,1\nb,1,,\nc,\"1\"x,\nd,1,\n");
  ASSERT_EQ(run.rows.size(), 4U);
  EXPECT_EQ(run.rows[0].errors.at(0).reason, "COLUMN_COUNT");
  EXPECT_EQ(run.rows[1].errors.at(0).reason, "COLUMN_COUNT");
  EXPECT_EQ(run.rows[2].errors.at(0).reason, "TEXT_AFTER_CLOSING_QUOTE");
  EXPECT_EQ(run.rows[2].errors.at(0).column, "Price");
  EXPECT_THAT(run.rows[2].errors.at(0).message, HasSubstr("line 4, byte 6, column 2"));
  EXPECT_EQ(run.rows[3].outcome, RowOutcome::kConverted);
}

TEST(RowPipelineTest, TellsIdenticalFromConflictingDuplicates) {
  const FileRun run = RunText("ID,Price,Day\na,1,\na,1.0,\na,2,\nb,x,\nb,1,\n");
  ASSERT_EQ(run.rows.size(), 5U);
  EXPECT_EQ(run.rows[0].outcome, RowOutcome::kConverted);
  EXPECT_EQ(run.rows[1].outcome, RowOutcome::kDuplicate);
  EXPECT_EQ(run.rows[2].outcome, RowOutcome::kRejected);
  EXPECT_EQ(run.rows[2].errors.at(0).reason, "DUPLICATE_KEY");
  EXPECT_EQ(run.rows[2].errors.at(0).column, "ID");
  EXPECT_EQ(run.rows[2].errors.at(0).value, "a");
  EXPECT_THAT(run.rows[2].errors.at(0).message, HasSubstr("line 2"));
  EXPECT_EQ(run.rows[4].outcome, RowOutcome::kConverted);
  EXPECT_EQ(run.counts.converted, 2);
  EXPECT_EQ(run.counts.duplicate, 1);
  EXPECT_EQ(run.counts.rejected, 2);
}

TEST(RowPipelineTest, HoldsItsLimitOfKeyedRows) {
  const FileRun run = RunText("ID,Price,Day\na,,\nb,,\nc,,\n", kMapping, {.keyed_rows_max = 2});
  EXPECT_EQ(run.rows.size(), 2U);
  EXPECT_EQ(ErrorReason(run.status), "TOO_MANY_ROWS");
}

TEST(RowPipelineTest, TheHashDependsOnValuesAndNamesButNotOnOrderOrSpelling) {
  const std::string text = "ID,Price,Day\na,1.50,\n";
  const FileRun first = RunText(text);
  // A literal, so that a change of the hash, which stored imports are compared by, does not go
  // unseen.
  EXPECT_EQ(ToHex(first.rows.at(0).hash), "69459381ee39a746b676ee7d4c39445a");
  const FileRun reordered = RunText("ID,Price,Day\na,1.5,\n", R"json({
    "version": 1, "target": "t", "fields": [
      {"field": "day", "column": "Day", "converter": "date", "options": {"formats": ["%Y-%m-%d"]}},
      {"field": "price", "column": "Price", "converter": "decimal"},
      {"field": "id", "column": "ID", "converter": "text", "required": true}]})json");
  EXPECT_EQ(first.rows.at(0).hash, reordered.rows.at(0).hash);
  EXPECT_NE(first.rows.at(0).hash, RunText("ID,Price,Day\na,1.51,\n").rows.at(0).hash);
  EXPECT_NE(first.rows.at(0).hash, RunText("ID,Price,Day\na,,\n").rows.at(0).hash);
}

TEST(RowPipelineTest, ReadsGb18030AndStopsAtInvalidBytes) {
  const FileRun run = RunText("ID,Price,Day\n\xC7\xE5\xC7\xFE,1,\n");
  ASSERT_EQ(run.rows.size(), 1U);
  EXPECT_EQ(run.encoding, Encoding::kGb18030);
  EXPECT_EQ(run.rows[0].values[0], "清渠");
  const FileRun broken = RunText("ID,Price,Day\na,1,\n\xFF\xFF,1,\n");
  EXPECT_EQ(ErrorReason(broken.status), "INVALID_GB18030");
}

TEST(RowPipelineTest, RefusesAHeaderThatDoesNotFit) {
  EXPECT_EQ(ErrorReason(RunText("ID,Price\n").status), "COLUMN_MISSING");
  EXPECT_EQ(ErrorReason(RunText("ID,ID,Price,Day\n").status), "HEADER_INVALID");
  EXPECT_EQ(ErrorReason(RunText("").status), "HEADER_MISSING");
}

// The file shared beside the repository, or our own small one in the same layout.
struct RealFile {
  std::filesystem::path path;
  bool shared;
};

RealFile FindFile(std::string_view shared_name, std::string_view own_name) {
  const std::filesystem::path shared = std::filesystem::path("../shared/data") / shared_name;
  if (std::filesystem::exists(shared)) return {shared, true};
  std::printf("%s is absent; reading tests/data/%s instead\n", shared.c_str(), own_name.data());
  return {std::filesystem::path("tests/data") / own_name, false};
}

void PrintCounts(const RealFile& file, const FileRun& run) {
  std::printf("%s: read %ld, converted %ld, duplicate %ld, rejected %ld, blank lines %ld\n",
              file.path.c_str(), run.counts.read, run.counts.converted, run.counts.duplicate,
              run.counts.rejected, run.counts.blank_lines);
  for (const Row& row : run.rows) {
    for (const CellError& error : row.errors) {
      std::printf("  line %ld, %s, \"%s\": %s %s\n", error.line, error.column.c_str(),
                  error.value.c_str(), error.reason.c_str(), error.message.c_str());
    }
  }
}

std::string WithoutTrailingZeros(std::string decimal) {
  if (decimal.find('.') == std::string::npos) return decimal;
  while (decimal.ends_with('0')) decimal.pop_back();
  if (decimal.ends_with('.')) decimal.pop_back();
  return decimal;
}

// Every figure in `run` against the cell of the file that it was read from, as text.
void ExpectFiguresEqualCells(const std::string& text, const Mapping& mapping, const FileRun& run) {
  BufferSource source(text);
  CsvReader reader(source);
  const std::vector<std::string> header = *ReadHeader(reader);
  const BoundMapping bound = *BindToHeader(mapping, header);
  Record record;
  RecordError error;
  for (const Row& row : run.rows) {
    ASSERT_EQ(*reader.Next(record, error), RecordOutcome::kRecord);
    ASSERT_EQ(record.line, row.line);
    for (size_t index = 0; index < mapping.fields.size(); ++index) {
      const ValueKind kind = KindOf(mapping.fields[index].options);
      const std::string& cell = record.fields[bound.columns[index].front()];
      const bool figure =
          cell.find_first_not_of("0123456789.") == std::string::npos && !cell.empty();
      if (kind == ValueKind::kInteger) {
        ASSERT_EQ(row.values[index], cell);
      }
      if (kind != ValueKind::kDecimal) continue;
      ASSERT_EQ(row.values[index].has_value(), figure) << cell;
      if (!figure) continue;
      ASSERT_EQ(WithoutTrailingZeros(*row.values[index]), cell);
    }
  }
}

size_t IndexOf(const Mapping& mapping, std::string_view field) {
  size_t index = 0;
  while (mapping.fields.at(index).field != field) ++index;
  return index;
}

TEST(RealFileTest, EveryLineOfTheDeliveryHistoryIsConverted) {
  const RealFile file = FindFile("scms_delivery_history.csv", "scms_sample.csv");
  const std::string mapping_json = ReadFile("tests/data/scms_mapping.json");
  const std::string text = ReadFile(file.path);
  const absl::StatusOr<Mapping> mapping = ParseMapping(mapping_json);
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  ASSERT_TRUE(CheckTarget(*mapping, "history", HistoryFields()).ok());
  const FileRun run = RunText(text, mapping_json);
  ASSERT_TRUE(run.status.ok()) << run.status;
  PrintCounts(file, run);
  EXPECT_EQ(run.counts.read, file.shared ? 10'324 : 25);
  EXPECT_EQ(run.counts.converted, run.counts.read);
  ExpectFiguresEqualCells(text, *mapping, run);

  std::map<std::string, int> notes;
  std::map<std::string, int> nulls;
  for (const Row& row : run.rows) {
    for (size_t index = 0; index < mapping->fields.size(); ++index) {
      if (!row.values[index].has_value()) ++nulls[mapping->fields[index].field];
    }
    for (const std::string figure : {"weight", "freight"}) {
      const std::string name = figure + (figure == "weight" ? "_kg" : "_cost");
      const bool has_figure = row.values[IndexOf(*mapping, name)].has_value();
      const bool has_note = row.values[IndexOf(*mapping, figure + "_note")].has_value();
      EXPECT_NE(has_figure, has_note) << "line " << row.line;
    }
  }
  if (!file.shared) return;
  // Counted in the file by an independent script.
  EXPECT_EQ(nulls["price_quote"], 2'681);
  EXPECT_EQ(nulls["inco_term"], 5'404);
  EXPECT_EQ(nulls["shipment_mode"], 360);
  EXPECT_EQ(nulls["quote_sent_date"], 2'476 + 205);
  EXPECT_EQ(nulls["order_sent_date"], 5'404 + 328);
  EXPECT_EQ(nulls["weight_kg"], 10'324 - 6'372);
  EXPECT_EQ(nulls["freight_cost"], 10'324 - 5'734 - 464);
  EXPECT_EQ(nulls["insurance"], 287);
  EXPECT_EQ(nulls["dosage"], 1'736);
  EXPECT_EQ(nulls.size(), 11U);
}

TEST(RealFileTest, EveryLineOfTheKeyMonitoredClassesIsConverted) {
  const RealFile file = FindFile("nhsa_key_monitored_classes.csv", "classes_sample.csv");
  const FileRun run = RunText(ReadFile(file.path), BuiltInClassesMapping());
  ASSERT_TRUE(run.status.ok()) << run.status;
  PrintCounts(file, run);
  EXPECT_EQ(run.counts.read, file.shared ? 4'404 : 12);
  EXPECT_EQ(run.counts.converted, run.counts.read);
  for (const Row& row : run.rows) {
    EXPECT_EQ(row.values[1]->substr(7), *row.values[5] + *row.values[7] + *row.values[9]);
  }
}

TEST(RealFileTest, OurOwnSamplesAreConvertedToo) {
  const FileRun history =
      RunText(ReadFile("tests/data/scms_sample.csv"), ReadFile("tests/data/scms_mapping.json"));
  EXPECT_EQ(history.counts.converted, 25);
  EXPECT_EQ(history.counts.rejected, 0);
  const FileRun classes =
      RunText(ReadFile("tests/data/classes_sample.csv"), BuiltInClassesMapping());
  EXPECT_EQ(classes.counts.converted, 12);
  EXPECT_EQ(classes.counts.rejected, 0);
}

}  // namespace
}  // namespace qingqu::tabular
