#include "common/tabular/csv_writer.h"

#include <array>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "common/tabular/csv_reader.h"

namespace qingqu::tabular {
namespace {

std::string Written(const std::vector<std::string>& fields) {
  std::string output;
  AppendCsvRecord(fields, output);
  return output;
}

TEST(CsvWriterTest, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(Written({"a", "b c", ""}), "a,b c,\r\n");
  EXPECT_EQ(Written({"a,b", "say \"x\"", "two\nlines"}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
  EXPECT_EQ(Written({" a", "a "}), "\" a\",\"a \"\r\n");
  EXPECT_EQ(Written({""}), "\"\"\r\n");
}

TEST(CsvWriterTest, GuardsWhatASpreadsheetWouldRun) {
  for (const std::string text : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"}) {
    EXPECT_EQ(GuardFormula(text), "'" + text);
    EXPECT_EQ(UnguardFormula(GuardFormula(text)), text);
    EXPECT_EQ(UnguardFormula(text), text);
  }
  for (const std::string text : {"", "1-1", "a=b", "'x", " =1"}) {
    EXPECT_EQ(GuardFormula(text), text);
    EXPECT_EQ(UnguardFormula(text), text);
  }
}

std::vector<std::vector<std::string>> RandomTable(std::mt19937& random) {
  static const std::array<std::string, 14> kPieces = {
      "a", "", " ", ",", "\"", "\n", "\r", "\r\n", "\t", ";", "\xEF\xBB\xBF", "清渠", "''", "0.5"};
  std::uniform_int_distribution<size_t> rows(0, 6);
  std::uniform_int_distribution<size_t> columns(1, 5);
  std::uniform_int_distribution<size_t> pieces(0, 6);
  std::uniform_int_distribution<size_t> piece(0, kPieces.size() - 1);
  std::vector<std::vector<std::string>> table(rows(random));
  for (std::vector<std::string>& row : table) {
    row.resize(columns(random));
    for (std::string& field : row) {
      for (size_t count = pieces(random); count > 0; --count) field += kPieces[piece(random)];
    }
  }
  return table;
}

TEST(CsvWriterTest, WhatIsWrittenIsReadBackWhateverTheFieldsAndTheChunks) {
  std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same tables each time
  constexpr std::array<char, 4> kDelimiters = {',', ';', '\t', '|'};
  for (int round = 0; round < 5'000; ++round) {
    const char delimiter = kDelimiters[static_cast<size_t>(round) % kDelimiters.size()];
    const std::vector<std::vector<std::string>> table = RandomTable(random);
    std::string text;
    for (const std::vector<std::string>& row : table) AppendCsvRecord(row, text, delimiter);
    BufferSource source(text, static_cast<size_t>(round % 7) + 1);
    CsvReader reader(source, {.delimiter = delimiter});
    Record record;
    RecordError error;
    for (const std::vector<std::string>& row : table) {
      ASSERT_EQ(*reader.Next(record, error), RecordOutcome::kRecord) << text;
      ASSERT_EQ(record.fields, row) << text;
    }
    ASSERT_EQ(*reader.Next(record, error), RecordOutcome::kEnd) << text;
  }
}

}  // namespace
}  // namespace qingqu::tabular
