// Direct transfers to another institution: who sent goods does not receive them.
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "common/status/status.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;

class PostingHandsTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 100, "central")), "");
    ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "B", 100, "central")), "");
    ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 100, "store")), "");
  }

  // Both work at the central store and at the hospital's own.
  CallContext Sun() const { return Pharmacist(); }
  CallContext Wu() const { return By("pharmacist-wu", "hospital_pharmacist"); }

  v1::Movement Out(int64_t quantity, std::string_view lot = "A") {
    return Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", lot, quantity, "central", "store");
  }
  v1::Movement In(int64_t quantity, std::string_view lot = "A") {
    return Make(v1::MOVEMENT_KIND_TRANSFER_IN, "gauze", lot, quantity, "central", "store");
  }
  std::vector<std::string> ReasonsOf(const CallContext& call,
                                     const std::vector<v1::Movement>& movements) {
    std::vector<std::string> reasons;
    for (const v1::MovementResult& result : PostAll(call, movements)) {
      reasons.push_back(ReasonOf(result));
    }
    return reasons;
  }

  // So many more of each of these transfers, posted before it, in the same accounts.
  void Repeat(int times, std::string_view which) {
    database_.Execute(fmt::format(
        "SET LOCAL session_replication_role = replica; INSERT INTO distribution.movement "
        "(movement_id, kind, debit_account_id, credit_account_id, quantity, moved, debit_after, "
        "credit_after, effective_at, posted_at, actor_id, alliance_id, content_hash, original_id) "
        "SELECT (left(distribution.uuid_at(posted_at)::text, 24) || right(gen_random_uuid()::text, "
        "12))::uuid, kind, debit_account_id, credit_account_id, quantity, moved, debit_after, "
        "credit_after, posted_at - number * interval '1 ms', posted_at - number * interval '1 ms', "
        "actor_id, alliance_id, content_hash, original_id "
        "FROM distribution.movement CROSS JOIN generate_series(1, {}) AS number "
        "WHERE kind LIKE 'transfer%' AND {}",
        times, which));
    database_.Execute("ANALYZE distribution.movement");
  }
  // Pages that are looked at to learn who sent what lies in transit.
  int64_t PagesOfSenders() {
    const std::string account =
        database_.Value("SELECT account_id FROM distribution.account WHERE kind = 'transit'");
    int64_t pages = 0;
    const absl::Status status = db::RunTransaction(
        *pool_, Sun(), {.beyond_scope = true}, [&](pqxx::transaction_base& tx) -> absl::Status {
          tx.exec0("SET LOCAL plan_cache_mode = force_generic_plan");
          tx.exec0(fmt::format("PREPARE senders AS {}", queries::kListSenders.sql));
          const auto plan = nlohmann::json::parse(tx.exec1(fmt::format(
              "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE senders('{{{}}}')", account))[0]
                                                      .as<std::string>());
          tx.exec0("DEALLOCATE senders");
          const nlohmann::json& node = plan[0]["Plan"];
          pages =
              node["Shared Hit Blocks"].get<int64_t>() + node["Shared Read Blocks"].get<int64_t>();
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return pages;
  }
};

TEST_F(PostingHandsTest, WhoSentDoesNotReceive) {
  ASSERT_EQ(Reason(Sun(), Out(10)), "");
  const v1::Movement own = In(10);
  const absl::Status refused = PostOne(Sun(), own).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(refused), "SAME_PERSON");
  EXPECT_EQ(Reason(Sun(), own), "SAME_PERSON");
  EXPECT_EQ(Reason(Wu(), In(4)), "");
  // Some of it may still be his.
  EXPECT_EQ(Reason(Wu(), Out(1)), "");
  EXPECT_EQ(Reason(Wu(), In(1)), "SAME_PERSON");
  EXPECT_EQ(Reason(By("pharmacist-li", "hospital_pharmacist", "county-hospital"), In(7)), "");
  ExpectSoundLedger();
}

TEST_F(PostingHandsTest, WhoStandsInIsBothOfThem) {
  CallContext wu_for_sun = Wu();
  wu_for_sun.principal.on_behalf_of = Sun().principal.user_id;
  wu_for_sun.principal.delegation_id = "d1";
  ASSERT_EQ(Reason(Sun(), Out(10)), "");
  EXPECT_EQ(Reason(wu_for_sun, In(4)), "SAME_PERSON");
  EXPECT_EQ(Reason(Wu(), In(10)), "");
  // And the other way round.
  ASSERT_EQ(Reason(wu_for_sun, Out(5)), "");
  EXPECT_EQ(Reason(Sun(), In(5)), "SAME_PERSON");
  EXPECT_EQ(Reason(Wu(), In(5)), "SAME_PERSON");
  EXPECT_THAT(ReasonsOf(wu_for_sun, {Out(1), In(1)}), ElementsAre("", "SAME_PERSON"));
  EXPECT_EQ(Reason(By("pharmacist-li", "hospital_pharmacist", "county-hospital"), In(6)), "");
  ExpectSoundLedger();
}

TEST_F(PostingHandsTest, WhatWasReceivedIsForgotten) {
  ASSERT_EQ(Reason(Sun(), Out(10)), "");
  ASSERT_EQ(Reason(Wu(), In(10)), "");
  ASSERT_EQ(Reason(Wu(), Out(5)), "");
  EXPECT_EQ(Reason(Wu(), In(5)), "SAME_PERSON");
  EXPECT_EQ(Reason(Sun(), In(5)), "");
  // Of another lot nobody sent anything.
  ASSERT_EQ(Reason(Wu(), Out(5, "B")), "");
  EXPECT_EQ(Reason(Sun(), In(5, "B")), "");
  ExpectSoundLedger();
}

TEST_F(PostingHandsTest, ReceivedGoodsThatAreSentBackIntoTransitAreNobodysWhoEverSent) {
  ASSERT_EQ(Reason(Sun(), Out(10)), "");
  const v1::Movement received = In(10);
  ASSERT_EQ(Reason(Wu(), received), "");
  EXPECT_THAT(ReasonsOf(Wu(), {Reverse(received.name()), In(10)}), ElementsAre("", ""));
  const v1::Movement again = Out(3);
  ASSERT_EQ(Reason(Sun(), again), "");
  const v1::Movement taken = In(3);
  ASSERT_EQ(Reason(Wu(), taken), "");
  ASSERT_EQ(Reason(Wu(), Reverse(taken.name())), "");
  EXPECT_EQ(Reason(Sun(), In(3)), "SAME_PERSON");
  EXPECT_EQ(Reason(Wu(), In(3)), "");
  ExpectSoundLedger();
}

TEST_F(PostingHandsTest, InOneCallAsInSeveral) {
  EXPECT_THAT(ReasonsOf(Sun(), {Out(2), In(2), Out(1)}), ElementsAre("", "SAME_PERSON", ""));
  EXPECT_THAT(ReasonsOf(Wu(), {In(3), Out(1), In(1)}), ElementsAre("", "", "SAME_PERSON"));
  // A group that is undone has sent nothing.
  ASSERT_EQ(Reason(Sun(), In(1)), "");
  std::vector<v1::Movement> group{Out(1), Out(1000)};
  for (v1::Movement& movement : group) movement.set_group("g");
  EXPECT_THAT(ReasonsOf(Sun(), group), ElementsAre("GROUP_FAILED", "INSUFFICIENT_STOCK"));
  ASSERT_EQ(Reason(Wu(), Out(1)), "");
  group.push_back(In(1));
  for (v1::Movement& movement : group) movement.set_name(NewName());
  EXPECT_THAT(ReasonsOf(Sun(), group), ElementsAre("GROUP_FAILED", "INSUFFICIENT_STOCK", ""));
  ExpectSoundLedger();
}

// Whoever posts waits for it.
TEST_F(PostingHandsTest, WhatIsReadDoesNotGrowWithWhatWasEverSent) {
  ASSERT_EQ(Reason(Sun(), Out(10)), "");
  ASSERT_EQ(Reason(Wu(), Out(10)), "");
  const v1::Movement received = In(5);
  const CallContext other = By("pharmacist-zhou", "hospital_pharmacist");
  ASSERT_EQ(Reason(other, received), "");
  Repeat(100, "true");
  const int64_t few = PagesOfSenders();
  Repeat(100, "true");
  EXPECT_GE(Count("SELECT count(*) FROM distribution.movement"), 30'000);
  EXPECT_GT(few, 0);
  EXPECT_LE(PagesOfSenders(), 2 * few) << "the account was never empty";
  ASSERT_EQ(Reason(other, Reverse(received.name())), "");
  EXPECT_LE(PagesOfSenders(), 2 * few) << "received goods were put back";
  EXPECT_THAT(ReasonsOf(Sun(), {In(1)}), ElementsAre("SAME_PERSON"));
  EXPECT_THAT(ReasonsOf(other, {In(20)}), ElementsAre(""));
  EXPECT_LE(PagesOfSenders(), 2 * few) << "the account is empty";
  Repeat(20'000, "credit_after = 0");
  EXPECT_LE(PagesOfSenders(), 2 * few) << "it was empty often";
}

TEST_F(PostingHandsTest, WithinAnInstitutionOnePersonIsEnough) {
  ASSERT_EQ(Reason(Sun(), Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", "A", 5, "store", "ward")),
            "");
  EXPECT_EQ(Reason(Sun(), Make(v1::MOVEMENT_KIND_TRANSFER_IN, "gauze", "A", 5, "store", "ward")),
            "");
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
