// 64 callers of two processes want the same thing: as much is given as there is, and no more.
#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "common/base/uuid.h"
#include "common/status/status.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

constexpr int kCallers = 64;

class PostingRaceTest : public PostingTest {
 protected:
  PostingRaceTest()
      : other_pool_(database_.NewPool(
            "distribution", {queries::kAllQueries.begin(), queries::kAllQueries.end()}, 4)),
        other_lane_(
            [this](const std::vector<PostingSlice>& slices) {
              return PostSlices(*other_pool_, clock_, other_account_ids_,
                                absl::Now() + absl::Seconds(60), slices);
            },
            Lane::Options{}),
        ledger_(pool_.get(), &clock_) {}

  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  }

  // One movement through one of the two processes.
  std::string ReasonBy(int caller, const CallContext& call, const v1::Movement& movement) {
    const auto command = ParseCommand(call.principal, call.received_at, movement, false);
    if (!command.ok()) return ErrorReason(command.status());
    auto job = std::make_unique<PostingJob>();
    job->call = call;
    job->commands.push_back(*command);
    std::promise<absl::Status> answer;
    job->done = [&](const absl::Status& status, const PostingJob& posted) {
      answer.set_value(status.ok() ? posted.outcomes.front().status : status);
    };
    const absl::Status submitted = (caller % 2 == 0 ? lane_ : other_lane_).Submit(std::move(job));
    const absl::Status status = submitted.ok() ? answer.get_future().get() : submitted;
    return status.ok() ? "" : ErrorReason(status);
  }

  // What all callers were answered, each at its `rounds` movements: how often each reason.
  std::map<std::string, int> Race(const CallContext& call, int rounds,
                                  const std::function<v1::Movement(int)>& make) {
    std::mutex mutex;
    std::map<std::string, int> answers;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (int round = 0; round < rounds; ++round) {
          const std::string reason = ReasonBy(caller, call, make(caller));
          const std::lock_guard lock(mutex);
          ++answers[reason];
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    return answers;
  }

  using Answers = std::map<std::string, int>;
  std::unique_ptr<db::ConnectionPool> other_pool_;
  AccountIds other_account_ids_;
  Lane other_lane_;
  LedgerHandlers ledger_;
};

TEST_F(PostingRaceTest, TheLastHundredUnitsAreTakenOnce) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 100, "ward")), "");
  const Answers answers = Race(
      Nurse(), 3, [&](int) { return Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 1, "ward", ""); });
  EXPECT_EQ(answers, (Answers{{"", 100}, {"INSUFFICIENT_STOCK", 3 * kCallers - 100}}));
  EXPECT_EQ(OnHand("ward", "gauze"), 0);
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, NoMoreIsHeldThanThereIs) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 100, "store")), "");
  const Answers answers = Race(Pharmacist(), 1, [&](int) {
    return Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 3, "store", "");
  });
  EXPECT_EQ(answers, (Answers{{"", 33}, {"INSUFFICIENT_STOCK", kCallers - 33}}));
  EXPECT_EQ(Count("SELECT reserved FROM distribution.account WHERE kind = 'stock'"), 99);
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, AReservationIsPostedOnce) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 200, "store")), "");
  const v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 100, "store", "");
  ASSERT_EQ(Reason(Pharmacist(), hold), "");
  Answers answers = Race(Pharmacist(), 1, [&](int) {
    v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 2, "", "ward");
    issue.set_reservation("reservations/" + hold.name().substr(10));
    return issue;
  });
  EXPECT_EQ(answers[""], 50);
  EXPECT_EQ(answers["RESERVATION_CLOSED"], kCallers - 50);
  EXPECT_EQ(OnHand("ward", "gauze"), 100);
  EXPECT_EQ(Count("SELECT sum(reserved) FROM distribution.account"), 0);
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, APieceIsTakenByOneAndComesInOnce) {
  Answers answers = Race(Pharmacist(), 1, [&](int caller) {
    v1::Movement in = Receive("stent", "A", 1, caller % 3 == 0 ? "store" : "ward");
    in.set_serial("S1");
    return in;
  });
  EXPECT_EQ(answers, (Answers{{"", 1}, {"SERIAL_ELSEWHERE", kCallers - 1}}));
  const std::string place =
      database_.Value("SELECT location_id FROM distribution.account WHERE piece_here = 'S1'");
  answers = Race(Pharmacist(), 1, [&](int) {
    v1::Movement lost = Make(v1::MOVEMENT_KIND_STOCKTAKE_LOSS, "stent", "A", 1, place, "");
    lost.set_serial("S1");
    lost.set_reason("not found");
    return lost;
  });
  EXPECT_EQ(answers, (Answers{{"", 1}, {"SERIAL_NOT_HERE", kCallers - 1}}));
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, AMovementIsReversedByOne) {
  const v1::Movement receive = Receive("gauze", "A", 1000, "store");
  ASSERT_EQ(Reason(Pharmacist(), receive), "");
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 100'000, "store")), "");
  const Answers answers = Race(Pharmacist(), 1, [&](int) {
    v1::Movement back = Make(v1::MOVEMENT_KIND_REVERSAL, "", "", 0, "", "");
    back.set_original(receive.name());
    back.set_reason("counted twice");
    return back;
  });
  EXPECT_EQ(answers, (Answers{{"", 1}, {"ALREADY_REVERSED", kCallers - 1}}));
  EXPECT_EQ(OnHand("store", "gauze"), 100'000);
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, ANameIsPostedOnceWhoeverAsks) {
  const v1::Movement receive = Receive("gauze", "A", 7, "store");
  EXPECT_EQ(Race(Pharmacist(), 2, [&](int) { return receive; }), (Answers{{"", 2 * kCallers}}));
  EXPECT_EQ(OnHand("store", "gauze"), 7);
  const std::string name = NewName();
  Answers answers = Race(Pharmacist(), 1, [&](int caller) {
    v1::Movement other = Receive("gauze", "A", 1 + caller, "ward");
    other.set_name(name);
    return other;
  });
  EXPECT_EQ(answers, (Answers{{"", 1}, {"MOVEMENT_EXISTS", kCallers - 1}}));
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, ABalanceGrowsToItsCeilingAndNoFurther) {
  constexpr int64_t kMost = 1'000'000'000'000;
  std::vector<v1::Movement> most;
  for (int index = 0; index < 995; ++index) most.push_back(Receive("gauze", "A", kMost, "store"));
  for (const v1::MovementResult& result : PostAll(Pharmacist(), most)) {
    ASSERT_TRUE(result.has_movement()) << result.ShortDebugString();
  }
  const Answers answers =
      Race(Pharmacist(), 1, [&](int) { return Receive("gauze", "A", kMost, "store"); });
  EXPECT_EQ(answers, (Answers{{"", 5}, {"BALANCE_TOO_LARGE", kCallers - 5}}));
  EXPECT_EQ(OnHand("store", "gauze"), 1000 * kMost);
  ExpectSoundLedger();
}

TEST_F(PostingRaceTest, NothingTakesEffectInAMonthThatIsClosed) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 1, "store")), "");
  const absl::Time october = now_ - absl::Hours(24 * 25);
  absl::Notification one_stands;
  std::thread closer([&] {
    one_stands.WaitForNotificationWithTimeout(absl::Seconds(60));
    v1::ClosePeriodRequest request;
    request.set_request_id(testing::NewRequestId());
    request.set_holder("institutions/county-hospital");
    request.set_month("2026-10");
    const auto closed = ledger_.ClosePeriod(
        testing::WithRequestId(By("approver-zhao", "approver"), request.request_id()), request);
    EXPECT_TRUE(closed.ok()) << closed.status();
  });
  // Each caller posts until it is refused, so that the closing comes amid postings on any machine.
  constexpr int kMostRounds = 1000;
  std::atomic<int> posted = 0;
  std::vector<std::future<std::string>> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.push_back(std::async(std::launch::async, [&, caller] {
      std::string reason;
      for (int round = 0; round < kMostRounds && reason.empty(); ++round) {
        v1::Movement late = Receive("gauze", "A", 1, "store");
        late.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(october));
        reason = ReasonBy(caller, Pharmacist(), late);
        if (reason.empty() && posted++ == 0) one_stands.Notify();
      }
      return reason;
    }));
  }
  for (std::future<std::string>& caller : callers) EXPECT_EQ(caller.get(), "PERIOD_CLOSED");
  closer.join();
  EXPECT_GT(posted, 0);
  // What was posted while the month was open is what the month ended with.
  v1::ListPeriodBalancesRequest request;
  request.set_name("periods/institutions-county-hospital-2026-10");
  const auto balances = ledger_.ListPeriodBalances(Pharmacist(), request);
  ASSERT_TRUE(balances.ok()) << balances.status();
  const int64_t closing = balances->balances().empty() ? 0 : balances->balances(0).closing();
  EXPECT_EQ(closing, posted);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
