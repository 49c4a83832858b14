// What single movements and groups do and what they must not do, on a real ledger.
#include <functional>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/ledger/upkeep.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;

MATCHER_P(IsOkAnd, value, "") {
  *result_listener << arg.status().ToString();
  return arg.ok() && *arg == value;
}

class PostingRulesTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  }
  std::vector<std::string> ReasonsOf(const std::vector<v1::MovementResult>& results) {
    std::vector<std::string> reasons;
    for (const v1::MovementResult& result : results) reasons.push_back(ReasonOf(result));
    return reasons;
  }
};

TEST_F(PostingRulesTest, GoodsComeInMoveAndAreUsed) {
  const auto received = PostOne(Pharmacist(), Receive("gauze", "A", 100, "store"));
  ASSERT_TRUE(received.ok()) << received.status();
  EXPECT_EQ(received->to_balance(), 100);
  EXPECT_EQ(received->from_balance(), -100);
  EXPECT_EQ(received->owner(), "institutions/county-hospital");
  const auto issued =
      PostOne(Pharmacist(), Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 30, "store", "ward"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->from_balance(), 70);
  EXPECT_EQ(issued->to_balance(), 30);
  EXPECT_EQ(Reason(Nurse(), Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 31, "ward", "")),
            "INSUFFICIENT_STOCK");
  EXPECT_EQ(Reason(Nurse(), Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 30, "ward", "")), "");
  EXPECT_EQ(OnHand("ward", "gauze"), 0);
  EXPECT_EQ(OnHand("store", "gauze"), 70);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, TheSameNameIsAnsweredAsItWasTheFirstTime) {
  const v1::Movement receive = Receive("gauze", "A", 10, "store");
  const auto first = PostOne(Pharmacist(), receive);
  ASSERT_TRUE(first.ok()) << first.status();
  const v1::Movement use = Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 11, "store", "ward");
  EXPECT_EQ(Reason(Pharmacist(), use), "INSUFFICIENT_STOCK");
  ASSERT_TRUE(PostOne(Pharmacist(), Receive("gauze", "A", 10, "store")).ok());
  // There is enough now, but the name is burnt.
  EXPECT_EQ(Reason(Pharmacist(), use), "INSUFFICIENT_STOCK");
  const auto again = PostOne(Pharmacist(), receive);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  v1::Movement other = receive;
  other.set_quantity(11);
  const auto refused = PostOne(Pharmacist(), other);
  EXPECT_EQ(ErrorReason(refused.status()), "MOVEMENT_EXISTS");
  EXPECT_EQ(ErrorDetails(refused.status()).at("field"), "quantity");
  EXPECT_EQ(ErrorDetails(PostOne(Operator(), receive).status()).at("field"), "actor");
  EXPECT_EQ(OnHand("store", "gauze"), 20);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, APieceIsInOnePlace) {
  v1::Movement first = Receive("stent", "A", 1, "store");
  first.set_serial("S1");
  v1::Movement second = Receive("stent", "A", 1, "town-store");
  second.set_serial("S1");
  EXPECT_EQ(Reason(Pharmacist(), first), "");
  EXPECT_EQ(Reason(By("pharmacist-li", "hospital_pharmacist", "town-clinic"), second),
            "SERIAL_ELSEWHERE");
  v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "stent", "A", 1, "store", "ward");
  issue.set_serial("S2");
  EXPECT_EQ(Reason(Pharmacist(), issue), "SERIAL_NOT_HERE");
  issue.set_name(NewName());
  issue.set_serial("S1");
  EXPECT_EQ(Reason(Pharmacist(), issue), "");
  EXPECT_EQ(OnHand("ward", "stent"), 1);
  // What was used up does not come in again.
  CallContext bedside = Nurse();
  bedside.principal.acting_service = "usage";
  EXPECT_TRUE(Use(bedside, "uses/u1", "ward", {Line("stent", "A", 1, "S1")}).ok());
  first.set_name(NewName());
  EXPECT_EQ(Reason(Pharmacist(), first), "SERIAL_USED");
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, AGroupIsPostedTogetherOrNotAtAll) {
  v1::Movement consigned = Receive("gauze", "A", 5, "ward");
  consigned.set_owner("suppliers/kangda");
  ASSERT_EQ(Reason(Pharmacist(), consigned), "");
  v1::Movement use = Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 2, "ward", "");
  use.set_owner("suppliers/kangda");
  EXPECT_EQ(Reason(Nurse(), use), "CONSIGNED");
  const auto group = [&](int64_t taken, int64_t used) {
    v1::Movement take = Make(v1::MOVEMENT_KIND_TAKE_OWNERSHIP, "gauze", "A", taken, "ward", "");
    take.set_owner("suppliers/kangda");
    take.set_group("use-1");
    v1::Movement own = Make(v1::MOVEMENT_KIND_USE, "gauze", "A", used, "ward", "");
    own.set_group("use-1");
    return std::vector<v1::Movement>{take, own};
  };
  EXPECT_THAT(ReasonsOf(PostAll(Pharmacist(), group(2, 3))),
              ElementsAre("GROUP_FAILED", "INSUFFICIENT_STOCK"));
  // At the bedside nothing is taken over but what is used up with it, as often.
  EXPECT_THAT(ReasonsOf(PostAll(Nurse(), group(2, 3))),
              ElementsAre("PERMISSION_MISSING", "GROUP_FAILED"));
  std::vector<v1::Movement> twice = group(2, 2);
  twice.push_back(group(2, 2)[0]);
  EXPECT_THAT(ReasonsOf(PostAll(Nurse(), twice)),
              ElementsAre("PERMISSION_MISSING", "GROUP_FAILED", "PERMISSION_MISSING"));
  EXPECT_EQ(Reason(Nurse(), group(2, 2)[0]), "PERMISSION_MISSING");
  EXPECT_EQ(OnHand("ward", "gauze"), 5);
  EXPECT_THAT(ReasonsOf(PostAll(Nurse(), group(2, 2))), ElementsAre("", ""));
  EXPECT_EQ(OnHand("ward", "gauze"), 3);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, AReversalMovesTheGoodsThatWerePostedUnderTheName) {
  SeedItem({.item_id = "tape", .number = 3});
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "ward")), "");
  ASSERT_EQ(Reason(Pharmacist(), Receive("tape", "T", 60, "ward")), "");
  v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 50, "ward", "");
  *hold.mutable_expire_time() = rpc::ToTimestamp(clock_.Now() + absl::Hours(1));
  // Planned as a use of what is never held; posted as a use of something else.
  v1::Movement planned = Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 50, "ward", "");
  planned.set_reservation("reservations/" + hold.name().substr(hold.name().find('/') + 1));
  v1::Movement posted = Make(v1::MOVEMENT_KIND_USE, "tape", "T", 50, "ward", "");
  posted.set_name(planned.name());
  v1::Movement back = Make(v1::MOVEMENT_KIND_REVERSAL, "", "", 0, "", "");
  back.set_original(posted.name());
  back.set_reason("because");
  EXPECT_THAT(ReasonsOf(PostAll(Pharmacist(), {hold, planned, posted, back})),
              ElementsAre("INSUFFICIENT_STOCK", "RESERVATION_NOT_FOUND", "", "MOVEMENT_NOT_FOUND"));
  EXPECT_EQ(OnHand("ward", "gauze"), 10);
  back.set_name(NewName());
  EXPECT_EQ(Reason(Pharmacist(), back), "");
  EXPECT_EQ(OnHand("ward", "tape"), 60);
  EXPECT_EQ(OnHand("ward", "gauze"), 10);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, ARepeatIsToldTheFirstAnswerWhateverIsKnownOfTheLotByNow) {
  SeedItem({.item_id = "tape", .number = 3, .lot_tracked = false});
  const v1::Movement first = Receive("gauze", "A", 10, "store");
  const auto told = PostOne(Pharmacist(), first);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->expiry_date(), "");
  v1::Movement more = Receive("gauze", "A", 1, "store");
  more.set_manufacture_date("2025-01-01");
  more.set_sterilisation_lot("ST-1");
  more.set_registration("GXZZ 1");
  ASSERT_EQ(Reason(Pharmacist(), more), "");
  const auto again = PostOne(Pharmacist(), first);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), told->SerializeAsString());
  const auto tape = PostOne(Pharmacist(), Receive("tape", "", 1, "store"));
  ASSERT_TRUE(tape.ok()) << tape.status();
  EXPECT_EQ(tape->expiry_date(), "2027-12-31");
}

TEST_F(PostingRulesTest, AReversalConfirmsTheGoodsOrIsRefused) {
  const v1::Movement received = Receive("gauze", "A", 10, "store");
  const auto back = [&](const std::function<void(v1::Movement&)>& confirm) {
    v1::Movement movement = Reverse(received.name());
    confirm(movement);
    return movement;
  };
  const auto field_of = [&](const v1::Movement& movement) -> std::string {
    const absl::Status status = PostOne(Pharmacist(), movement).status();
    EXPECT_EQ(ErrorReason(status), "ORIGINAL_MISMATCH") << status;
    return ErrorDetails(status).at("field");
  };
  ASSERT_EQ(Reason(Pharmacist(), received), "");
  EXPECT_EQ(field_of(back([](v1::Movement& movement) { movement.set_item("items/stent"); })),
            "item");
  EXPECT_EQ(field_of(back([](v1::Movement& movement) { movement.set_lot("B"); })), "lot");
  EXPECT_EQ(field_of(back([](v1::Movement& movement) { movement.set_serial("S1"); })), "serial");
  EXPECT_EQ(field_of(back([](v1::Movement& movement) { movement.set_quantity(9); })), "quantity");
  v1::Movement owner = Reverse(received.name());
  owner.set_owner("suppliers/kangda");
  EXPECT_EQ(Reason(Pharmacist(), owner), "INVALID_FIELD");
  v1::Movement confirmed = Reverse(received.name());
  confirmed.set_item("items/gauze");
  confirmed.set_lot("A");
  confirmed.set_quantity(10);
  EXPECT_EQ(Reason(Pharmacist(), confirmed), "");
  // In one call with its original.
  const v1::Movement other = Receive("gauze", "A", 3, "store");
  v1::Movement wrong = Reverse(other.name());
  wrong.set_quantity(4);
  EXPECT_THAT(ReasonsOf(PostAll(Pharmacist(), {other, wrong})),
              ElementsAre("", "ORIGINAL_MISMATCH"));
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, AnOverrideIsRedOnlyWhereItWasNeeded) {
  v1::Movement old = Receive("gauze", "OLD", 10, "store");
  old.set_expiry_date("2026-11-20");
  ASSERT_EQ(Reason(Pharmacist(), old), "");
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  CallContext head = Pharmacist();
  head.principal.roles.push_back("approver");
  const auto forced = [&](std::string_view lot) {
    v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "gauze", lot, 1, "store", "ward");
    issue.set_override_expiry(true);
    issue.set_reason("no other goods");
    return issue;
  };
  const v1::Movement needless = forced("A");
  const v1::Movement needed = forced("OLD");
  const std::vector<v1::MovementResult> results = PostAll(head, {needless, needed});
  EXPECT_FALSE(results[0].movement().override_expiry());
  EXPECT_TRUE(results[1].movement().override_expiry());
  EXPECT_EQ(database_.Value("SELECT string_agg(resource || '|' || reason || '|' || actor_user_id "
                            "|| '|' || institution_id || '|' || (details #>> "
                            "'{movements,0,lot}'), ' ') FROM journal.entry WHERE event = "
                            "'stock.expiry_overridden'"),
            needed.name() + "|no other goods|pharmacist-sun|county-hospital|OLD");
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement WHERE expiry_overridden"), 1);
  // What was asked for is what counts for who asks again.
  v1::Movement other = needless;
  other.set_override_expiry(false);
  EXPECT_EQ(ErrorDetails(PostOne(head, other).status()).at("field"), "override_expiry");
  other = needless;
  other.set_quantity(2);
  EXPECT_EQ(ErrorDetails(PostOne(head, other).status()).at("field"), "quantity");
  EXPECT_EQ(Reason(head, needless), "");
}

TEST_F(PostingRulesTest, EachInstitutionAndEachWardHasItsOwnEntry) {
  CallContext system = Operator();
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 50, "central")), "");
  const v1::Movement out =
      Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", "A", 5, "central", "store");
  const v1::Movement in = Make(v1::MOVEMENT_KIND_TRANSFER_IN, "gauze", "A", 5, "central", "store");
  const v1::Movement own = Receive("gauze", "B", 1, "store");
  const v1::Movement lost = Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "B", 9, "store", "ward");
  ASSERT_EQ(Reason(system, out), "");
  ASSERT_THAT(
      ReasonsOf(PostAll(Pharmacist(), {Receive("gauze", "A", 1, "central"), in, own, lost})),
      ElementsAre("", "", "", "INSUFFICIENT_STOCK"));
  const std::string entries =
      "SELECT string_agg(coalesce(institution_id, '-') || ' ' || alliance_id || ' ' || "
      "jsonb_array_length(details -> 'movements'), ', ' ORDER BY institution_id NULLS FIRST) FROM "
      "journal.entry WHERE event = 'movements.posted' AND ";
  EXPECT_EQ(database_.Value(entries + "details::text LIKE '%" + in.name() + "%'"),
            "county-hospital east 2");
  EXPECT_EQ(database_.Value(entries + "'departments/surgery' = ANY (subjects)"),
            "county-hospital east 1")
      << "what names a ward tells of nothing else";
  EXPECT_EQ(database_.Value(entries + "details::text LIKE '%" + out.name() + "%'"), "- east 1");
  EXPECT_EQ(database_.Value(entries + "'items/gauze/lots/A' = ANY (subjects)"),
            "- east 1, - east 1, - east 1, county-hospital east 2");
}

TEST_F(PostingRulesTest, AWardIsToldOfItselfAndReturnsToTheStore) {
  CallContext ward = Nurse();
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "surgery";
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 50, "store")), "");
  ASSERT_EQ(Reason(Pharmacist(), Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 20, "store", "ward")),
            "");
  const v1::Movement use = Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 3, "ward", "");
  for (int time = 0; time < 2; ++time) {
    const auto used = PostOne(ward, use);
    ASSERT_TRUE(used.ok()) << used.status();
    EXPECT_EQ(used->from_balance(), 17);
    EXPECT_EQ(used->to_balance(), 0) << "what the whole institution used is not hers to know";
  }
  EXPECT_EQ(PostAll(ward, {use})[0].movement().to_balance(), 0);
  EXPECT_EQ(
      PostOne(Nurse(), Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 1, "ward", ""))->to_balance(), 4);
  const v1::Movement back =
      Make(v1::MOVEMENT_KIND_RETURN_TO_STORE, "gauze", "A", 6, "ward", "store");
  EXPECT_EQ(Reason(ward, back), "");
  v1::Movement elsewhere = back;
  elsewhere.set_name(NewName());
  elsewhere.set_to_location("locations/town-store");
  EXPECT_EQ(Reason(ward, elsewhere), "LOCATION_NOT_FOUND");
  // Who sees one side of a movement sees that side of its reversal.
  ASSERT_EQ(Reason(Pharmacist(), Reverse(back.name())), "");
  EXPECT_EQ(database_.Value("SELECT string_agg(concat_ws(' ', kind, from_department_id, "
                            "to_department_id), ', ' ORDER BY posting_number) FROM "
                            "distribution.movement WHERE kind IN ('return_to_store', 'reversal')"),
            "return_to_store surgery, reversal surgery");
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement WHERE kind = 'reversal' AND "
                  "to_department_id = 'surgery' AND from_department_id IS NULL"),
            1);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, ConsignedGoodsComeFromASupplierThatExists) {
  v1::Movement consigned = Receive("gauze", "A", 5, "ward");
  consigned.set_owner("suppliers/kangdaa");
  const absl::Status refused = PostOne(Pharmacist(), consigned).status();
  EXPECT_EQ(ErrorReason(refused), "SUPPLIER_NOT_FOUND");
  EXPECT_EQ(ErrorDetails(refused).at("field"), "owner");
  consigned.set_name(NewName());
  consigned.set_kind(v1::MOVEMENT_KIND_OPENING_BALANCE);
  EXPECT_EQ(Reason(Pharmacist(), consigned), "SUPPLIER_NOT_FOUND");
  consigned.set_name(NewName());
  consigned.set_owner("suppliers/kangda");
  EXPECT_EQ(Reason(Pharmacist(), consigned), "");
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.account WHERE owner = 'suppliers/kangdaa'"),
            0);
}

// Nothing was decided, so the names are free; what a rule decides burns them.
TEST_F(PostingRulesTest, AGroupWithABadNeighbourLeavesItsNamesFree) {
  std::vector<v1::Movement> group{Receive("gauze", "A", 5, "store"),
                                  Receive("gauze", "A", 0, "store"),
                                  Receive("gauze", "A", 7, "store")};
  for (v1::Movement& movement : group) movement.set_group("g");
  EXPECT_THAT(ReasonsOf(PostAll(Pharmacist(), group)),
              ElementsAre("GROUP_FAILED", "INVALID_FIELD", "GROUP_FAILED"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 0);
  group[1] = Receive("gauze", "A", 1, "store");
  group[1].set_group("g");
  group[1].set_kind(v1::MOVEMENT_KIND_TRANSFER_OUT);
  group[1].set_from_location("locations/store");
  group[1].set_to_location("locations/ward");
  EXPECT_THAT(ReasonsOf(PostAll(Nurse(), group)),
              ElementsAre("PERMISSION_MISSING", "PERMISSION_MISSING", "PERMISSION_MISSING"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 0);
  group[1].set_quantity(100);
  EXPECT_THAT(ReasonsOf(PostAll(Pharmacist(), group)),
              ElementsAre("GROUP_FAILED", "INSUFFICIENT_STOCK", "GROUP_FAILED"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 3);
  EXPECT_EQ(Reason(Pharmacist(), group[0]), "GROUP_FAILED");
  ExpectSoundLedger();
}

// A client that asks again and adds a bad one must not believe that the others can be posted anew.
TEST_F(PostingRulesTest, WhatAGroupPostedBeforeIsAnsweredBesideABadNeighbour) {
  std::vector<v1::Movement> group{Receive("gauze", "A", 5, "store"),
                                  Receive("gauze", "A", 7, "store")};
  for (v1::Movement& movement : group) movement.set_group("g");
  const auto posted = PostAll(Pharmacist(), group);
  ASSERT_THAT(ReasonsOf(posted), ElementsAre("", ""));
  group.push_back(Receive("gauze", "A", 0, "store"));
  group.push_back(Receive("gauze", "A", 9, "store"));
  group[2].set_group("g");
  group[3].set_group("g");
  const auto again = PostAll(Pharmacist(), group);
  EXPECT_THAT(ReasonsOf(again), ElementsAre("", "", "INVALID_FIELD", "GROUP_FAILED"));
  EXPECT_EQ(again[0].movement().SerializeAsString(), posted[0].movement().SerializeAsString());
  EXPECT_EQ(again[1].movement().SerializeAsString(), posted[1].movement().SerializeAsString());
  EXPECT_EQ(again[3].error().message(),
            group[2].name() + " of the same group was refused, so this one was not posted");
  group[0].set_quantity(6);
  EXPECT_EQ(ReasonsOf(PostAll(Pharmacist(), group))[0], "MOVEMENT_EXISTS");
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 2);
  EXPECT_EQ(Reason(Pharmacist(), group[3]), "") << "its name is free";
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, AConsignedPieceBecomesOwnWhenItIsUsedAtTheBedside) {
  v1::Movement piece = Receive("stent", "A", 1, "ward");
  piece.set_serial("S1");
  piece.set_owner("suppliers/kangda");
  ASSERT_EQ(Reason(Pharmacist(), piece), "");
  // Nothing of the supplier's is sent on by a document.
  EXPECT_EQ(ErrorReason(Send(Pharmacist(), "ward", "store", {{"stent", 1}}).status()),
            "INSUFFICIENT_STOCK");
  CallContext bedside = Nurse();
  bedside.principal.acting_service = "usage";
  const auto used = Use(bedside, "uses/u1", "ward", {Line("stent", "A", 1, "S1")});
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement WHERE document = 'uses/u1' "
                  "AND kind IN ('take_ownership', 'use')"),
            2);
  EXPECT_EQ(OnHand("ward", "stent"), 0);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, WhatIsHeldIsPostedOrLetGo) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 8, "store", "");
  ASSERT_EQ(Reason(Pharmacist(), hold), "");
  EXPECT_EQ(Reason(Pharmacist(), Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 3, "store", "ward")),
            "INSUFFICIENT_STOCK");
  const std::string reservation = "reservations/" + hold.name().substr(10);
  v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 5, "", "ward");
  issue.set_reservation(reservation);
  ASSERT_EQ(Reason(Pharmacist(), issue), "");
  v1::Movement too_much = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 4, "", "ward");
  too_much.set_reservation(reservation);
  EXPECT_EQ(Reason(Pharmacist(), too_much), "RESERVATION_EXCEEDED");
  v1::Movement let_go = Make(v1::MOVEMENT_KIND_VOID, "", "", 0, "", "");
  let_go.set_reservation(reservation);
  EXPECT_EQ(Reason(Pharmacist(), let_go), "");
  v1::Movement again = Make(v1::MOVEMENT_KIND_VOID, "", "", 0, "", "");
  again.set_reservation(reservation);
  EXPECT_EQ(Reason(Pharmacist(), again), "RESERVATION_CLOSED");
  EXPECT_EQ(Reason(Pharmacist(), Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 5, "store", "ward")),
            "");
  EXPECT_EQ(OnHand("store", "gauze"), 0);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, WhatIsHeldTooLongIsLetGo) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  const v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 8, "store", "");
  ASSERT_EQ(Reason(Pharmacist(), hold), "");
  prometheus::Registry metrics;
  Upkeep upkeep(pool_.get(), &clock_, &lane_, &metrics, {});
  Upkeep twin(pool_.get(), &clock_, &lane_, &metrics, {});
  EXPECT_THAT(upkeep.ExpireReservations(), IsOkAnd(0));
  clock_.Advance(absl::Hours(25));
  EXPECT_THAT(upkeep.ExpireReservations(), IsOkAnd(1));
  EXPECT_THAT(twin.ExpireReservations(), IsOkAnd(0));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.reservation WHERE state = 'expired'"), 1);
  CallContext later = Pharmacist();
  later.received_at = clock_.Now();
  EXPECT_EQ(Reason(later, Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 10, "store", "ward")), "");
  ASSERT_TRUE(upkeep.MakePartitions().ok());
  ExpectSoundLedger();
}

// Nobody takes the id in advance, and what does not expire stands in nobody's way.
TEST_F(PostingRulesTest, NobodyKeepsReservationsFromExpiring) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  prometheus::Registry metrics;
  Upkeep upkeep(pool_.get(), &clock_, &lane_, &metrics, {.expire_max = 1});
  std::vector<std::string> ids;
  for (int count = 0; count < 3; ++count) {
    const v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 1, "store", "");
    ASSERT_EQ(Reason(Pharmacist(), hold), "");
    ids.push_back(hold.name().substr(10));
  }
  const absl::Time expires_at =
      absl::FromUnixMicros(Count("SELECT (extract(epoch FROM min(expires_at)) * 1000000)::bigint "
                                 "FROM distribution.reservation"));
  const absl::Time over = expires_at + absl::Minutes(1);
  v1::Movement early = Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 1000, "store", "");
  early.set_name("movements/" + ExpiryId(ids[0], expires_at, over));
  EXPECT_EQ(Reason(Nurse(), early), "MOVEMENT_ID_INVALID");
  // The first is kept by force.
  database_.Execute(fmt::format(
      "SET LOCAL session_replication_role = replica; INSERT INTO distribution.movement "
      "(movement_id, kind, quantity, moved, effective_at, posted_at, actor_id, alliance_id, "
      "content_hash, refusal) SELECT '{}', 'use', 1, 0, posted_at, posted_at, 'nurse-li', "
      "alliance_id, movement_id, '{{}}' FROM distribution.movement LIMIT 1",
      ExpiryId(ids[0], expires_at, over)));
  clock_.Advance(over - clock_.Now());
  EXPECT_THAT(upkeep.ExpireReservations(), IsOkAnd(2));
  EXPECT_EQ(metrics.Collect().front().metric.front().counter.value, 1);
  EXPECT_EQ(database_.Value("SELECT reservation_id FROM distribution.reservation "
                            "WHERE state = 'open'"),
            ids[0]);
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(upkeep.ExpireReservations(), IsOkAnd(1));
  EXPECT_EQ(metrics.Collect().front().metric.front().counter.value, 1);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, AMovementIsReversedOnce) {
  const auto received = PostOne(Pharmacist(), Receive("gauze", "A", 10, "store"));
  ASSERT_TRUE(received.ok()) << received.status();
  const auto reverse = [&] { return Reverse(received->name()); };
  EXPECT_EQ(Reason(By("p", "hospital_pharmacist", "town-clinic"), reverse()), "MOVEMENT_NOT_FOUND");
  EXPECT_EQ(Reason(Pharmacist(), reverse()), "");
  EXPECT_EQ(Reason(Pharmacist(), reverse()), "ALREADY_REVERSED");
  EXPECT_EQ(OnHand("store", "gauze"), 0);
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, RecallBeatsOverride) {
  v1::Movement old = Receive("gauze", "OLD", 10, "store");
  old.set_expiry_date("2026-11-20");
  ASSERT_EQ(Reason(Pharmacist(), old), "");
  EXPECT_EQ(Reason(Pharmacist(), Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "OLD", 1, "store", "ward")),
            "LOT_EXPIRED");
  v1::Movement forced = Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "OLD", 1, "store", "ward");
  forced.set_override_expiry(true);
  forced.set_reason("no other goods, the patient cannot wait");
  EXPECT_EQ(Reason(Pharmacist(), forced), "PERMISSION_MISSING");
  CallContext head = Pharmacist();
  head.principal.roles.push_back("approver");
  EXPECT_EQ(Reason(head, forced), "");
  v1::Movement recall = Make(v1::MOVEMENT_KIND_CHANGE_CONDITION, "gauze", "OLD", 9, "store", "");
  recall.set_to_condition(v1::STOCK_CONDITION_RECALLED);
  recall.set_reason("recall 7 of the maker");
  ASSERT_EQ(Reason(Pharmacist(), recall), "");
  forced.set_name(NewName());
  forced.set_condition(v1::STOCK_CONDITION_RECALLED);
  EXPECT_EQ(Reason(head, forced), "RECALLED");
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, ARecallIsNotLiftedByReversingIt) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  const auto recall = [this] {
    v1::Movement change = Make(v1::MOVEMENT_KIND_CHANGE_CONDITION, "gauze", "A", 4, "store", "");
    change.set_to_condition(v1::STOCK_CONDITION_RECALLED);
    change.set_reason("recall 7 of the maker");
    return change;
  };
  const v1::Movement stored = recall();
  ASSERT_EQ(Reason(Pharmacist(), stored), "");
  EXPECT_EQ(Reason(Pharmacist(), Reverse(stored.name())), "NOT_REVERSIBLE");
  // Both in one call, so that the recall is not stored yet when its reversal is planned.
  const v1::Movement planned = recall();
  const auto results = PostAll(Pharmacist(), {planned, Reverse(planned.name())});
  EXPECT_EQ(ReasonOf(results[0]), "");
  EXPECT_EQ(ReasonOf(results[1]), "NOT_REVERSIBLE");
  ExpectSoundLedger();
}

TEST_F(PostingRulesTest, WhatADocumentPostedIsNotReversedByAMovement) {
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  const auto sent = Send(Pharmacist(), "store", "ward", {{"gauze", 3}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  const std::string posted = database_.Value(
      "SELECT 'movements/' || movement_id FROM distribution.movement WHERE document IS NOT NULL");
  EXPECT_EQ(Reason(Pharmacist(), Reverse(posted)), "NOT_REVERSIBLE");
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
