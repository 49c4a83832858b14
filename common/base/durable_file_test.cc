#include "common/base/durable_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "gtest/gtest.h"

namespace qingqu {
namespace {

class DurableFileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  size_t FilesThere() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }

  const std::string folder_ = testing::TempDir() + "durable_" +
                              testing::UnitTest::GetInstance()->current_test_info()->name() +
                              std::to_string(::getpid());
  const std::string path_ = folder_ + "/a/b/file";
};

TEST_F(DurableFileTest, WritesReplacesAndKeeps) {
  ASSERT_TRUE(MakeDurableFolder(folder_ + "/a/b").ok());
  ASSERT_TRUE(MakeDurableFolder(folder_ + "/a/b").ok());
  EXPECT_EQ(*ReadFileIfThere(path_, 100), std::nullopt);
  ASSERT_TRUE(WriteDurableFile({.path = path_, .content = "one"}).ok());
  EXPECT_EQ(*ReadFileIfThere(path_, 3), "one");
  ASSERT_TRUE(
      WriteDurableFile({.path = path_, .content = "two", .if_present = IfPresent::kKeep}).ok());
  EXPECT_EQ(*ReadFileIfThere(path_, 3), "one");
  ASSERT_TRUE(WriteDurableFile({.path = path_, .content = "three"}).ok());
  EXPECT_EQ(*ReadFileIfThere(path_, 5), "three");
  EXPECT_EQ(ReadFileIfThere(path_, 4).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DurableFileTest, TheModeIsSetAndAForbiddenOneIsRefused) {
  ASSERT_TRUE(MakeDurableFolder(folder_).ok());
  const std::string path = folder_ + "/secret";
  ASSERT_TRUE(WriteDurableFile({.path = path, .content = "x", .mode = 0600}).ok());
  EXPECT_EQ(*ReadFileIfThere(path, 10, 0077), "x");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_FALSE(ReadFileIfThere(path, 10, 0077).ok());
  EXPECT_TRUE(ReadFileIfThere(path, 10).ok());
}

TEST_F(DurableFileTest, LeavesNoDraftAndReadsNoFolder) {
  ASSERT_TRUE(MakeDurableFolder(folder_).ok());
  ASSERT_TRUE(WriteDurableFile({.path = folder_ + "/x", .content = "x"}).ok());
  EXPECT_FALSE(WriteDurableFile({.path = folder_ + "/no/x", .content = "x"}).ok());
  EXPECT_EQ(FilesThere(), 1);
  EXPECT_FALSE(ReadFileIfThere(folder_, 10).ok());
  EXPECT_FALSE(MakeDurableFolder(folder_ + "/x/y").ok());
}

}  // namespace
}  // namespace qingqu
