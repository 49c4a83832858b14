#include "common/tabular/rejects_writer.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

class RejectsWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "rejects.XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = (folder_ / "rejects.csv").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Content() const {
    std::ifstream stream(path_, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  long FileCount() const { return std::distance(std::filesystem::directory_iterator(folder_), {}); }

  std::filesystem::path folder_;
  std::string path_;
};

const CellError kError{.line = 7,
                       .column = "Freight, USD",
                       .value = "=HYPERLINK(\"x\")",
                       .reason = "NOT_A_DECIMAL",
                       .message = "a plain decimal number is expected"};

TEST_F(RejectsWriterTest, WritesGuardedRowsAndAppearsOnCommit) {
  auto writer = RejectsWriter::Create(path_);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->Write(kError).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ((*writer)->count(), 1);
  EXPECT_EQ(Content(),
            "line,column,value,reason,message\r\n"
            "7,\"Freight, USD\",\"'=HYPERLINK(\"\"x\"\")\",NOT_A_DECIMAL,a plain decimal number is "
            "expected\r\n");
  writer->reset();
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(RejectsWriterTest, LeavesTheOldFileAndNothingElseWithoutCommit) {
  std::ofstream(path_) << "old";
  {
    auto writer = RejectsWriter::Create(path_);
    ASSERT_TRUE(writer.ok());
    for (int count = 0; count < 2'000; ++count) ASSERT_TRUE((*writer)->Write(kError).ok());
    EXPECT_EQ(FileCount(), 2);
  }
  EXPECT_EQ(FileCount(), 1);
  EXPECT_EQ(Content(), "old");
}

TEST_F(RejectsWriterTest, ReplacesTheOldFileOnCommit) {
  std::ofstream(path_) << "old";
  auto writer = RejectsWriter::Create(path_);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ(Content(), "line,column,value,reason,message\r\n");
}

TEST_F(RejectsWriterTest, SaysWhenTheFileCannotBeMade) {
  const absl::Status status = RejectsWriter::Create((folder_ / "none" / "r.csv").string()).status();
  EXPECT_EQ(ErrorReason(status), "REJECTS_NOT_WRITTEN");
}

}  // namespace
}  // namespace qingqu::tabular
