#include "services/cli/credentials.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "services/cli/exit_code.h"

namespace qingqu::cli {
namespace {

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "qingqu_XXXXXX").string();
    folder_ = mkdtemp(folder.data());
  }
  ~CredentialsTest() override { std::filesystem::remove_all(folder_); }

  CredentialStore Store() const {
    return CredentialStore(folder_ + "/deep/er", Catalogue(Language::kEnglish));
  }
  void Write(const std::string& text) const {
    std::ofstream(Store().path()) << text;
    chmod(Store().path().c_str(), S_IRUSR | S_IWUSR);
  }

  const Credential credential_{.user = "users/lin",
                               .access_token = "access",
                               .access_token_expire_time = absl::FromUnixSeconds(1'800'000'000),
                               .refresh_token = "refresh"};
  std::string folder_;
};

TEST_F(CredentialsTest, KeepsOneForEachServer) {
  const CredentialStore store = Store();
  EXPECT_FALSE(store.Load("a:1")->has_value());
  ASSERT_TRUE(store.Save("a:1", credential_).ok());
  ASSERT_TRUE(store.Save("b:2", Credential{.user = "users/wu"}).ok());
  const auto loaded = store.Load("a:1");
  ASSERT_TRUE(loaded.ok() && loaded->has_value());
  EXPECT_EQ((*loaded)->user, "users/lin");
  EXPECT_EQ((*loaded)->access_token, "access");
  EXPECT_EQ((*loaded)->access_token_expire_time, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_EQ((*loaded)->refresh_token, "refresh");
  ASSERT_TRUE(store.Remove("a:1").ok());
  EXPECT_FALSE(store.Load("a:1")->has_value());
  EXPECT_TRUE(store.Load("b:2")->has_value());
}

TEST_F(CredentialsTest, OnlyTheOwnerReadsThem) {
  const mode_t before = umask(0);
  ASSERT_TRUE(Store().Save("a:1", credential_).ok());
  umask(before);
  struct stat information = {};
  ASSERT_EQ(stat(Store().path().c_str(), &information), 0);
  EXPECT_EQ(information.st_mode & 0777, 0600U);
}

TEST_F(CredentialsTest, ExposedFileIsRefused) {
  ASSERT_TRUE(Store().Save("a:1", credential_).ok());
  chmod(Store().path().c_str(), 0644);
  EXPECT_EQ(ExitCodeOf(Store().Load("a:1").status(), false), ExitCode::kLocalFile);
}

TEST_F(CredentialsTest, DamagedFileIsRefused) {
  ASSERT_TRUE(Store().Save("a:1", credential_).ok());
  for (const char* text : {"", "[]", "{", R"({"a:1": 5})", R"({"a:1": {"user": "users/lin"}})",
                           R"({"a:1": {"user": 1, "access_token": "", "refresh_token": "",)"
                           R"( "access_token_expire_time": 0}})"}) {
    Write(text);
    EXPECT_EQ(ExitCodeOf(Store().Load("a:1").status(), false), ExitCode::kLocalFile) << text;
  }
}

TEST_F(CredentialsTest, WritersUnderTheLockLoseNothing) {
  constexpr int kWriters = 8;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([this, writer] {
        const auto lock = Store().Lock();
        ASSERT_TRUE(lock.ok());
        ASSERT_TRUE(Store().Save("server:" + std::to_string(writer), credential_).ok());
      });
    }
  }
  for (int writer = 0; writer < kWriters; ++writer) {
    EXPECT_TRUE(Store().Load("server:" + std::to_string(writer))->has_value()) << writer;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/deep/er")) {
    EXPECT_TRUE(entry.path().filename() == "credentials.json" ||
                entry.path().filename() == "credentials.lock")
        << entry.path();
  }
}

}  // namespace
}  // namespace qingqu::cli
