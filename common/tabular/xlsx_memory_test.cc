#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "common/tabular/xlsx_fixture.h"
#include "common/tabular/xlsx_reader.h"
#include "common/tabular/xlsx_writer.h"

// Memory is measured as the growth of the resident set.

namespace qingqu::tabular {
namespace {

constexpr int kRows = 200'000;
constexpr int64_t kMebibyte = 1 << 20;

int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  file >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// Sanitizers keep what is freed.
bool MemoryIsOurs() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
  return !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
  return true;
#endif
}

std::vector<std::string> SheetRow(int row) {
  return {fmt::format("C{:026}", row), fmt::format("规格 {} × {} mm", row % 977, row % 31),
          "09-体外循环材料", fmt::format("国械注准2020309{:04}", row % 9'999)};
}

// The texts of the sheet in the order of their first use, as Excel stores them.
std::string SharedWorkbook() {
  WorkbookFixture fixture{.rows = TextRow(1, {"27位码", "规格", "一级分类", "注册备案号"})};
  for (int row = 1; row <= kRows; ++row) {
    fixture.rows += fmt::format("<row r=\"{}\">", row + 1);
    const std::vector<std::string> cells = SheetRow(row);
    for (size_t column = 0; column < cells.size(); ++column) {
      const size_t index = static_cast<size_t>(row - 1) * cells.size() + column;
      fixture.rows += fmt::format(R"(<c t="s"><v>{}</v></c>)", index);
      fixture.strings += fmt::format("<si><t>{}</t></si>", cells[column]);
    }
    fixture.rows += "</row>";
  }
  return MakeZip(fixture.Build());
}

class XlsxMemoryTest : public testing::Test {
 protected:
  ~XlsxMemoryTest() override { std::filesystem::remove(path_); }

  // Reads the whole file and returns by how much the process grew.
  int64_t GrowthOfReading(const XlsxOptions& options) const {
    const int64_t before = ResidentBytes();
    int64_t most = before;
    auto reader = XlsxReader::OpenFile(path_, options);
    EXPECT_TRUE(reader.ok()) << reader.status();
    Record record;
    RecordError error;
    int rows = -1;
    while (reader.ok() && *(*reader)->Next(record, error) == RecordOutcome::kRecord) {
      if (++rows % 10'000 == 0) most = std::max(most, ResidentBytes());
    }
    EXPECT_EQ(rows, kRows);
    EXPECT_EQ(record.fields, SheetRow(kRows));
    return most - before;
  }

  const std::string path_ = fmt::format("{}/memory_{}.xlsx", testing::TempDir(), getpid());
};

TEST_F(XlsxMemoryTest, LongSheetsAreWrittenAndReadInAFewMebibytes) {
  const int64_t before = ResidentBytes();
  auto writer = XlsxWriter::Create(
      path_, {.name = "Query1", .columns = {{"27位码"}, {"规格"}, {"一级分类"}, {"注册备案号"}}});
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (int row = 1; row <= kRows; ++row) ASSERT_TRUE((*writer)->Write(SheetRow(row)).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  const int64_t written = ResidentBytes() - before;
  const int64_t read = GrowthOfReading({});
  if (MemoryIsOurs()) {
    EXPECT_LT(written, 16 * kMebibyte);
    EXPECT_LT(read, 8 * kMebibyte);
  }
  RecordProperty("written_kib", static_cast<int>(written / 1'024));
  RecordProperty("read_kib", static_cast<int>(read / 1'024));
}

// The same sheet as Excel stores it: its texts apart from it.
TEST_F(XlsxMemoryTest, SharedTextsAreSpooled) {
  {
    std::ofstream file(path_, std::ios::binary);
    file << SharedWorkbook();
  }
  malloc_trim(0);
  const int64_t read = GrowthOfReading({.strings_memory_max = kMebibyte});
  if (MemoryIsOurs()) {
    EXPECT_LT(read, 12 * kMebibyte);
  }
  RecordProperty("read_kib", static_cast<int>(read / 1'024));
}

}  // namespace
}  // namespace qingqu::tabular
