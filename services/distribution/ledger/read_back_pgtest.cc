// History and periods of what is posted through the lane.
#include <atomic>
#include <optional>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/period_test_support.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

struct Balances {
  int64_t on_hand = 0;
  int64_t reserved = 0;
};

// What the ledger's own rpcs answer, and what is read of it later.
class ReadBackTest : public PostingTest {
 protected:
  ReadBackTest() : ledger_(pool_.get(), &clock_) { SeedItem({.item_id = "gauze", .number = 1}); }

  // Posts a movement of a lot that expires on 2027-12-31 and expects to read what was answered.
  v1::Movement PostAndRead(const v1::Movement& asked) {
    clock_.Advance(absl::Seconds(1));
    now_ = clock_.Now();
    const auto posted = PostOne(Pharmacist(), asked);
    EXPECT_TRUE(posted.ok()) << posted.status();
    v1::GetMovementRequest request;
    request.set_name(asked.name());
    const auto read = ledger_.GetMovement(Pharmacist(), request);
    EXPECT_TRUE(read.ok()) << read.status();
    if (!posted.ok() || !read.ok()) return {};
    // Who reads is told what is known of the lot now.
    v1::Movement told = *read;
    EXPECT_EQ(told.expiry_date(), "2027-12-31");
    told.clear_expiry_date();
    EXPECT_EQ(told.DebugString(), posted->DebugString());
    return *posted;
  }

  Balances AsOf(int64_t account_id, absl::Time as_of, v1::BalanceTime time) {
    v1::ExplainBalanceRequest request;
    request.set_account(fmt::format("accounts/{}", account_id));
    *request.mutable_as_of() = rpc::ToTimestamp(as_of);
    request.set_time(time);
    const auto answer = ledger_.ExplainBalance(Pharmacist(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return {};
    return {.on_hand = answer->balance().on_hand(), .reserved = answer->balance().reserved()};
  }

  LedgerHandlers ledger_;
};

TEST_F(ReadBackTest, AMovementIsReadAsItWasAnswered) {
  PostAndRead(Receive("gauze", "A", 100, "store"));
  PostAndRead(Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 10, "store", "ward"));
  const v1::Movement out =
      PostAndRead(Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", "A", 5, "store", "central"));
  EXPECT_EQ(out.to_location(), "locations/central");
  v1::Movement change = Make(v1::MOVEMENT_KIND_CHANGE_CONDITION, "gauze", "A", 3, "store", "");
  change.set_to_condition(v1::STOCK_CONDITION_QUARANTINED);
  change.set_reason("wet box");
  EXPECT_EQ(PostAndRead(change).to_condition(), v1::STOCK_CONDITION_QUARANTINED);
  const v1::Movement held =
      PostAndRead(Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 7, "store", ""));
  EXPECT_TRUE(held.has_expire_time());
}

TEST_F(ReadBackTest, WhatWasReservedThenIsKnownLater) {
  PostAndRead(Receive("gauze", "A", 100, "store"));
  const absl::Time received = now_;
  const v1::Movement held =
      PostAndRead(Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 7, "store", ""));
  const absl::Time reserved = now_;
  v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 4, "", "ward");
  issue.set_reservation(held.reservation());
  *issue.mutable_effective_time() = rpc::ToTimestamp(received);
  PostAndRead(issue);
  const int64_t account_id =
      Count("SELECT account_id FROM distribution.account WHERE location_id = 'store'");
  const auto expect = [&](absl::Time as_of, v1::BalanceTime time, int64_t on_hand,
                          int64_t held_then) {
    const Balances then = AsOf(account_id, as_of, time);
    EXPECT_EQ(then.on_hand, on_hand) << InstantText(as_of);
    EXPECT_EQ(then.reserved, held_then) << InstantText(as_of);
  };
  expect(received, v1::BALANCE_TIME_POSTED, 100, 0);
  expect(received, v1::BALANCE_TIME_EFFECTIVE, 96, 0);
  expect(reserved, v1::BALANCE_TIME_POSTED, 100, 7);
  expect(now_, v1::BALANCE_TIME_POSTED, 96, 3);
  expect(received - absl::Microseconds(1), v1::BALANCE_TIME_EFFECTIVE, 0, 0);
}

class LanePeriodTest : public PostingTest {
 protected:
  LanePeriodTest() : ledger_(pool_.get(), &clock_) { SeedItem({.item_id = "gauze", .number = 1}); }

  void At(absl::Time now) {
    now_ = now;
    clock_.Set(now);
  }

  v1::Movement Issue(std::optional<absl::Time> effective_at) {
    v1::Movement movement = Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 1, "store", "ward");
    if (effective_at.has_value()) {
      *movement.mutable_effective_time() = rpc::ToTimestamp(*effective_at);
    }
    return movement;
  }

  LedgerHandlers ledger_;
};

TEST_F(LanePeriodTest, WhatIsRecordedLateRacesAgainstTheCloseAndCountsOrIsRefused) {
  At(County(10, 10));
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 1'000'000, "store")), "");
  At(County(11, 1, 0, 0, 5));
  const absl::Time then = County(10, 31, 23, 59, 59);
  std::atomic<int> posted{0};
  std::atomic<int> refused{0};
  std::atomic<int> other{0};
  std::atomic<bool> closed{false};
  {
    std::vector<std::jthread> threads;
    for (int poster = 0; poster < 16; ++poster) {
      threads.emplace_back([&] {
        for (int after = 0; after < 3;) {
          if (closed) ++after;
          const std::string reason = Reason(Pharmacist(), Issue(then));
          ++(reason.empty() ? posted : reason == "PERIOD_CLOSED" ? refused : other);
          if (other > 0) break;
        }
      });
    }
    threads.emplace_back([&] {
      while (posted < 100 && other == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      v1::ClosePeriodRequest request;
      request.set_holder("institutions/county-hospital");
      request.set_month("2026-10");
      const auto period = ledger_.ClosePeriod(By("approver-zhao", "approver"), request);
      EXPECT_TRUE(period.ok()) << period.status();
      closed = true;
    });
  }
  EXPECT_EQ(other, 0);
  EXPECT_GE(refused, 16 * 3) << "all that is recorded after the close";
  EXPECT_EQ(OnHand("ward", "gauze"), posted);
  EXPECT_EQ(Count("SELECT closing FROM distribution.period_balance "
                  "JOIN distribution.account USING (account_id) WHERE location_id = 'ward'"),
            posted);
  EXPECT_EQ(Count(kPeriodMismatches), 0);
  EXPECT_EQ(Reason(Pharmacist(), Issue(std::nullopt)), "") << "the month that is open";
  EXPECT_EQ(Count(kPeriodMismatches), 0);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
