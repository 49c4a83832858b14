#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/follower.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

// Entries are written by `identity` and followed by `catalog`.
class FollowerTest : public ::testing::Test {
 protected:
  FollowerTest()
      : writers_(database_.NewPool("identity", {})), readers_(database_.NewPool("catalog", {}, 4)) {
    database_.Execute(
        "CREATE TABLE catalog.effect (n bigint GENERATED ALWAYS AS IDENTITY, resource text NOT "
        "NULL);"
        "GRANT SELECT, INSERT ON catalog.effect TO qingqu_catalog");
  }

  void Append(const std::string& resource, const std::string& event = "thing.done") {
    const CallContext call = testing::CallBy("li", "department_nurse");
    ASSERT_TRUE(RunTransaction(*writers_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
                  AppendJournal(tx, call, {.event = event, .resource = resource});
                  return absl::OkStatus();
                }).ok());
  }
  static absl::Status WriteEffect(pqxx::transaction_base& tx, const FollowedEntry& entry) {
    tx.exec_params("INSERT INTO effect (resource) VALUES ($1)", entry.resource);
    return absl::OkStatus();
  }
  static JournalFollower::Options OptionsOf(int batch_max = 200) {
    return {.consumer = "things",
            .service = "catalog",
            .events = {"thing.done"},
            .batch_max = batch_max,
            .poll_interval = absl::Hours(1)};
  }
  std::unique_ptr<JournalFollower> NewFollower(int batch_max = 200) {
    return std::make_unique<JournalFollower>(
        readers_.get(), OptionsOf(batch_max),
        [](pqxx::transaction_base& tx, const CallContext&, const FollowedEntry& entry) {
          return WriteEffect(tx, entry);
        });
  }
  std::string Effects() {
    return database_.Value(
        "SELECT coalesce(string_agg(resource, ' ' ORDER BY n), '') FROM catalog.effect");
  }
  // True when the effects became `expected` within a time that is far longer than it takes.
  bool EffectsBecome(const std::string& expected) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (absl::Now() < until) {
      if (Effects() == expected) return true;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  }

  testing::TestDatabase database_;
  std::unique_ptr<ConnectionPool> writers_;
  std::unique_ptr<ConnectionPool> readers_;
};

TEST_F(FollowerTest, AppliesItsEventsInOrderAndOnce) {
  for (const char* resource : {"things/1", "things/2", "things/3"}) Append(resource);
  Append("others/1", "other.done");
  database_.WaitForJournalHorizon();
  const auto follower = NewFollower(2);
  EXPECT_EQ(*follower->ApplyOnce(), 2);
  EXPECT_EQ(*follower->ApplyOnce(), 1);
  EXPECT_EQ(*follower->ApplyOnce(), 0);
  // One that starts anew goes on where the cursor stands.
  EXPECT_EQ(*NewFollower()->ApplyOnce(), 0);
  EXPECT_EQ(Effects(), "things/1 things/2 things/3");
}

TEST_F(FollowerTest, ALateCommitIsNotSkipped) {
  const auto follower = NewFollower();
  EXPECT_EQ(*follower->ApplyOnce(), 0);
  pqxx::connection early_connection(database_.conninfo_as("identity"));
  pqxx::work early(early_connection);
  const auto append = [](pqxx::transaction_base& tx, const std::string& resource) {
    tx.exec_params(
        "SELECT journal.append('thing.done', 'm', '', $1, ARRAY[$1], '', '', '', '', '{}', '{}')",
        resource);
  };
  append(early, "things/early");
  Append("things/late");
  // Its transaction id is the greater one: behind it the early one may still commit.
  EXPECT_EQ(*follower->ApplyOnce(), 0);
  early.commit();
  database_.WaitForJournalHorizon();
  EXPECT_EQ(*follower->ApplyOnce(), 2);
  EXPECT_EQ(Effects(), "things/early things/late");
}

TEST_F(FollowerTest, WhatOthersWaitForIsNotReadAgain) {
  const auto follower = NewFollower();
  ASSERT_TRUE(follower->ApplyOnce().ok());
  for (int index = 0; index < 120; ++index) Append("things/other", "other.done");
  // Transactions of other databases may hold the horizon back for a moment.
  const auto unread = [&] {
    return database_.Value(
        "SELECT count(*) FROM journal.entry AS e, catalog.journal_cursor AS c"
        " WHERE (e.transaction_id, e.sequence) > (c.transaction_id, c.sequence)");
  };
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (unread() != "0" && absl::Now() < until) ASSERT_EQ(follower->ApplyOnce().value(), 0);
  EXPECT_EQ(unread(), "0");
  // Nothing that comes after it is missed, whether looked for at once or later.
  Append("things/1");
  Append("things/other", "other.done");
  Append("things/2");
  while (Effects() != "things/1 things/2" && absl::Now() < until) {
    ASSERT_TRUE(NewFollower()->ApplyOnce().ok());
  }
  EXPECT_EQ(Effects(), "things/1 things/2");
}

TEST_F(FollowerTest, ARolledBackNeighbourHoldsNobodyUp) {
  {
    pqxx::connection connection(database_.conninfo_as("identity"));
    pqxx::work given_up(connection);
    given_up.exec("SELECT pg_current_xact_id()");
    Append("things/1");
    EXPECT_EQ(*NewFollower()->ApplyOnce(), 0);
  }
  database_.WaitForJournalHorizon();
  EXPECT_EQ(*NewFollower()->ApplyOnce(), 1);
}

TEST_F(FollowerTest, AnEntryThatCannotBeAppliedHoldsUpThoseBehindItUntilItCan) {
  Append("things/1");
  Append("things/2");
  database_.WaitForJournalHorizon();
  bool refuse = true;
  JournalFollower follower(readers_.get(), OptionsOf(),
                           [&](pqxx::transaction_base& tx, const CallContext&,
                               const FollowedEntry& entry) -> absl::Status {
                             if (refuse && entry.resource == "things/2")
                               return absl::InternalError("not now");
                             return WriteEffect(tx, entry);
                           });
  EXPECT_FALSE(follower.ApplyOnce().ok());
  EXPECT_EQ(Effects(), "");
  refuse = false;
  EXPECT_EQ(*follower.ApplyOnce(), 2);
  EXPECT_EQ(Effects(), "things/1 things/2");
}

TEST_F(FollowerTest, KilledInTheMiddleItAppliesEachEntryOnce) {
  for (int count = 0; count < 5; ++count) Append("things/" + std::to_string(count));
  database_.WaitForJournalHorizon();
  std::atomic<int> runs = 0;
  JournalFollower follower(
      readers_.get(), OptionsOf(2),
      [&](pqxx::transaction_base& tx, const CallContext&, const FollowedEntry& entry) {
        const auto status = WriteEffect(tx, entry);
        // The first, third and sixth time the connection dies with the effect in hand.
        const int run = ++runs;
        if (run == 1 || run == 3 || run == 6) {
          database_.Value("SELECT pg_terminate_backend(" +
                          tx.exec("SELECT pg_backend_pid()")[0][0].as<std::string>() + ", 5000)");
        }
        return status;
      });
  for (int batch = 0; batch < 3; ++batch) EXPECT_TRUE(follower.ApplyOnce().ok());
  EXPECT_EQ(Effects(), "things/0 things/1 things/2 things/3 things/4");
  EXPECT_GE(runs, 8);
}

TEST_F(FollowerTest, OfTwoAtOnceEachEntryIsAppliedByOne) {
  for (int count = 0; count < 40; ++count) Append("things/" + std::to_string(count));
  database_.WaitForJournalHorizon();
  std::atomic<int> applied = 0;
  const auto work = [&] {
    const auto follower = NewFollower(3);
    while (true) {
      const auto batch = follower->ApplyOnce();
      ASSERT_TRUE(batch.ok()) << batch.status();
      if (*batch == 0) break;
      applied += *batch;
    }
  };
  {
    std::jthread first(work);
    std::jthread second(work);
  }
  EXPECT_EQ(applied, 40);
  EXPECT_EQ(
      database_.Value("SELECT count(*) || ' ' || count(DISTINCT resource) FROM catalog.effect"),
      "40 40");
}

TEST_F(FollowerTest, ANotificationWakesItUp) {
  // The poll is an hour away. Which events are notified is known from the first look on.
  const auto follower = NewFollower();
  ASSERT_TRUE(follower->ApplyOnce().ok());
  follower->Start();
  Append("things/1");
  ASSERT_TRUE(EffectsBecome("things/1"));
  Append("things/2");
  EXPECT_TRUE(EffectsBecome("things/1 things/2"));
  follower->Stop();
}

TEST_F(FollowerTest, ItSurvivesTheLossOfItsConnections) {
  const auto follower = NewFollower();
  ASSERT_TRUE(follower->ApplyOnce().ok());
  follower->Start();
  Append("things/1");
  ASSERT_TRUE(EffectsBecome("things/1"));
  database_.Value(
      "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
      " WHERE datname = current_database() AND usename = 'qingqu_catalog'");
  Append("things/2");
  EXPECT_TRUE(EffectsBecome("things/1 things/2"));
}

}  // namespace
}  // namespace qingqu::db
