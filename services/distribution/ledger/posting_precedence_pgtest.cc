// LedgerService's table of refusals, pair by pair: what breaks two rules is answered with the
// first; and which refusals take the name with them.
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "services/distribution/ledger/posting_test_support.h"

namespace qingqu::distribution {
namespace {

class PostingPrecedenceTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
    SeedItem({.item_id = "tape", .number = 3, .lot_tracked = false});
    SeedItem({.item_id = "held-back", .number = 4});
    head_ = Pharmacist();
    head_.principal.roles.push_back("approver");
    ASSERT_EQ(Reason(Pharmacist(), Receive("held-back", "A", 10, "store")), "");
    ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
    v1::Movement old = Receive("gauze", "OLD", 10, "store");
    old.set_expiry_date("2026-11-01");
    ASSERT_EQ(Reason(Pharmacist(), old), "");
    Change("UPDATE catalog.item SET state = 'suspended' WHERE item_id = 'held-back'");
    Change(
        "INSERT INTO distribution.period VALUES ('institutions/county-hospital', '2026-10-01', "
        "'2026-10-31 16:00+00', '2026-11-01', 'approver-zhao', 'east', 'county-hospital')");
  }

  void Change(const std::string& statement) {
    database_.Execute("SET LOCAL session_replication_role = replica;" + statement);
  }

  v1::Movement Issue(std::string_view lot, int64_t quantity) {
    return Make(v1::MOVEMENT_KIND_ISSUE, "gauze", lot, quantity, "store", "ward");
  }
  v1::Movement IssueOf(const v1::Movement& hold, int64_t quantity, std::string_view to = "ward") {
    v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "", "", quantity, "", to);
    issue.set_reservation("reservations/" + hold.name().substr(10));
    return issue;
  }
  v1::Movement Hold(std::string_view lot, int64_t quantity) {
    v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", lot, quantity, "store", "");
    if (lot == "OLD") {
      hold.set_override_expiry(true);
      hold.set_reason("no other goods");
    }
    EXPECT_EQ(Reason(head_, hold), "");
    return hold;
  }
  static v1::Movement InOctober(v1::Movement movement) {
    movement.mutable_effective_time()->set_seconds(1792800000);  // 2026-10-23
    return movement;
  }
  static v1::Movement Expiring(v1::Movement movement, const std::string& date) {
    movement.set_expiry_date(date);
    return movement;
  }
  static v1::Movement In(v1::StockCondition condition, v1::Movement movement) {
    movement.set_condition(condition);
    return movement;
  }

  void Expect(const CallContext& call, const v1::Movement& movement, const std::string& reason,
              bool burns) {
    const std::string taken = fmt::format(
        "SELECT count(*) FROM distribution.movement WHERE movement_id = '{}' AND refusal IS NOT "
        "NULL",
        movement.name().substr(10));
    EXPECT_EQ(Reason(call, movement), reason) << movement.ShortDebugString();
    EXPECT_EQ(Count(taken), burns ? 1 : 0) << movement.ShortDebugString();
    EXPECT_EQ(Reason(call, movement), reason) << "asked again: " << movement.ShortDebugString();
  }
  void ExpectFree(const CallContext& call, const v1::Movement& movement,
                  const std::string& reason) {
    Expect(call, movement, reason, false);
  }
  void ExpectBurnt(const v1::Movement& movement, const std::string& reason) {
    Expect(Pharmacist(), movement, reason, true);
  }

  CallContext Clinic() const { return By("pharmacist-li", "hospital_pharmacist", "town-clinic"); }
  CallContext head_;
};

TEST_F(PostingPrecedenceTest, FormThenRightsThenTheNameThenPlaces) {
  v1::Movement receive = Receive("gauze", "A", 0, "store");
  ExpectFree(Nurse(), receive, "INVALID_FIELD");
  v1::Movement posted = Receive("gauze", "A", 1, "store");
  ASSERT_EQ(Reason(Pharmacist(), posted), "");
  ExpectFree(Nurse(), posted, "PERMISSION_MISSING");
  posted.set_to_location("locations/nowhere");
  ExpectFree(Pharmacist(), posted, "MOVEMENT_EXISTS");
}

TEST_F(PostingPrecedenceTest, PlacesThenWhatIsNamed) {
  const v1::Movement hold = Hold("A", 5);
  v1::Movement nowhere = IssueOf(hold, 1, "nowhere");
  nowhere.set_lot("B");
  ExpectFree(Pharmacist(), nowhere, "LOCATION_NOT_FOUND");
  v1::Movement elsewhere = IssueOf(hold, 1, "town-ward");
  elsewhere.set_kind(v1::MOVEMENT_KIND_TRANSFER_OUT);
  elsewhere.set_lot("B");
  ExpectFree(Pharmacist(), elsewhere, "ROUTE_NOT_ALLOWED");
  ExpectFree(Clinic(), Reverse(hold.name()), "MOVEMENT_NOT_FOUND");
  ExpectBurnt(Reverse(hold.name()), "NOT_REVERSIBLE");
  v1::Movement back = Reverse(hold.name());
  back.set_lot("B");
  ExpectBurnt(back, "NOT_REVERSIBLE");
  v1::Movement same = IssueOf(hold, 1, "store");
  ExpectFree(Pharmacist(), same, "INVALID_FIELD");
}

TEST_F(PostingPrecedenceTest, WhatIsNamedThenTheItem) {
  const v1::Movement hold = Hold("A", 5);
  v1::Movement other = IssueOf(hold, 1);
  other.set_item("items/nothing");
  ExpectBurnt(other, "RESERVATION_MISMATCH");
  other = IssueOf(hold, 1);
  other.set_item("items/held-back");
  ExpectBurnt(other, "RESERVATION_MISMATCH");
  other = IssueOf(hold, 1);
  other.set_condition(v1::STOCK_CONDITION_EXPIRED);
  ExpectBurnt(other, "RESERVATION_MISMATCH");
}

TEST_F(PostingPrecedenceTest, TheItemThenHowItIsTracked) {
  v1::Movement lent = Receive("nothing", "A", 1, "store");
  lent.set_owner("suppliers/nobody");
  ExpectBurnt(lent, "ITEM_NOT_FOUND");
  lent = Receive("held-back", "", 1, "store");
  lent.set_owner("suppliers/nobody");
  ExpectBurnt(lent, "SUPPLIER_NOT_FOUND");
  ExpectBurnt(Make(v1::MOVEMENT_KIND_ISSUE, "held-back", "", 1, "store", "ward"), "ITEM_SUSPENDED");
  ExpectBurnt(Make(v1::MOVEMENT_KIND_USE, "stent", "A", 2, "ward", ""), "USE_NEEDS_PATIENT");
  v1::Movement packs = Make(v1::MOVEMENT_KIND_ISSUE, "held-back", "A", 0, "store", "ward");
  packs.set_pack(Gtin(41));
  packs.set_pack_quantity("0.01");
  ExpectBurnt(packs, "ITEM_SUSPENDED");
}

TEST_F(PostingPrecedenceTest, HowItIsTrackedThenThePeriod) {
  ExpectBurnt(InOctober(Make(v1::MOVEMENT_KIND_RECEIVE, "stent", "A", 2, "", "store")),
              "QUANTITY_ODD");
  ExpectBurnt(InOctober(Issue("", 1)), "LOT_MISSING");
  ExpectBurnt(InOctober(Make(v1::MOVEMENT_KIND_RECEIVE, "stent", "A", 1, "", "store")),
              "SERIAL_MISSING");
  ExpectBurnt(InOctober(Make(v1::MOVEMENT_KIND_RECEIVE, "tape", "", 1, "", "store")),
              "EXPIRY_MISSING");
  ExpectBurnt(InOctober(Make(v1::MOVEMENT_KIND_RECEIVE, "gauze", "NEW", 1, "", "store")),
              "EXPIRY_MISSING");
}

TEST_F(PostingPrecedenceTest, ThePeriodThenTheLot) {
  ExpectBurnt(InOctober(Issue("UNKNOWN", 1)), "PERIOD_CLOSED");
  ExpectBurnt(InOctober(Expiring(Receive("gauze", "A", 1, "store"), "2029-01-01")),
              "PERIOD_CLOSED");
}

TEST_F(PostingPrecedenceTest, ThePeriodThenHowLongAgoThenTheLot) {
  const auto in_spring = [](v1::Movement movement) {
    movement.mutable_effective_time()->set_seconds(1775000000);  // 2026-03-31
    return movement;
  };
  ExpectBurnt(in_spring(Issue("A", 1)), "PERIOD_CLOSED");
  v1::Movement loss =
      Make(v1::MOVEMENT_KIND_STOCKTAKE_LOSS, "gauze", "UNKNOWN", 100, "central", "");
  loss.set_reason("counted");
  ExpectBurnt(in_spring(loss), "EFFECTIVE_TIME_TOO_OLD");
  const v1::Movement received = Receive("gauze", "A", 1, "central");
  ASSERT_EQ(Reason(Pharmacist(), received), "");
  ExpectBurnt(in_spring(Reverse(received.name())), "EFFECTIVE_TIME_TOO_OLD");
}

TEST_F(PostingPrecedenceTest, WhenTheOriginalWasThenWhetherItWasReversed) {
  const v1::Movement received = Receive("gauze", "A", 1, "store");
  ASSERT_EQ(Reason(Pharmacist(), received), "");
  ExpectBurnt(InOctober(Reverse(received.name())), "PERIOD_CLOSED");
  ASSERT_EQ(Reason(Pharmacist(), Reverse(received.name())), "");
  v1::Movement early = Reverse(received.name());
  early.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(now_) - 1);
  ExpectBurnt(early, "BEFORE_ORIGINAL");
}

TEST_F(PostingPrecedenceTest, WhatAReversalConfirmsThenWhetherItWasReversed) {
  const v1::Movement received = Receive("gauze", "A", 1, "store");
  ASSERT_EQ(Reason(Pharmacist(), received), "");
  v1::Movement early = InOctober(Reverse(received.name()));
  early.set_lot("B");
  ExpectBurnt(early, "ORIGINAL_MISMATCH");
  ASSERT_EQ(Reason(Pharmacist(), Reverse(received.name())), "");
  v1::Movement again = Reverse(received.name());
  again.set_quantity(2);
  ExpectBurnt(again, "ORIGINAL_MISMATCH");
  ExpectBurnt(Reverse(received.name()), "ALREADY_REVERSED");
}

TEST_F(PostingPrecedenceTest, TheLotThenTheReservation) {
  const v1::Movement hold = Hold("A", 5);
  ExpectBurnt(Expiring(IssueOf(hold, 6), "2029-01-01"), "EXPIRY_CONFLICT");
  v1::Movement let_go = Make(v1::MOVEMENT_KIND_VOID, "", "", 0, "", "");
  let_go.set_reservation("reservations/" + hold.name().substr(10));
  ASSERT_EQ(Reason(Pharmacist(), let_go), "");
  ExpectBurnt(Expiring(IssueOf(hold, 1), "2029-01-01"), "EXPIRY_CONFLICT");
}

TEST_F(PostingPrecedenceTest, TheReservationThenWhetherGoodsMayBeIssued) {
  const v1::Movement hold = Hold("OLD", 5);
  ExpectBurnt(IssueOf(hold, 6), "RESERVATION_EXCEEDED");
  ExpectBurnt(IssueOf(hold, 1), "LOT_EXPIRED");
  now_ += absl::Hours(25);
  clock_.Set(now_);
  ExpectBurnt(IssueOf(hold, 1), "RESERVATION_CLOSED");
}

TEST_F(PostingPrecedenceTest, WhetherGoodsMayBeIssuedThenHowManyThereAre) {
  ExpectBurnt(In(v1::STOCK_CONDITION_RECALLED, Issue("OLD", 100)), "RECALLED");
  ExpectBurnt(In(v1::STOCK_CONDITION_QUARANTINED, Issue("OLD", 100)), "CONDITION_FORBIDS");
  v1::Movement use = Make(v1::MOVEMENT_KIND_USE, "gauze", "OLD", 100, "ward", "");
  use.set_owner("suppliers/kangda");
  ExpectBurnt(use, "CONSIGNED");
  ExpectBurnt(Issue("OLD", 100), "LOT_EXPIRED");
  v1::Movement old = Receive("stent", "OLD", 1, "store");
  old.set_serial("S1");
  old.set_expiry_date("2026-11-01");
  ASSERT_EQ(Reason(Pharmacist(), old), "");
  v1::Movement piece = Make(v1::MOVEMENT_KIND_ISSUE, "stent", "OLD", 1, "store", "ward");
  piece.set_serial("S2");
  ExpectBurnt(piece, "LOT_EXPIRED");
}

TEST_F(PostingPrecedenceTest, WhoSentThenHowManyThereAreThenWhen) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "central")), "");
  clock_.Advance(absl::Minutes(1));
  const auto move = [this](v1::MovementKind kind, int64_t quantity) {
    return Make(kind, "gauze", "A", quantity, "central", "store");
  };
  const auto before = [this](v1::Movement movement) {
    movement.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(now_) - 60);
    return movement;
  };
  ASSERT_EQ(Reason(Pharmacist(), move(v1::MOVEMENT_KIND_TRANSFER_OUT, 2)), "");
  ExpectBurnt(before(move(v1::MOVEMENT_KIND_TRANSFER_IN, 3)), "SAME_PERSON");
  const CallContext other = By("pharmacist-wu", "hospital_pharmacist");
  Expect(other, before(move(v1::MOVEMENT_KIND_TRANSFER_IN, 3)), "INSUFFICIENT_STOCK", true);
  Expect(other, before(move(v1::MOVEMENT_KIND_TRANSFER_IN, 2)), "NOT_THERE_THEN", true);
}

TEST_F(PostingPrecedenceTest, WhatIsWrongWithAMovementThenWithItsGroup) {
  std::vector<v1::Movement> group{Issue("A", 1), Issue("A", 100), Issue("A", 1), Issue("OLD", 1)};
  for (v1::Movement& movement : group) movement.set_group("g");
  group.push_back(group[0]);
  std::vector<std::string> reasons;
  for (const v1::MovementResult& result : PostAll(Pharmacist(), group)) {
    reasons.push_back(ReasonOf(result));
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"GROUP_FAILED", "INSUFFICIENT_STOCK", "GROUP_FAILED",
                                               "LOT_EXPIRED", "GROUP_FAILED"}));
  ExpectBurnt(group[0], "GROUP_FAILED");
  EXPECT_EQ(OnHand("ward", "gauze"), 0);
  ExpectSoundLedger();
}

// What is named may be in the same batch: it counts only when it was posted.
TEST_F(PostingPrecedenceTest, WhatWasRefusedEarlierInTheBatchIsNotThere) {
  const v1::Movement too_much = Issue("A", 100);
  const v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 100, "store", "");
  const v1::Movement back = Reverse(too_much.name());
  const v1::Movement held = IssueOf(hold, 1);
  std::vector<std::string> reasons;
  for (const v1::MovementResult& result :
       PostAll(Pharmacist(), {too_much, back, hold, held, Issue("A", 1)})) {
    reasons.push_back(ReasonOf(result));
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"INSUFFICIENT_STOCK", "MOVEMENT_NOT_FOUND",
                                               "INSUFFICIENT_STOCK", "RESERVATION_NOT_FOUND", ""}));
  ExpectFree(Pharmacist(), back, "MOVEMENT_NOT_FOUND");
  ExpectFree(Pharmacist(), held, "RESERVATION_NOT_FOUND");
  EXPECT_EQ(OnHand("ward", "gauze"), 1);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
