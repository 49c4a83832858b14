// Movements that took effect before they were posted: what an account held by time of effect is
// never below zero, at any instant.
#include <map>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/business_day.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/ledger/posting_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;

class PostingEffectTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
    begin_ = now_;
  }

  // Minutes after the test began, by the lane's clock.
  void AdvanceTo(int minutes) {
    now_ = begin_ + absl::Minutes(minutes);
    clock_.Set(now_);
  }
  v1::Movement Effective(int minutes, v1::Movement movement) const {
    *movement.mutable_effective_time() = rpc::ToTimestamp(begin_ + absl::Minutes(minutes));
    return movement;
  }
  v1::Movement Issue(int64_t quantity) {
    return Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", quantity, "store", "ward");
  }
  std::vector<std::string> ReasonsOf(const std::vector<v1::Movement>& movements) {
    std::vector<std::string> reasons;
    for (const v1::MovementResult& result : PostAll(Pharmacist(), movements)) {
      reasons.push_back(ReasonOf(result));
    }
    return reasons;
  }
  // The least that any stock account ever held, by time of effect.
  int64_t LeastEver() const {
    return Count(
        "SELECT min(held) FROM (SELECT account_id, sum(moved) OVER (PARTITION BY account_id ORDER "
        "BY effective_at) AS held FROM (SELECT debit_account_id AS account_id, effective_at, moved "
        "FROM distribution.movement UNION ALL SELECT credit_account_id, effective_at, -moved FROM "
        "distribution.movement) AS side) AS level JOIN distribution.account USING (account_id) "
        "WHERE kind IN ('stock', 'transit')");
  }

  absl::Time begin_;
};

TEST_F(PostingEffectTest, NothingLeavesBeforeItCame) {
  AdvanceTo(60);
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  AdvanceTo(70);
  const v1::Movement early = Effective(30, Issue(1));
  const absl::Status refused = PostOne(Pharmacist(), early).status();
  EXPECT_EQ(ErrorReason(refused), "NOT_THERE_THEN");
  EXPECT_EQ(ErrorDetails(refused).at("field"), "effective_time");
  EXPECT_EQ(Reason(Pharmacist(), Effective(60, Issue(10))), "");
  // The name of the other is burnt, though the receipt is found to have come earlier.
  ASSERT_EQ(Reason(Pharmacist(), Effective(20, Receive("gauze", "A", 10, "store"))), "");
  EXPECT_EQ(Reason(Pharmacist(), early), "NOT_THERE_THEN");
  EXPECT_EQ(Reason(Pharmacist(), Effective(30, Issue(1))), "");
  EXPECT_GE(LeastEver(), 0);
  ExpectSoundLedger();
}

TEST_F(PostingEffectTest, OnlyAUseIsDatedBackToWhenTheGoodsWereGood) {
  v1::Movement old = Receive("gauze", "OLD", 10, "ward");
  old.set_expiry_date(BusinessDay(now_).ToString());
  ASSERT_EQ(Reason(Pharmacist(), old), "");
  old.set_name(NewName());
  old.set_to_location("locations/store");
  ASSERT_EQ(Reason(Pharmacist(), old), "");
  AdvanceTo(24 * 60);
  const auto dated_back = [&](v1::MovementKind kind, std::string_view from, std::string_view to) {
    v1::Movement movement = Make(kind, "gauze", "OLD", 1, from, to);
    *movement.mutable_effective_time() = rpc::ToTimestamp(now_ - absl::Hours(23));
    return Reason(Pharmacist(), movement);
  };
  EXPECT_EQ(dated_back(v1::MOVEMENT_KIND_ISSUE, "store", "ward"), "LOT_EXPIRED");
  EXPECT_EQ(dated_back(v1::MOVEMENT_KIND_TRANSFER_OUT, "store", "ward"), "LOT_EXPIRED");
  EXPECT_EQ(dated_back(v1::MOVEMENT_KIND_USE, "ward", ""), "");
}

TEST_F(PostingEffectTest, TheLeastSinceThenCountsAndNotWhatThereWas) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  AdvanceTo(10);
  ASSERT_EQ(Reason(Pharmacist(), Issue(8)), "");
  AdvanceTo(20);
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  AdvanceTo(30);
  // Twelve are there now and ten were there then, but two between.
  EXPECT_EQ(Reason(Pharmacist(), Effective(5, Issue(3))), "NOT_THERE_THEN");
  EXPECT_EQ(Reason(Pharmacist(), Effective(5, Issue(2))), "");
  EXPECT_EQ(Reason(Pharmacist(), Effective(5, Issue(1))), "NOT_THERE_THEN");
  EXPECT_EQ(Reason(Pharmacist(), Effective(20, Issue(10))), "");
  EXPECT_EQ(LeastEver(), 0);
  ExpectSoundLedger();
}

TEST_F(PostingEffectTest, MovementsOfOneCallCountInTheirOrder) {
  AdvanceTo(60);
  EXPECT_THAT(ReasonsOf({Effective(10, Receive("gauze", "A", 10, "store")), Effective(5, Issue(1)),
                         Effective(10, Issue(4)), Effective(55, Issue(5)), Effective(30, Issue(2)),
                         Effective(50, Issue(1)), Effective(59, Receive("gauze", "A", 9, "store")),
                         Effective(58, Issue(1)), Effective(59, Issue(9))}),
              ElementsAre("", "NOT_THERE_THEN", "", "", "INSUFFICIENT_STOCK", "", "",
                          "NOT_THERE_THEN", ""));
  // A group that is undone leaves the past as it was.
  std::vector<v1::Movement> group{Effective(10, Receive("gauze", "A", 5, "store")), Issue(100)};
  for (v1::Movement& movement : group) movement.set_group("g");
  group.push_back(Effective(10, Issue(1)));
  EXPECT_THAT(ReasonsOf(group),
              ElementsAre("GROUP_FAILED", "INSUFFICIENT_STOCK", "INSUFFICIENT_STOCK"));
  EXPECT_GE(LeastEver(), 0);
  ExpectSoundLedger();
}

// What is posted at one instant counts together, in one call as in several.
TEST_F(PostingEffectTest, OneInstantHasOneBalance) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 14, "store")), "");
  AdvanceTo(10);
  EXPECT_THAT(ReasonsOf({Issue(8), Receive("gauze", "A", 8, "store"), Effective(5, Issue(10))}),
              ElementsAre("", "", ""));
  ASSERT_EQ(Reason(Pharmacist(), Issue(3)), "");
  EXPECT_THAT(ReasonsOf({Receive("gauze", "A", 3, "store"), Effective(5, Issue(4))}),
              ElementsAre("", ""));
  EXPECT_EQ(LeastEver(), 0);
}

TEST_F(PostingEffectTest, GoodsArriveAfterTheyWereSent) {
  AdvanceTo(0);
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "central")), "");
  AdvanceTo(30);
  const auto sent = Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", "A", 5, "central", "town-store");
  ASSERT_EQ(Reason(Pharmacist(), sent), "");
  AdvanceTo(40);
  const CallContext clinic = By("pharmacist-li", "hospital_pharmacist", "town-clinic");
  const auto arrival = [this] {
    return Make(v1::MOVEMENT_KIND_TRANSFER_IN, "gauze", "A", 5, "central", "town-store");
  };
  EXPECT_EQ(Reason(clinic, Effective(20, arrival())), "NOT_THERE_THEN");
  EXPECT_EQ(Reason(clinic, Effective(35, arrival())), "");
  EXPECT_GE(LeastEver(), 0);
}

TEST_F(PostingEffectTest, WhatIsHeldWasThereThenAllTheSame) {
  AdvanceTo(30);
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  const v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 8, "store", "");
  ASSERT_EQ(Reason(Pharmacist(), hold), "");
  AdvanceTo(40);
  const auto issue = [&](int minutes) {
    v1::Movement movement = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 5, "", "ward");
    movement.set_reservation("reservations/" + hold.name().substr(10));
    return Effective(minutes, movement);
  };
  EXPECT_EQ(Reason(Pharmacist(), issue(20)), "NOT_THERE_THEN");
  EXPECT_EQ(Reason(Pharmacist(), issue(35)), "");
  ExpectSoundLedger();
}

TEST_F(PostingEffectTest, NothingIsReversedBeforeItWas) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  AdvanceTo(120);
  const auto lose = [this] {
    v1::Movement loss = Make(v1::MOVEMENT_KIND_STOCKTAKE_LOSS, "gauze", "A", 4, "store", "");
    loss.set_reason("counted");
    return loss;
  };
  const v1::Movement loss = Effective(60, lose());
  ASSERT_EQ(Reason(Pharmacist(), loss), "");
  // The store would have held fourteen of ten.
  const absl::Status refused = PostOne(Pharmacist(), Effective(30, Reverse(loss.name()))).status();
  EXPECT_EQ(ErrorReason(refused), "BEFORE_ORIGINAL");
  EXPECT_EQ(ErrorDetails(refused).at("field"), "effective_time");
  EXPECT_EQ(Reason(Pharmacist(), Effective(60, Reverse(loss.name()))), "");
  // The same of an original of the same call.
  const v1::Movement other = Effective(90, lose());
  EXPECT_THAT(ReasonsOf({other, Effective(89, Reverse(other.name())),
                         Effective(90, Reverse(other.name()))}),
              ElementsAre("", "BEFORE_ORIGINAL", ""));
  // Each time of effect is when it is posted, if it is not told.
  const v1::Movement last = lose();
  EXPECT_THAT(ReasonsOf({last, Effective(119, Reverse(last.name())), Reverse(last.name())}),
              ElementsAre("", "BEFORE_ORIGINAL", ""));
  EXPECT_EQ(OnHand("store", "gauze"), 10);
  ExpectSoundLedger();
}

// Whoever posts waits for what is read of the past, so there is an end to it.
TEST_F(PostingEffectTest, NothingTakesEffectLongBeforeItIsPosted) {
  constexpr int kMonth = 31 * 24 * 60;
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  AdvanceTo(kMonth + 10);
  const v1::Movement old = Effective(9, Issue(1));
  const absl::Status refused = PostOne(Pharmacist(), old).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(refused), "EFFECTIVE_TIME_TOO_OLD");
  EXPECT_EQ(ErrorDetails(refused).at("field"), "effective_time");
  const v1::Movement just = Effective(10, Issue(1));
  EXPECT_EQ(Reason(Pharmacist(), just), "");
  EXPECT_EQ(Reason(Pharmacist(), Effective(9, Receive("gauze", "A", 1, "store"))),
            "EFFECTIVE_TIME_TOO_OLD");
  // The answers stay what they were.
  AdvanceTo(kMonth + 20);
  EXPECT_EQ(Reason(Pharmacist(), old), "EFFECTIVE_TIME_TOO_OLD");
  EXPECT_EQ(Reason(Pharmacist(), just), "");
  ExpectSoundLedger();
}

TEST_F(PostingEffectTest, WhatAnAccountBeginsWithIsAsOldAsItIs) {
  constexpr int kYear = 365 * 24 * 60;
  AdvanceTo(kYear);
  const auto open = [this](std::string_view lot) {
    v1::Movement movement = Make(v1::MOVEMENT_KIND_OPENING_BALANCE, "gauze", lot, 10, "", "store");
    movement.set_expiry_date("2027-12-31");
    return Effective(0, movement);
  };
  EXPECT_THAT(ReasonsOf({open("A"), Effective(kYear - 60, Issue(4)), open("A"), Issue(6)}),
              ElementsAre("", "", "EFFECTIVE_TIME_TOO_OLD", ""));
  EXPECT_EQ(Reason(Pharmacist(), open("A")), "EFFECTIVE_TIME_TOO_OLD");
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "B", 1, "store")), "");
  AdvanceTo(kYear + 1);
  // It is refused unread, and beside it the past is read all the same.
  EXPECT_THAT(ReasonsOf({open("B"), Effective(kYear, Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "B", 1,
                                                          "store", "ward"))}),
              ElementsAre("EFFECTIVE_TIME_TOO_OLD", ""));
  EXPECT_GE(LeastEver(), 0);
  ExpectSoundLedger();
}

// Whatever an account did since, two changes of each span are read.
TEST_F(PostingEffectTest, ManyMovementsCountAsFewDo) {
  std::mt19937_64 random(20261122);
  const auto below = [&](size_t limit) { return static_cast<int>(random() % limit); };
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 12, "store")), "");
  std::map<int, int64_t> changes{{0, 12}};
  const auto least_since = [&](int minutes) {
    int64_t held = 0, least = 0;
    bool begun = false;
    for (const auto& [minute, moved] : changes) {
      if (minute > minutes && !begun) least = held, begun = true;
      held += moved;
      if (minute > minutes) least = std::min(least, held);
    }
    return begun ? least : held;
  };
  int64_t now_held = 12;
  int posted = 0;
  int refused = 0;
  for (int minute = 1; minute <= 120; ++minute) {
    AdvanceTo(minute);
    const int then = minute - below(static_cast<size_t>(minute));
    const bool out = below(5) < 3;
    const int64_t quantity = 1 + below(6);
    const std::string expected = !out                           ? ""
                                 : now_held < quantity          ? "INSUFFICIENT_STOCK"
                                 : least_since(then) < quantity ? "NOT_THERE_THEN"
                                                                : "";
    v1::Movement movement = out ? Issue(quantity) : Receive("gauze", "A", quantity, "store");
    ASSERT_EQ(Reason(Pharmacist(), Effective(then, movement)), expected) << minute;
    if (expected == "NOT_THERE_THEN") ++refused;
    if (!expected.empty()) continue;
    ++posted;
    changes[then] += out ? -quantity : quantity;
    now_held += out ? -quantity : quantity;
  }
  EXPECT_GT(posted, 20);
  EXPECT_GT(refused, 5);
  EXPECT_GE(LeastEver(), 0);
  ExpectSoundLedger();
}

// A document's goods take effect when they are posted, whatever was posted while it waited.
TEST_F(PostingEffectTest, DocumentsTakeEffectWhenTheyArePosted) {
  const CallContext before = Pharmacist();
  AdvanceTo(30);
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  const auto sent = Send(before, "store", "ward", {{"gauze", 3}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_GE(LeastEver(), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement WHERE effective_at < posted_at"), 0);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
