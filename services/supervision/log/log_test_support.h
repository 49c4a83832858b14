#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/test_tree.h"
#include "services/supervision/log/publisher.h"
#include "services/supervision/log/sealer.h"
#include "tests/support/test_database.h"

namespace qingqu::supervision {

// A journal, its log, and the tree that the journal should have, computed from its rows alone.
class LogTest : public ::testing::Test {
 protected:
  static constexpr const char* kOrigin = "qingqu.test/journal";

  LogTest();
  ~LogTest() override;

  Sealer NewSealer(int entries_max = 4096);
  Publisher NewPublisher() {
    return {pool_.get(), &clock_, {.folder = folder_, .origin = kOrigin}};
  }
  // Entries of one transaction.
  void Append(int count, const std::string& details = R"({"n": 1})");
  // Seals until the log is as long as the journal.
  void SealAll(Sealer& sealer);
  int64_t Count(const std::string& table) const;

  LogHead Head();
  std::vector<std::string> LeavesOfJournal();
  sealed_log::TestTree TreeOfJournal();
  // The log says what the journal says: size, root, signature, every tile and mark.
  void ExpectSealed();
  // The folder says what the log says.
  void ExpectPublished();
  std::string FileText(const std::string& name) const;

  testing::TestDatabase database_;
  std::unique_ptr<db::ConnectionPool> pool_;
  SystemClock clock_;
  sealed_log::PrivateKey key_ = *sealed_log::PrivateKey::Generate();
  const std::string folder_;
};

}  // namespace qingqu::supervision
