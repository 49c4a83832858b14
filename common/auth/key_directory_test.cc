#include "common/auth/key_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/auth/key_pair.h"
#include "common/auth/test_directory.h"
#include "common/status/status.h"

namespace qingqu::auth {
namespace {

size_t FileCount(const TestDirectory& directory) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++count;
  }
  return count;
}

mode_t ModeOf(const std::string& path) {
  struct stat attributes {};
  EXPECT_EQ(::stat(path.c_str(), &attributes), 0) << path;
  return attributes.st_mode & 07777;
}

TEST(KeyDirectoryTest, KeyIds) {
  EXPECT_TRUE(IsKeyId("identity"));
  EXPECT_TRUE(IsKeyId("identity-1"));
  EXPECT_TRUE(IsKeyId("identity-999999"));
  EXPECT_TRUE(IsKeyId("service-usage"));
  EXPECT_TRUE(IsKeyId("service-" + std::string(32, 'a')));
  EXPECT_FALSE(IsKeyId("service-" + std::string(33, 'a')));
  for (const char* id :
       {"", "service-", "usage", "identity2", "identity-", "identity-0", "identity-01",
        "identity-1000000", "identity-1a", "identity-key", "Identity", "../identity",
        "service-../x", "service-a/b", "service-a.b", "service-\xE7\x94\xA8"}) {
    EXPECT_FALSE(IsKeyId(id)) << id;
  }
  EXPECT_EQ(ServiceOfKey("service-usage"), "usage");
  EXPECT_EQ(ServiceOfKey("identity"), "");
  EXPECT_EQ(ServiceOfKey("identity-7"), "");
}

TEST(KeyDirectoryTest, AKeyPairIsTakenAway) {
  const TestDirectory directory;
  ASSERT_TRUE(LoadOrCreateKeyPair(directory.path(), "identity-1").ok());
  ASSERT_TRUE(LoadOrCreateKeyPair(directory.path(), "identity-2").ok());
  EXPECT_TRUE(RemoveKeyPair(directory.path(), "identity-1").ok());
  EXPECT_TRUE(RemoveKeyPair(directory.path(), "identity-1").ok());
  EXPECT_EQ(LoadPublicKeys(directory.path())->begin()->first, "identity-2");
  EXPECT_EQ(FileCount(directory), 2u);
  EXPECT_EQ(ErrorReason(RemoveKeyPair(directory.path(), "../x")), "KEY_UNUSABLE");
}

TEST(KeyDirectoryTest, ASecretIsMadeOnceAndForItsOwnerAlone) {
  const TestDirectory directory;
  const auto secret = LoadOrCreateSecret(directory.path(), "identity");
  ASSERT_TRUE(secret.ok()) << secret.status();
  EXPECT_EQ(secret->size(), 32u);
  EXPECT_EQ(*LoadOrCreateSecret(directory.path(), "identity"), *secret);
  EXPECT_NE(*LoadOrCreateSecret(directory.path(), "other"), *secret);
  EXPECT_EQ(ModeOf(directory.File("identity.secret")), 0600u);
  EXPECT_TRUE(LoadPublicKeys(directory.path())->empty());
  directory.Write("short.secret", "0123\n");
  ASSERT_EQ(::chmod(directory.File("short.secret").c_str(), 0600), 0);
  EXPECT_EQ(ErrorReason(LoadOrCreateSecret(directory.path(), "short").status()), "KEY_UNUSABLE");
  EXPECT_EQ(ErrorReason(LoadOrCreateSecret(directory.path(), "../x").status()), "KEY_UNUSABLE");
  ASSERT_EQ(::chmod(directory.File("identity.secret").c_str(), 0644), 0);
  EXPECT_EQ(ErrorReason(LoadOrCreateSecret(directory.path(), "identity").status()), "KEY_UNUSABLE");
}

TEST(KeyDirectoryTest, CreatesOnceThenLoads) {
  const TestDirectory directory;
  const std::string keys_dir = directory.File("not/there/yet");
  const auto created = LoadOrCreateKeyPair(keys_dir, "service-usage");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(ModeOf(keys_dir + "/service-usage.key.pem"), 0600u);
  EXPECT_EQ(ModeOf(keys_dir + "/service-usage.pub.pem"), 0644u);
  const auto loaded = LoadOrCreateKeyPair(keys_dir, "service-usage");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->private_pem, created->private_pem);
  EXPECT_EQ(loaded->public_pem, created->public_pem);
  const PublicKeys expected = {{"service-usage", created->public_pem}};
  EXPECT_EQ(LoadPublicKeys(keys_dir).value(), expected);
}

TEST(KeyDirectoryTest, RefusesToCreateOutsideOfTheDirectory) {
  const TestDirectory directory;
  const auto status = LoadOrCreateKeyPair(directory.path() + "/keys", "../x").status();
  EXPECT_EQ(ErrorReason(status), "KEY_UNUSABLE");
  EXPECT_EQ(FileCount(directory), 0u);
}

TEST(KeyDirectoryTest, RefusesAPrivateKeyThatOthersMayRead) {
  const TestDirectory directory;
  ASSERT_TRUE(LoadOrCreateKeyPair(directory.path(), "identity").ok());
  ASSERT_EQ(::chmod(directory.File("identity.key.pem").c_str(), 0640), 0);
  const auto status = LoadOrCreateKeyPair(directory.path(), "identity").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(status), "KEY_UNUSABLE");
  EXPECT_EQ(ErrorDetails(status).at("path"), directory.File("identity.key.pem"));
}

TEST(KeyDirectoryTest, RefusesABrokenPrivateKeyInsteadOfReplacingIt) {
  const TestDirectory directory;
  directory.Write("identity.key.pem", "half a key");
  ASSERT_EQ(::chmod(directory.File("identity.key.pem").c_str(), 0600), 0);
  EXPECT_EQ(ErrorReason(LoadOrCreateKeyPair(directory.path(), "identity").status()),
            "KEY_UNUSABLE");
  EXPECT_EQ(directory.Read("identity.key.pem"), "half a key");
}

TEST(KeyDirectoryTest, HealsAMissingOrForeignPublicFile) {
  const TestDirectory directory;
  const auto created = LoadOrCreateKeyPair(directory.path(), "identity");
  ASSERT_TRUE(created.ok());
  std::filesystem::remove(directory.File("identity.pub.pem"));
  ASSERT_TRUE(LoadOrCreateKeyPair(directory.path(), "identity").ok());
  EXPECT_EQ(directory.Read("identity.pub.pem"), created->public_pem);
  directory.Write("identity.pub.pem", PublicKeyOf(GeneratePrivateKey().value()).value());
  ASSERT_TRUE(LoadOrCreateKeyPair(directory.path(), "identity").ok());
  EXPECT_EQ(directory.Read("identity.pub.pem"), created->public_pem);
}

TEST(KeyDirectoryTest, LoadsOnlyFilesNamedLikeKeys) {
  const TestDirectory directory;
  const auto identity = LoadOrCreateKeyPair(directory.path(), "identity");
  ASSERT_TRUE(identity.ok());
  directory.Write("backup.pub.pem", identity->public_pem);
  directory.Write("service-.pub.pem", identity->public_pem);
  directory.Write("service-usage.pub.pem.0190.draft", "half");
  directory.Write("README", "x");
  const PublicKeys expected = {{"identity", identity->public_pem}};
  EXPECT_EQ(LoadPublicKeys(directory.path()).value(), expected);
}

TEST(KeyDirectoryTest, RefusesUnusablePublicKeys) {
  const TestDirectory directory;
  EXPECT_EQ(ErrorReason(LoadPublicKeys(directory.File("nowhere")).status()), "KEY_UNUSABLE");
  directory.Write("service-usage.pub.pem", std::string(5000, 'x'));
  EXPECT_EQ(ErrorReason(LoadPublicKeys(directory.path()).status()), "KEY_UNUSABLE");
  directory.Write("service-usage.pub.pem", "not a key");
  EXPECT_EQ(ErrorReason(LoadPublicKeys(directory.path()).status()), "KEY_UNUSABLE");
  std::filesystem::remove(directory.File("service-usage.pub.pem"));
  std::filesystem::create_directory(directory.File("service-usage.pub.pem"));
  EXPECT_EQ(ErrorReason(LoadPublicKeys(directory.path()).status()), "KEY_UNUSABLE");
}

TEST(KeyDirectoryTest, RefusesMoreKeysThanItsLimit) {
  const TestDirectory directory;
  const std::string public_pem = PublicKeyOf(GeneratePrivateKey().value()).value();
  for (size_t i = 0; i < kPublicKeysMax; ++i) {
    directory.Write("service-" + std::to_string(i) + ".pub.pem", public_pem);
  }
  EXPECT_EQ(LoadPublicKeys(directory.path()).value().size(), kPublicKeysMax);
  directory.Write("identity.pub.pem", public_pem);
  EXPECT_EQ(ErrorReason(LoadPublicKeys(directory.path()).status()), "KEY_UNUSABLE");
}

TEST(KeyDirectoryTest, RacingThreadsGetTheSameKey) {
  for (int round = 0; round < 10; ++round) {
    const TestDirectory directory;
    std::vector<std::string> keys(8);
    {
      std::vector<std::jthread> threads;
      for (std::string& key : keys) {
        threads.emplace_back([&] {
          const auto pair = LoadOrCreateKeyPair(directory.path(), "identity");
          key = pair.ok() ? pair->private_pem : pair.status().ToString();
        });
      }
    }
    for (const std::string& key : keys) ASSERT_EQ(key, directory.Read("identity.key.pem"));
    EXPECT_EQ(PublicKeyOf(keys[0]).value(), directory.Read("identity.pub.pem"));
    EXPECT_EQ(FileCount(directory), 2u) << "drafts are left behind";
  }
}

TEST(KeyDirectoryTest, RacingProcessesGetTheSameKey) {
  const TestDirectory directory;
  constexpr int kProcesses = 4;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto pair = LoadOrCreateKeyPair(directory.path(), "identity");
      directory.Write("seen." + std::to_string(i), pair.ok() ? pair->private_pem : "");
      ::_exit(0);
    }
  }
  for (int i = 0; i < kProcesses; ++i) ASSERT_GT(::wait(nullptr), 0);
  const std::string winner = directory.Read("identity.key.pem");
  ASSERT_FALSE(winner.empty());
  for (int i = 0; i < kProcesses; ++i) {
    EXPECT_EQ(directory.Read("seen." + std::to_string(i)), winner);
  }
}

}  // namespace
}  // namespace qingqu::auth
