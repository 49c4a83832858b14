#include "common/tabular/csv_reader.h"

#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ReadResult {
  std::vector<std::vector<std::string>> records;
  std::vector<int64_t> lines;
  std::vector<RecordError> errors;
};

ReadResult ReadAll(std::string_view text, const CsvOptions& options = {},
                   size_t chunk_bytes = std::string_view::npos) {
  BufferSource source(text, chunk_bytes);
  CsvReader reader(source, options);
  ReadResult result;
  Record record;
  RecordError error;
  while (true) {
    const absl::StatusOr<RecordOutcome> outcome = reader.Next(record, error);
    EXPECT_TRUE(outcome.ok());
    if (!outcome.ok() || *outcome == RecordOutcome::kEnd) return result;
    if (*outcome == RecordOutcome::kMalformed) {
      result.errors.push_back(error);
      continue;
    }
    result.records.push_back(record.fields);
    result.lines.push_back(record.line);
  }
}

TEST(CsvReaderTest, ReadsFieldsQuotesNewlinesAndBothLineEnds) {
  const ReadResult result = ReadAll(
      "\xEF\xBB\xBF"
      "a,\"b,\"\"x\"\"\",\r\n\"two\r\nlines\",,z\nlast,\"\",q");
  EXPECT_THAT(result.records,
              ElementsAre(ElementsAre("a", "b,\"x\"", ""), ElementsAre("two\r\nlines", "", "z"),
                          ElementsAre("last", "", "q")));
  EXPECT_THAT(result.lines, ElementsAre(1, 2, 4));
  EXPECT_TRUE(result.errors.empty());
}

TEST(CsvReaderTest, EndsWithOrWithoutALineEnd) {
  EXPECT_TRUE(ReadAll("").records.empty());
  EXPECT_TRUE(ReadAll("\xEF\xBB\xBF").records.empty());
  EXPECT_THAT(ReadAll("a,b\n").records, ElementsAre(ElementsAre("a", "b")));
  EXPECT_THAT(ReadAll("a,").records, ElementsAre(ElementsAre("a", "")));
  EXPECT_THAT(ReadAll("\"a\"").records, ElementsAre(ElementsAre("a")));
}

TEST(CsvReaderTest, TellsABlankLineFromAnEmptyQuotedField) {
  BufferSource source("\n\"\"\n");
  CsvReader reader(source);
  Record record;
  RecordError error;
  ASSERT_EQ(*reader.Next(record, error), RecordOutcome::kRecord);
  EXPECT_TRUE(record.blank);
  ASSERT_EQ(*reader.Next(record, error), RecordOutcome::kRecord);
  EXPECT_FALSE(record.blank);
}

TEST(CsvReaderTest, TakesAnotherDelimiter) {
  EXPECT_THAT(ReadAll("a,1\t\"x\ty\"\n", {.delimiter = '\t'}).records,
              ElementsAre(ElementsAre("a,1", "x\ty")));
}

struct ErrorCase {
  std::string_view text;
  std::string_view reason;
  int64_t line;
  int64_t last_line;
  size_t column;
  int64_t at_line;
  int64_t at_byte;
};

// Every text is followed by one good record, which must still be read unless the rest of the file
// is unreadable.
const ErrorCase kErrorCases[] = {
    {"a,b\"c,d\nok\n", "QUOTE_IN_UNQUOTED_FIELD", 1, 1, 2, 1, 4},
    {"a,\"b\"c,d\nok\n", "TEXT_AFTER_CLOSING_QUOTE", 1, 1, 2, 1, 6},
    {"a,\"b\" ,d\nok\n", "TEXT_AFTER_CLOSING_QUOTE", 1, 1, 2, 1, 6},
    {"a,\"b\nc\"d\nok\n", "TEXT_AFTER_CLOSING_QUOTE", 1, 2, 2, 2, 3},
    {"a,b\rc\nok\n", "LONE_CARRIAGE_RETURN", 1, 1, 2, 1, 4},
    {{"a,b\0c\nok\n", 9}, "NUL_BYTE", 1, 1, 2, 1, 4},
    {{"a,\"b\n\0\nc\"\nok\n", 13}, "NUL_BYTE", 1, 3, 2, 2, 1},
};

TEST(CsvReaderTest, NamesTheErrorAndGoesOnAtEverySplit) {
  for (const ErrorCase& each : kErrorCases) {
    for (size_t chunk_bytes = 1; chunk_bytes <= each.text.size(); ++chunk_bytes) {
      const ReadResult result = ReadAll(each.text, {}, chunk_bytes);
      SCOPED_TRACE(std::string(each.text));
      ASSERT_EQ(result.errors.size(), 1U);
      EXPECT_EQ(result.errors[0].reason, each.reason);
      EXPECT_EQ(result.errors[0].line, each.line);
      EXPECT_EQ(result.errors[0].last_line, each.last_line);
      EXPECT_EQ(result.errors[0].column, each.column);
      EXPECT_EQ(result.errors[0].at_line, each.at_line);
      EXPECT_EQ(result.errors[0].at_byte, each.at_byte);
      EXPECT_THAT(result.records, ElementsAre(ElementsAre("ok")));
    }
  }
}

TEST(CsvReaderTest, AnUnterminatedQuoteIsNamedWhereItOpens) {
  const ReadResult result = ReadAll("ok\nx,\"open\nnever,closed\n");
  EXPECT_THAT(result.records, ElementsAre(ElementsAre("ok")));
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].reason, "UNTERMINATED_QUOTE");
  EXPECT_EQ(result.errors[0].line, 2);
  EXPECT_EQ(result.errors[0].at_line, 2);
  EXPECT_EQ(result.errors[0].at_byte, 3);
  EXPECT_EQ(result.errors[0].last_line, 4);
}

TEST(CsvReaderTest, HoldsItsLimitsAndGoesOnWithTheNextRecord) {
  const CsvOptions limits{.field_bytes_max = 4, .columns_max = 3, .row_bytes_max = 8};
  const ReadResult result =
      ReadAll("1234,1234\n12345,x\nx,\"12\n45\"\na,b,c,d,e\n123,123,123\nok\n", limits);
  EXPECT_THAT(result.records, ElementsAre(ElementsAre("1234", "1234"), ElementsAre("ok")));
  ASSERT_EQ(result.errors.size(), 4U);
  EXPECT_EQ(result.errors[0].reason, "FIELD_TOO_LONG");
  EXPECT_EQ(result.errors[1].reason, "FIELD_TOO_LONG");
  EXPECT_EQ(result.errors[1].column, 2U);
  EXPECT_EQ(result.errors[1].last_line, 4);
  EXPECT_EQ(result.errors[2].reason, "TOO_MANY_COLUMNS");
  EXPECT_EQ(result.errors[2].column, 4U);
  EXPECT_EQ(result.errors[3].reason, "ROW_TOO_LONG");
}

TEST(CsvReaderTest, AFieldOfTheDefaultLimitPassesAndOneByteMoreDoesNot) {
  const std::string field(size_t{1} << 20, 'x');
  EXPECT_EQ(ReadAll(field + "\n").records.size(), 1U);
  EXPECT_EQ(ReadAll(field + "x\nok\n").errors.size(), 1U);
}

TEST(CsvReaderTest, GivesTheFailureOfItsSource) {
  std::stringstream stream("a,b\n");
  stream.setstate(std::ios::badbit);
  StreamSource source(stream);
  CsvReader reader(source);
  Record record;
  RecordError error;
  EXPECT_EQ(ErrorReason(reader.Next(record, error).status()), "READ_FAILED");
  EXPECT_EQ(ErrorReason(reader.Next(record, error).status()), "READ_FAILED");
}

TEST(CsvHeaderTest, GivesTheNames) {
  std::stringstream stream("ID,Name\n1,x\n");
  StreamSource source(stream);
  CsvReader reader(source);
  EXPECT_THAT(*ReadHeader(reader), ElementsAre("ID", "Name"));
}

std::string HeaderError(std::string_view text) {
  BufferSource source(text);
  CsvReader reader(source);
  const absl::Status status = ReadHeader(reader).status();
  return ErrorReason(status) + " " + std::string(status.message());
}

TEST(CsvHeaderTest, ListsEveryEmptyAndEveryDuplicatedName) {
  EXPECT_THAT(HeaderError(""), HasSubstr("HEADER_MISSING"));
  EXPECT_THAT(HeaderError("\na\n"), HasSubstr("HEADER_MISSING"));
  EXPECT_THAT(HeaderError("a,b\"\n"), HasSubstr("HEADER_MALFORMED"));
  const std::string message = HeaderError("a,,b,a, \n");
  EXPECT_THAT(message, HasSubstr("column 2 has no name"));
  EXPECT_THAT(message, HasSubstr("column 4 repeats the name \"a\" of column 1"));
  EXPECT_THAT(message, HasSubstr("column 5 has no name"));
}

}  // namespace
}  // namespace qingqu::tabular
