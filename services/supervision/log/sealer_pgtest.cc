#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "common/sealed_log/proof.h"
#include "services/supervision/log/log_test_support.h"
#include "services/supervision/log/sealer.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

using SealerTest = LogTest;

absl::Status SealUntilItFails(Sealer& sealer) {
  absl::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) {
    status = sealer.Seal().status();
    absl::SleepFor(absl::Milliseconds(5));
  }
  return status;
}

TEST_F(SealerTest, AnEmptyJournalHasNoCheckpoint) {
  Sealer sealer = NewSealer();
  const absl::StatusOr<Sealer::Round> round = sealer.Seal();
  ASSERT_TRUE(round.ok()) << round.status();
  EXPECT_EQ(round->size, 0);
  EXPECT_EQ(Count("supervision.log_checkpoint"), 0);
}

TEST_F(SealerTest, RoundsOfAnySizeLeadToTheSameLog) {
  Append(300);
  Sealer one = NewSealer(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(one.Seal().ok());
  Sealer some = NewSealer(97);
  SealAll(some);
  ExpectSealed();
  Append(800);
  Sealer many = NewSealer();
  SealAll(many);
  ExpectSealed();
}

TEST_F(SealerTest, AnEntryOfManyBytesBoundsTheRound) {
  std::string details = "{\"lines\": [";
  for (int i = 0; i < 2000; ++i) details += fmt::format("{}\"{}\"", i == 0 ? "" : ",", i * 7919);
  Append(5, details + "]}");
  database_.WaitForJournalHorizon();
  Sealer sealer(pool_.get(), &clock_, {.origin = kOrigin, .key = key_, .bytes_max = 1});
  const absl::StatusOr<Sealer::Round> round = sealer.Seal();
  ASSERT_TRUE(round.ok()) << round.status();
  EXPECT_EQ(round->sealed, 1);
  EXPECT_TRUE(round->full);
  SealAll(sealer);
  ExpectSealed();
}

TEST_F(SealerTest, ARoundThatIsCutIsFullThoughStoredBytesAreNotThoseOfTheText) {
  std::string details = "{\"n\": [1";
  for (int i = 0; i < 100; ++i) details += ", 1";
  Append(20, details + "]}");
  database_.WaitForJournalHorizon();
  Sealer sealer(pool_.get(), &clock_, {.origin = kOrigin, .key = key_, .bytes_max = 2000});
  const absl::StatusOr<Sealer::Round> round = sealer.Seal();
  ASSERT_TRUE(round.ok()) << round.status();
  ASSERT_LT(round->sealed, 20);
  EXPECT_TRUE(round->full) << round->sealed;
}

TEST_F(SealerTest, WhatAnOpenTransactionWillAddIsWaitedFor) {
  pqxx::connection early(database_.superuser_conninfo());
  pqxx::work open(early);
  open.exec(
      "SELECT journal.append('early.done', 't', '', 'a/1', '{}', '', '', '', '', '{}', '{}')");
  Append(3);
  Sealer sealer = NewSealer();
  ASSERT_TRUE(sealer.Seal().ok());
  EXPECT_EQ(Head().size, 0);
  open.exec(
      "SELECT journal.append('early.done', 't', '', 'a/2', '{}', '', '', '', '', '{}', '{}')");
  open.commit();
  SealAll(sealer);
  ExpectSealed();
  EXPECT_EQ(LeavesOfJournal().size(), 5);
}

TEST_F(SealerTest, TwoSealersRaceAndWritersGoOn) {
  std::atomic<bool> writing{true};
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&, writer] {
      pqxx::connection connection(database_.superuser_conninfo());
      for (int i = 0; i < 60; ++i) {
        pqxx::work tx(connection);
        const int count = 1 + (i * 7 + writer) % 13;
        for (int n = 0; n < count; ++n) {
          tx.exec(
              fmt::format("SELECT journal.append('thing.done', 't', '', 'w{}/{}', '{{}}', '', "
                          "'', '', '', '{{}}', '{{}}')",
                          writer, n));
        }
        if (i % 9 == 0) absl::SleepFor(absl::Milliseconds(20));
        i % 5 == 4 ? tx.abort() : tx.commit();
      }
    });
  }
  std::atomic<int> failures{0};
  std::vector<std::jthread> sealers;
  for (int i = 0; i < 2; ++i) {
    sealers.emplace_back([&] {
      Sealer sealer = NewSealer(50);
      while (writing) {
        if (!sealer.Seal().ok()) ++failures;
        absl::SleepFor(absl::Milliseconds(1));
      }
    });
  }
  threads.clear();
  writing = false;
  sealers.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(Count("supervision.log_checkpoint"), 3);
  Sealer sealer = NewSealer();
  SealAll(sealer);
  ExpectSealed();
}

TEST_F(SealerTest, ACrashAtAnyStepLeavesNoGapAndNoFork) {
  for (const std::string step : {"read", "tiles", "marks", "checkpoint"}) {
    Append(190);
    Sealer crashing(pool_.get(), &clock_,
                    {.origin = kOrigin, .key = key_, .go_on = [&step](std::string_view at) {
                       return at != step;
                     }});
    const uint64_t before = Head().size;
    const absl::Time end = absl::Now() + absl::Seconds(30);
    absl::Status status;
    while (status.ok() && absl::Now() < end) status = crashing.Seal().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
    EXPECT_EQ(Head().size, before);
    Sealer sealer = NewSealer(64);
    SealAll(sealer);
    ExpectSealed();
  }
}

TEST_F(SealerTest, EachCheckpointIsConsistentWithTheNext) {
  Append(700);
  Sealer sealer = NewSealer(41);
  SealAll(sealer);
  const LogHead head = Head();
  const sealed_log::TestTree tree = TreeOfJournal();
  const absl::Status proved = db::RunTransaction(
      *pool_, LogCall(clock_, "test", absl::Seconds(30)),
      [&](pqxx::transaction_base& tx) -> absl::Status {
        TableTiles tiles(&tx);
        sealed_log::TileReader reader(head.size, &tiles);
        for (const uint64_t size : ListCheckpointSizes(tx, 0, head.size)) {
          const auto proof = sealed_log::ConsistencyProof(reader, size, head.size);
          EXPECT_TRUE(
              sealed_log::VerifyConsistency(size, head.size, tree.Root(0, size), head.root, *proof)
                  .ok());
          const auto inclusion = sealed_log::InclusionProof(reader, size - 1, head.size);
          EXPECT_TRUE(sealed_log::VerifyInclusion(size - 1, head.size, tree.leaf(size - 1),
                                                  *inclusion, head.root)
                          .ok());
        }
        return absl::OkStatus();
      });
  EXPECT_TRUE(proved.ok()) << proved;
}

TEST_F(SealerTest, NothingIsSignedOverTilesThatWereChanged) {
  Append(300);
  Sealer sealer = NewSealer();
  SealAll(sealer);
  Append(1);
  database_.Execute(
      "ALTER TABLE supervision.log_tile DISABLE TRIGGER log_tile_only_grows; UPDATE "
      "supervision.log_tile SET hashes = overlay(hashes PLACING '\\x00' FROM 5 FOR 1) WHERE level "
      "= 0 AND tile_index = 1");
  const absl::Status status = SealUntilItFails(sealer);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Head().size, 300);
}

TEST_F(SealerTest, AnotherOriginDoesNotGoOnWithTheLog) {
  Append(1);
  Sealer sealer = NewSealer();
  SealAll(sealer);
  Append(1);
  Sealer other(pool_.get(), &clock_, {.origin = "other/journal", .key = key_});
  const absl::Status status = SealUntilItFails(other);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST_F(SealerTest, ALogThatWasSetBackDoesNotGoOn) {
  Append(300);
  Sealer sealer = NewSealer(100);
  SealAll(sealer);
  ASSERT_EQ(Head().size, 300);
  database_.Execute(
      "ALTER TABLE supervision.log_tile DISABLE TRIGGER log_tile_only_grows; DELETE FROM "
      "supervision.log_checkpoint WHERE tree_size > 200; DELETE FROM supervision.log_tile WHERE "
      "level > 0 OR tile_index > 0; UPDATE supervision.log_tile SET hashes = substring(hashes FOR "
      "200 * 32); DELETE FROM supervision.log_mark WHERE tile_index > 0");
  Append(1);
  const absl::Status status = SealUntilItFails(sealer);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Head().size, 200);
}

TEST_F(SealerTest, OnlyWhatTheKeySignedGoesOn) {
  Append(200);
  Sealer first = NewSealer(100);
  SealAll(first);
  const LogHead head = Head();
  Append(1);
  const std::string older =
      database_.Value("SELECT note FROM supervision.log_checkpoint WHERE tree_size = 100");
  const std::string others =
      *sealed_log::SignCheckpoint({.origin = kOrigin, .size = head.size, .root = head.root},
                                  *sealed_log::PrivateKey::Generate());
  for (const std::string& note : {older, others}) {
    database_.Execute(fmt::format(
        "UPDATE supervision.log_checkpoint SET note = '{}' WHERE tree_size = 200", note));
    Sealer sealer = NewSealer();
    const absl::Status status = SealUntilItFails(sealer);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(Head().size, 200);
  }
}

TEST_F(SealerTest, AnotherHistoryOfWhatWasSealedIsNotGoneOnWith) {
  Append(100);
  Sealer sealer = NewSealer();
  SealAll(sealer);
  database_.Execute(
      "ALTER TABLE supervision.log_tile DISABLE TRIGGER log_tile_only_grows; DELETE FROM "
      "supervision.log_checkpoint; DELETE FROM supervision.log_tile; DELETE FROM "
      "supervision.log_mark; ALTER TABLE journal.entry DISABLE TRIGGER entry_append_only; UPDATE "
      "journal.entry SET reason = 'another' WHERE resource = 'things/7'");
  Append(50);
  Sealer forger = NewSealer();
  SealAll(forger);
  const absl::Status status = SealUntilItFails(sealer);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(SealerTest, TheServicesRoleCannotShrinkOrChangeTheLog) {
  Append(300);
  Sealer sealer = NewSealer();
  SealAll(sealer);
  for (const std::string sql :
       {"UPDATE supervision.log_tile SET hashes = substring(hashes FOR 32)",
        "UPDATE supervision.log_tile SET hashes = hashes || hashes WHERE tile_index = 0",
        "UPDATE supervision.log_tile SET level = 3", "DELETE FROM supervision.log_tile",
        "DELETE FROM supervision.log_mark", "UPDATE supervision.log_checkpoint SET note = ''"}) {
    EXPECT_ANY_THROW(database_.Execute("SET ROLE qingqu_supervision; " + sql)) << sql;
  }
  EXPECT_ANY_THROW(
      database_.Execute("SET ROLE qingqu_usage; SELECT journal.has_after('0'::xid8, 0)"));
}

// With a plan for any place PostgreSQL expects a third of the journal behind it, and finds a walk
// through the table cheap until the first one; there is none.
TEST_F(SealerTest, NoLookAtTheEndOfALongJournalWalksThroughIt) {
  Append(20000);
  database_.Execute("ANALYZE journal.entry");
  for (const char* look :
       {"journal.has_after(place.t, place.s)", "journal.count_after(place.t, place.s, 1000000)",
        "(SELECT count(*) FROM journal.read_all_after(place.t, place.s, '9999999999', 100, 1000))",
        "(SELECT count(*) FROM journal.read_after(place.t, place.s, '9999999999', '{a.b}', "
        "100))"}) {
    EXPECT_EQ(database_.Value(fmt::format(
                  "SET plan_cache_mode = force_generic_plan; CREATE TEMP TABLE place ON COMMIT "
                  "DROP AS SELECT "
                  "pg_current_xact_id() AS t, 0::bigint AS s; SELECT {} FROM place; SELECT "
                  "pg_stat_get_xact_numscans('journal.entry'::regclass)",
                  look)),
              "0")
        << look;
  }
  EXPECT_EQ(database_.Value("SELECT count(*) FROM journal.entry WHERE event <> ''; SELECT "
                            "pg_stat_get_xact_numscans('journal.entry'::regclass) > 0"),
            "t");
}

// Nor does it take longer to find an entry's place in a longer journal.
TEST_F(SealerTest, AnEntrysIndexIsFoundByTheMarks) {
  Append(5000);
  Sealer sealer = NewSealer();
  SealAll(sealer);
  database_.Execute("ANALYZE journal.entry, supervision.log_mark");
  pqxx::connection connection(database_.superuser_conninfo());
  pqxx::work tx(connection);
  tx.exec("SET LOCAL qingqu.scope = 'system'; SET LOCAL search_path = supervision");
  tx.exec("SET LOCAL plan_cache_mode = force_generic_plan");
  tx.exec(fmt::format("PREPARE asked AS {}", queries::kFindLeafIndex.sql));
  EXPECT_EQ(tx.exec("EXECUTE asked(4901)")[0][0].as<int>(), 4900);
  EXPECT_EQ(tx.exec("SELECT pg_stat_get_xact_numscans('journal.entry'::regclass)")[0][0].as<int>(),
            0);
}

TEST_F(SealerTest, OnlyEntriesAboutPatientsHaveASalt) {
  Append(3);
  database_.Execute(
      "SELECT journal.append('a.b', 't', '', 'x/1', ARRAY['doctors/d'], '', '', '', '', '{}', "
      "'{}')");
  EXPECT_EQ(database_.Value("SELECT string_agg(coalesce(octet_length(restricted_salt), 0)::text, "
                            "',' ORDER BY sequence) FROM journal.entry"),
            "0,0,32,32");
  database_.Execute(
      "SELECT journal.append_many('a.b', '{t,t}', '{r,r}', '{x/1,x/2}', "
      "ARRAY['{items/x,patients/p}', '{items/x}'], '{u,u}', '{i,i}', ARRAY['{}', '{}'], '{c,c}', "
      "'{i,i}', '{a,a}', ARRAY['', ''], ARRAY['{}', '{}'])");
  EXPECT_EQ(database_.Value("SELECT string_agg(coalesce(octet_length(restricted_salt), 0)::text, "
                            "',' ORDER BY sequence) FROM journal.entry WHERE method = 't'"),
            "32,32,0");
  EXPECT_EQ(database_.Value("SELECT count(DISTINCT restricted_salt) FROM journal.entry"), "3");
}

}  // namespace
}  // namespace qingqu::supervision
