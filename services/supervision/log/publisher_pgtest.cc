#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "absl/time/clock.h"
#include "pqxx/pqxx"
#include "prometheus/registry.h"

#include "services/supervision/log/log_keeper.h"
#include "services/supervision/log/log_test_support.h"
#include "services/supervision/log/publisher.h"

namespace qingqu::supervision {
namespace {

class PublisherTest : public LogTest {
 protected:
  void Grow(int count) {
    Append(count);
    Sealer sealer = NewSealer();
    SealAll(sealer);
  }
  bool Exists(const std::string& name) const {
    return std::filesystem::exists(folder_ + "/" + name);
  }
};

TEST_F(PublisherTest, TheFolderFollowsTheLog) {
  Publisher publisher = NewPublisher();
  EXPECT_EQ(*publisher.Publish(), 0);
  for (const int count : {1, 3, 251, 1, 1, 600}) {
    Grow(count);
    ASSERT_EQ(*publisher.Publish(), Head().size);
    ExpectPublished();
  }
  EXPECT_EQ(*publisher.Publish(), Head().size);
}

TEST_F(PublisherTest, PartialTilesStayUntilTheFullOneIsThere) {
  Publisher publisher = NewPublisher();
  Grow(5);
  ASSERT_TRUE(publisher.Publish().ok());
  Grow(5);
  ASSERT_TRUE(publisher.Publish().ok());
  EXPECT_TRUE(Exists("tile/0/000.p/5"));
  EXPECT_TRUE(Exists("tile/0/000.p/10"));
  Grow(300);
  ASSERT_TRUE(publisher.Publish().ok());
  EXPECT_TRUE(Exists("tile/0/000"));
  EXPECT_FALSE(Exists("tile/0/000.p"));
  EXPECT_TRUE(Exists("tile/0/001.p/54"));
}

TEST_F(PublisherTest, ALostFolderIsMadeAgainWithWhatCheckpointsNamed) {
  Grow(300);
  Grow(7);
  Publisher publisher = NewPublisher();
  ASSERT_TRUE(publisher.Publish().ok());
  ExpectPublished();
  EXPECT_TRUE(Exists("tile/0/001.p/44"));
  EXPECT_TRUE(Exists("tile/0/001.p/51"));
  std::filesystem::remove_all(folder_);
  ASSERT_TRUE(publisher.Publish().ok());
  ExpectPublished();
}

TEST_F(PublisherTest, ACrashBeforeAnyFileIsHealed) {
  Publisher whole = NewPublisher();
  Grow(250);
  ASSERT_TRUE(whole.Publish().ok());
  for (int crash_at = 0; crash_at < 6; ++crash_at) {
    Grow(260);
    const std::string before = FileText("checkpoint");
    int files = 0;
    Publisher crashing(pool_.get(), &clock_,
                       {.folder = folder_, .origin = kOrigin, .go_on = [&](std::string_view) {
                          return files++ < crash_at;
                        }});
    const absl::Status status = crashing.Publish().status();
    if (status.ok()) continue;  // there were fewer files
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(FileText("checkpoint"), before);
    ASSERT_TRUE(whole.Publish().ok());
    ExpectPublished();
  }
}

TEST_F(PublisherTest, AFullTilesFileIsNeverWrittenAgain) {
  Grow(256);
  Publisher publisher = NewPublisher();
  ASSERT_TRUE(publisher.Publish().ok());
  const auto written = std::filesystem::last_write_time(folder_ + "/tile/0/000");
  std::filesystem::remove(folder_ + "/checkpoint");
  Grow(10);
  ASSERT_TRUE(publisher.Publish().ok());
  EXPECT_EQ(std::filesystem::last_write_time(folder_ + "/tile/0/000"), written);

  std::filesystem::remove(folder_ + "/checkpoint");
  std::ofstream(folder_ + "/tile/0/000") << "changed";
  EXPECT_EQ(publisher.Publish().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(FileText("tile/0/000"), "changed");
}

TEST_F(PublisherTest, AFolderThatIsAheadOfTheDatabaseIsReported) {
  Grow(20);
  Publisher publisher = NewPublisher();
  ASSERT_TRUE(publisher.Publish().ok());
  database_.Execute("DELETE FROM supervision.log_checkpoint");
  EXPECT_EQ(publisher.Publish().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(PublisherTest, AnotherHistoryOfTheSameSizeIsReported) {
  Grow(20);
  Publisher publisher = NewPublisher();
  ASSERT_TRUE(publisher.Publish().ok());
  const std::string forged = *sealed_log::SignCheckpoint(
      {.origin = kOrigin, .size = 20, .root = sealed_log::LeafHash("other")}, key_);
  std::ofstream(folder_ + "/checkpoint") << forged;
  EXPECT_EQ(publisher.Publish().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(PublisherTest, TwoPublishersOnOneFolder) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      Publisher publisher = NewPublisher();
      for (int round = 0; round < 60; ++round) {
        EXPECT_TRUE(publisher.Publish().ok());
        absl::SleepFor(absl::Milliseconds(2));
      }
    });
  }
  for (int i = 0; i < 10; ++i) Grow(77);
  threads.clear();
  ASSERT_TRUE(NewPublisher().Publish().ok());
  ExpectPublished();
}

class LogKeeperTest : public PublisherTest {
 protected:
  LogKeeper::Options Options() const {
    return {.sealer = {.origin = kOrigin, .key = key_},
            .folder = folder_,
            .poll_every = absl::Milliseconds(20)};
  }
  double GaugeOf(const std::string& name) const {
    for (const auto& family : metrics_.Collect()) {
      if (family.name == name) return family.metric.front().gauge.value;
    }
    return -1;
  }
  prometheus::Registry metrics_;
};

TEST_F(LogKeeperTest, SealsAndPublishesByItself) {
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, Options());
  keeper.Start();
  Append(10);
  EXPECT_EQ(keeper.WaitForGrowth(0, absl::Seconds(30)), 10);
  Append(500);
  EXPECT_EQ(keeper.WaitForGrowth(10, absl::Seconds(30)), 510);
  for (int i = 0; i < 500 && FileText("checkpoint") != Head().note; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  keeper.Stop();
  ExpectSealed();
  ExpectPublished();
}

TEST_F(LogKeeperTest, SealsNothingWhileTheFolderContradictsTheDatabase) {
  Grow(20);
  ASSERT_TRUE(NewPublisher().Publish().ok());
  database_.Execute(
      "DELETE FROM supervision.log_checkpoint; DELETE FROM supervision.log_mark; ALTER TABLE "
      "supervision.log_tile DISABLE TRIGGER log_tile_only_grows; DELETE FROM supervision.log_tile");
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, Options());
  keeper.Start();
  EXPECT_EQ(keeper.WaitForGrowth(0, absl::Milliseconds(500)), 0);
  keeper.Stop();
  EXPECT_EQ(Count("supervision.log_checkpoint"), 0);
}

TEST_F(LogKeeperTest, AFolderThatCannotBeLookedAtLiftsNoHalt) {
  Append(20);
  std::filesystem::create_directories(folder_ + "/.lock");
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, Options());
  keeper.Start();
  EXPECT_EQ(keeper.WaitForGrowth(0, absl::Milliseconds(500)), 0);
  keeper.Stop();
  EXPECT_EQ(Count("supervision.log_checkpoint"), 0);
}

TEST_F(LogKeeperTest, AFolderThatCannotBeWrittenDoesNotStopSealing) {
  Grow(20);
  ASSERT_TRUE(NewPublisher().Publish().ok());
  Grow(300);
  Append(10);
  std::filesystem::remove_all(folder_ + "/tile");
  std::ofstream(folder_ + "/tile") << "no folder";
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, Options());
  keeper.Start();
  EXPECT_EQ(keeper.WaitForGrowth(320, absl::Seconds(30)), 330);
  keeper.Stop();
  ExpectSealed();
}

TEST_F(LogKeeperTest, NewSubjectsAreMergedIntoTheirIndexInTheBackground) {
  database_.Execute("CREATE EXTENSION pgstattuple");
  const auto pending = [&] {
    return database_.Value("SELECT pending_tuples FROM pgstatginindex('journal.entry_subjects')");
  };
  Append(300);
  ASSERT_EQ(pending(), "300");
  LogKeeper::Options options = Options();
  options.merge_every = absl::Milliseconds(20);
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, options);
  keeper.Start();
  for (int i = 0; i < 3000 && pending() != "0"; ++i) absl::SleepFor(absl::Milliseconds(10));
  keeper.Stop();
  EXPECT_EQ(pending(), "0");
}

TEST_F(LogKeeperTest, WhatHoldsSealingUpIsToBeSeen) {
  pqxx::connection connection(database_.superuser_conninfo());
  pqxx::work open(connection);
  open.exec("SELECT pg_current_xact_id()");
  Append(3);
  LogKeeper::Options options = Options();
  options.count_every = absl::Milliseconds(20);
  options.merge_every = absl::Milliseconds(20);
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, options);
  keeper.Start();
  const auto waits_for = [&](const std::function<bool()>& holds) {
    for (int i = 0; i < 3000 && !holds(); ++i) absl::SleepFor(absl::Milliseconds(10));
    return holds();
  };
  EXPECT_TRUE(waits_for([&] { return GaugeOf("qingqu_journal_unsealed_oldest_seconds") > 0.2; }));
  EXPECT_EQ(GaugeOf("qingqu_journal_unsealed_entries"), 3);
  EXPECT_EQ(keeper.WaitForGrowth(0, absl::Milliseconds(1)), 0);
  open.commit();
  EXPECT_TRUE(waits_for([&] { return GaugeOf("qingqu_journal_unsealed_oldest_seconds") == 0; }));
  keeper.Stop();
  ExpectSealed();
}

TEST_F(LogKeeperTest, OldCheckpointsAreThinnedToOneAnHour) {
  Append(40);
  Sealer sealer = NewSealer(1);
  SealAll(sealer);
  ASSERT_EQ(Count("supervision.log_checkpoint"), 40);
  database_.Execute(
      "UPDATE supervision.log_checkpoint SET sealed_at = date_trunc('hour', now()) - interval '9 "
      "days' + tree_size * interval '5 minutes' WHERE tree_size <= 30");
  LogKeeper keeper(pool_.get(), &clock_, &metrics_, Options());
  EXPECT_EQ(*keeper.ThinCheckpoints(), 27);
  EXPECT_EQ(database_.Value("SELECT string_agg(tree_size::text, ',' ORDER BY tree_size) FROM "
                            "supervision.log_checkpoint WHERE tree_size <= 30"),
            "11,23,30");
  EXPECT_EQ(*keeper.ThinCheckpoints(), 0);
  EXPECT_EQ(Head().size, 40);
}

}  // namespace
}  // namespace qingqu::supervision
