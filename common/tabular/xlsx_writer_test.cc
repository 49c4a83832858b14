#include "common/tabular/xlsx_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"

#include "common/status/status.h"
#include "common/tabular/xlsx_reader.h"

namespace qingqu::tabular {
namespace {

using testing::ElementsAre;

class XlsxWriterTest : public testing::Test {
 protected:
  XlsxWriterTest() { std::filesystem::create_directories(folder_); }
  ~XlsxWriterTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::vector<std::string>> ReadBack() const {
    std::vector<std::vector<std::string>> table;
    auto reader = XlsxReader::OpenFile(path_, {.sheet = "目录"});
    EXPECT_TRUE(reader.ok()) << reader.status();
    Record record;
    RecordError error;
    while (reader.ok() && *(*reader)->Next(record, error) == RecordOutcome::kRecord) {
      EXPECT_TRUE(record.faults.empty());
      table.push_back(record.fields);
    }
    return table;
  }

  // What is in the folder, the writer's temporary file included.
  int Files() const {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++count;
    return count;
  }

  const std::string folder_ = fmt::format("{}/xlsx_{}", testing::TempDir(), getpid());
  const std::string path_ = folder_ + "/out.xlsx";
};

std::vector<XlsxColumn> Columns() {
  return {{.heading = "27位码"}, {.heading = "名称", .width = 40}, {.heading = "备注"}};
}

TEST_F(XlsxWriterTest, WhatIsWrittenIsReadBack) {
  const std::vector<std::vector<std::string>> rows = {
      {"C0101010010101001000100000001", "一次性使用注射器", ""},
      {"00123", " a\r\nb\t ", "_x000D_x000D_ _x005F_ <&> \" \x01 😀"},
      {"", "", "1"},
      {"1.10", "46348", "TRUE"}};
  auto writer = XlsxWriter::Create(path_, {.name = "目录", .columns = Columns()});
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const auto& row : rows) ASSERT_TRUE((*writer)->Write(row).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ((*writer)->rows(), 4);
  EXPECT_THAT(ReadBack(), ElementsAre(ElementsAre("27位码", "名称", "备注"), rows[0], rows[1],
                                      rows[2], rows[3]));
  writer->reset();
  EXPECT_EQ(Files(), 1);
  struct stat information = {};
  ASSERT_EQ(stat(path_.c_str(), &information), 0);
  EXPECT_EQ(information.st_mode & 0777, 0640U);
}

TEST_F(XlsxWriterTest, GuardsWhatASpreadsheetWouldRun) {
  const std::vector<std::string> row = {"=1+1", "@SUM(A1)", "-1"};
  const XlsxSheet guarded{.name = "目录", .columns = Columns()};
  auto writer = XlsxWriter::Create(path_, guarded);
  ASSERT_TRUE((*writer)->Write(row).ok());
  ASSERT_TRUE((*writer)->Write(std::vector<std::string>{"+1", "\t=1", "\r=1"}).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_THAT(ReadBack(), ElementsAre(testing::_, ElementsAre("'=1+1", "'@SUM(A1)", "'-1"),
                                      ElementsAre("'+1", "'\t=1", "'\r=1")));
  auto plain =
      XlsxWriter::Create(path_, {.name = "目录", .columns = Columns(), .guard_formulas = false});
  ASSERT_TRUE((*plain)->Write(row).ok());
  ASSERT_TRUE((*plain)->Commit().ok());
  EXPECT_EQ(ReadBack()[1], row);
}

TEST_F(XlsxWriterTest, RefusesWhatASheetCannotHold) {
  const auto reason = [this](const std::string& name, std::vector<XlsxColumn> columns) {
    return ErrorReason(
        XlsxWriter::Create(path_, {.name = name, .columns = std::move(columns)}).status());
  };
  EXPECT_EQ(reason("", Columns()), "XLSX_SHEET_INVALID");
  EXPECT_EQ(reason("a/b", Columns()), "XLSX_SHEET_INVALID");
  EXPECT_EQ(reason(std::string(32, 'a'), Columns()), "XLSX_SHEET_INVALID");
  EXPECT_EQ(reason("a", {}), "XLSX_SHEET_INVALID");
  EXPECT_EQ(reason("a", {{.heading = "\xFF"}}), "XLSX_ROW_INVALID");
  EXPECT_EQ(Files(), 0);
  auto writer = XlsxWriter::Create(path_, {.name = "目录", .columns = Columns()});
  const auto refused = [&writer](const std::vector<std::string>& row) {
    return ErrorReason((*writer)->Write(row));
  };
  EXPECT_EQ(refused({"1", "2", "3", "4"}), "XLSX_ROW_INVALID");
  EXPECT_EQ(refused({std::string("\0", 1)}), "XLSX_ROW_INVALID");
  EXPECT_EQ(refused({"\xFF"}), "XLSX_ROW_INVALID");
  EXPECT_EQ(refused({std::string(32'768, 'x')}), "XLSX_ROW_INVALID");
  EXPECT_EQ(refused({"=" + std::string(32'765, 'x'), std::string(32'767, 'x')}), "");
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ(ReadBack().size(), 2U);
}

TEST_F(XlsxWriterTest, NothingIsLeftOfAFileThatWasNotCommitted) {
  {
    auto writer = XlsxWriter::Create(path_, {.name = "目录", .columns = Columns()});
    ASSERT_TRUE((*writer)->Write(std::vector<std::string>{"1"}).ok());
    EXPECT_EQ(Files(), 1);
  }
  EXPECT_EQ(Files(), 0);
  EXPECT_EQ(
      ErrorReason(XlsxWriter::Create("/none/a.xlsx", {.name = "a", .columns = Columns()}).status()),
      "XLSX_NOT_WRITTEN");
}

}  // namespace
}  // namespace qingqu::tabular
