#include <atomic>
#include <memory>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/idempotency.h"
#include "common/db/response_purge.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

class ResponsePurgeTest : public ::testing::Test {
 protected:
  // `count` kept responses of that age, whose ids begin with `prefix`.
  void Keep(const std::string& prefix, int count, absl::Duration age) {
    database_.Execute(fmt::format(
        "INSERT INTO identity.idempotency (request_id, principal, method, request_hash, response,"
        " created_at) SELECT '{}-' || number, 'li', 'test/Test', 'h', '', to_timestamp({})"
        " FROM generate_series(1, {}) AS number",
        prefix, absl::ToUnixSeconds(clock_.Now() - age), count));
  }
  std::string Left() {
    return database_.Value(
        "SELECT coalesce(string_agg(request_id, ' ' ORDER BY request_id), '')"
        " FROM identity.idempotency");
  }
  int64_t Purge(int batch_max = 500, int batches_max = 1000) {
    ResponsePurge purge(pool_.get(), {.service = "identity",
                                      .clock = &clock_,
                                      .batch_max = batch_max,
                                      .batches_max = batches_max});
    const absl::StatusOr<int64_t> purged = purge.PurgeOnce();
    EXPECT_TRUE(purged.ok()) << purged.status();
    return purged.value_or(-1);
  }

  testing::TestDatabase database_;
  std::unique_ptr<ConnectionPool> pool_ = database_.NewPool("identity", {}, 4);
  FakeClock clock_{absl::Now()};
};

TEST_F(ResponsePurgeTest, WhatIsNotOldEnoughStays) {
  static_assert(kResponsesKept >= absl::Hours(24 * 90), "what proto/README.md promises");
  Keep("new", 1, absl::ZeroDuration());
  Keep("just-kept", 1, kResponsesKept - absl::Seconds(1));
  Keep("old", 3, kResponsesKept + absl::Seconds(1));
  EXPECT_EQ(Purge(), 3);
  EXPECT_EQ(Left(), "just-kept-1 new-1");
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Purge(), 1);
  EXPECT_EQ(Left(), "new-1");
}

TEST_F(ResponsePurgeTest, ARoundTakesSmallBatchesTheOldestFirst) {
  Keep("old", 3, kResponsesKept + absl::Hours(1));
  Keep("older", 4, kResponsesKept + absl::Hours(2));
  EXPECT_EQ(Purge(2, 2), 4) << "a round has an end";
  EXPECT_EQ(Left(), "old-1 old-2 old-3");
  EXPECT_EQ(Purge(2), 3);
  EXPECT_EQ(Left(), "");
}

TEST_F(ResponsePurgeTest, WhatAnotherProcessRemovesIsLeftToIt) {
  Keep("old", 3, kResponsesKept + absl::Hours(1));
  pqxx::connection other(database_.superuser_conninfo());
  pqxx::work tx(other);
  tx.exec("SELECT FROM identity.idempotency WHERE request_id = 'old-2' FOR UPDATE");
  EXPECT_EQ(Purge(), 2) << "it does not wait";
  tx.abort();
  EXPECT_EQ(Left(), "old-2");
  EXPECT_EQ(Purge(), 1);
}

TEST_F(ResponsePurgeTest, AKeptResponseIsStillTheAnswerAndAPurgedOneIsForgotten) {
  const CallContext call = testing::CallBy("li", "department_nurse");
  std::atomic<int> runs{0};
  const auto run = [&] {
    return RunIdempotent<google::protobuf::Int32Value>(
        *pool_, call, google::protobuf::StringValue(),
        [&](pqxx::transaction_base&) -> absl::StatusOr<google::protobuf::Int32Value> {
          google::protobuf::Int32Value response;
          response.set_value(++runs);
          return response;
        });
  };
  ASSERT_TRUE(run().ok());
  Purge();
  EXPECT_EQ(run()->value(), 1);
  clock_.Advance(kResponsesKept + absl::Minutes(1));
  EXPECT_EQ(Purge(), 1);
  EXPECT_EQ(run()->value(), 2);
}

TEST_F(ResponsePurgeTest, TheTaskWorksAtOnceAndStopsAtOnce) {
  Keep("old", 3, kResponsesKept + absl::Hours(1));
  ResponsePurge purge(pool_.get(), {.service = "identity", .clock = &clock_});
  purge.Start();
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (!Left().empty() && absl::Now() < until) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(Left(), "");
  const absl::Time stopping = absl::Now();
  purge.Stop();
  EXPECT_LT(absl::Now() - stopping, absl::Seconds(5)) << "its next round is minutes away";
}

TEST_F(ResponsePurgeTest, EveryServiceMayRemoveItsOwnAndFindsThemInAnIndex) {
  const std::string services =
      "FROM pg_class AS kept JOIN pg_namespace AS schema ON schema.oid = kept.relnamespace"
      " WHERE kept.relname = 'idempotency'";
  EXPECT_EQ(database_.Value("SELECT count(*) " + services), "6");
  EXPECT_EQ(database_.Value("SELECT count(*) " + services +
                            " AND has_table_privilege('qingqu_' || nspname, kept.oid, 'DELETE')"),
            "6");
  EXPECT_EQ(database_.Value("SELECT count(*) FROM pg_indexes WHERE tablename = 'idempotency'"
                            " AND indexdef LIKE '%(created_at)'"),
            "6");
}

}  // namespace
}  // namespace qingqu::db
