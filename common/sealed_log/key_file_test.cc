#include "common/sealed_log/key_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace qingqu::sealed_log {
namespace {

class KeyFileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  const std::string folder_ = testing::TempDir() + "journal_keys_" + std::to_string(::getpid());
  const std::string private_path_ = folder_ + "/journal.key.pem";
  const std::string public_path_ = folder_ + "/journal.vkey";
};

TEST_F(KeyFileTest, MadeOnceAndPublished) {
  const absl::StatusOr<NamedKey> made = LoadOrCreateKey(folder_, "journal", "log.example/a");
  ASSERT_TRUE(made.ok()) << made.status();
  const absl::StatusOr<NamedKey> again = LoadOrCreateKey(folder_, "journal", "log.example/a");
  EXPECT_EQ(again->key.public_key(), made->key.public_key());
  const absl::StatusOr<VerifierKey> verifier = LoadVerifierKey(public_path_);
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_EQ(verifier->name, "log.example/a");
  EXPECT_EQ(verifier->public_key, made->key.public_key());
  struct stat attributes {};
  ASSERT_EQ(::stat(private_path_.c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 0777, 0600u);
}

TEST_F(KeyFileTest, ThePublicFileFollowsTheName) {
  ASSERT_TRUE(LoadOrCreateKey(folder_, "journal", "one").ok());
  std::filesystem::remove(public_path_);
  ASSERT_TRUE(LoadOrCreateKey(folder_, "journal", "two", SignatureType::kCosignature).ok());
  EXPECT_EQ(LoadVerifierKey(public_path_)->name, "two");
  EXPECT_EQ(LoadVerifierKey(public_path_)->type, SignatureType::kCosignature);
}

TEST_F(KeyFileTest, AKeyThatOthersMayReadIsRefused) {
  ASSERT_TRUE(LoadOrCreateKey(folder_, "journal", "log").ok());
  for (const mode_t mode : {0640u, 0604u, 0610u}) {
    ASSERT_EQ(::chmod(private_path_.c_str(), mode), 0);
    EXPECT_EQ(LoadOrCreateKey(folder_, "journal", "log").status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

TEST_F(KeyFileTest, UnusableFilesAreNamed) {
  ASSERT_TRUE(LoadOrCreateKey(folder_, "journal", "log").ok());
  std::ofstream(private_path_) << "no key";
  const absl::Status status = LoadOrCreateKey(folder_, "journal", "log").status();
  EXPECT_NE(status.message().find(private_path_), absl::string_view::npos);
  std::ofstream(public_path_) << "no key";
  EXPECT_FALSE(LoadVerifierKey(public_path_).ok());
  EXPECT_FALSE(LoadVerifierKey(folder_ + "/other").ok());
  EXPECT_FALSE(LoadOrCreateKey(folder_, "journal", "two words").ok());
}

}  // namespace
}  // namespace qingqu::sealed_log
