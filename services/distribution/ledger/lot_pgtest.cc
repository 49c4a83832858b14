// What is known of a lot is corrected by who may, once, and counts from then on.
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "common/base/uuid.h"
#include "common/status/status.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/posting_test_support.h"

namespace qingqu::distribution {
namespace {

class LotTest : public PostingTest {
 protected:
  LotTest() : ledger_(pool_.get(), &clock_) {}

  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "tape", .number = 3, .lot_tracked = false});
    v1::Movement mistyped = Receive("gauze", "A", 10, "store");
    mistyped.set_expiry_date("2026-11-20");
    ASSERT_EQ(Reason(Pharmacist(), mistyped), "");
    lot_ = LotOf("gauze");
  }

  v1::Lot LotOf(const std::string& item) {
    v1::GetLotRequest request;
    request.set_name(
        "lots/" +
        database_.Value("SELECT lot_id FROM distribution.lot WHERE item_id = '" + item + "'"));
    const auto lot = ledger_.GetLot(Pharmacist(), request);
    EXPECT_TRUE(lot.ok()) << lot.status();
    return lot.value_or(v1::Lot());
  }
  CallContext Approver() const {
    CallContext call = By("approver-zhao", "approver");
    call.principal.scope = auth::Scope::kAlliance;
    call.request_id = UuidFromText("correction").ToString();
    return call;
  }
  v1::CorrectLotRequest Correction() const {
    v1::CorrectLotRequest request;
    *request.mutable_lot() = *request.mutable_known() = lot_;
    request.mutable_lot()->set_expiry_date("2027-11-20");
    request.set_reason("misread the label");
    return request;
  }
  std::string ReasonOfCorrection(const v1::CorrectLotRequest& request) {
    return ErrorReason(ledger_.CorrectLot(Approver(), request).status());
  }
  v1::Movement Issue() { return Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", 1, "store", "ward"); }
  v1::Movement ReceiveExpiring(const std::string& date) {
    v1::Movement movement = Receive("gauze", "A", 1, "store");
    movement.set_expiry_date(date);
    return movement;
  }

  LedgerHandlers ledger_;
  v1::Lot lot_;
};

TEST_F(LotTest, WhatIsPostedNextIsJudgedByTheNewFacts) {
  const v1::Movement before = Issue();
  EXPECT_EQ(Reason(Pharmacist(), before), "LOT_EXPIRED");
  EXPECT_EQ(Reason(Pharmacist(), ReceiveExpiring("2027-11-20")), "EXPIRY_CONFLICT");
  const auto corrected = ledger_.CorrectLot(Approver(), Correction());
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->expiry_date(), "2027-11-20");
  EXPECT_EQ(LotOf("gauze").SerializeAsString(), corrected->SerializeAsString());
  EXPECT_EQ(Reason(Pharmacist(), ReceiveExpiring("2027-11-20")), "");
  EXPECT_EQ(Reason(Pharmacist(), ReceiveExpiring("2026-11-20")), "EXPIRY_CONFLICT");
  EXPECT_EQ(Reason(Pharmacist(), Issue()), "");
  EXPECT_EQ(Reason(Pharmacist(), before), "LOT_EXPIRED");
  EXPECT_EQ(database_.Value(
                "SELECT resource || '|' || actor_user_id || '|' || reason || '|' || (details "
                "#>> '{before,expiry_date}') || '|' || (details #>> '{after,expiry_date}') || "
                "'|' || ('items/gauze/lots/A' = ANY (subjects)) FROM journal.entry WHERE "
                "event = 'lot.corrected'"),
            lot_.name() + "|approver-zhao|misread the label|2026-11-20|2027-11-20|true");
  ExpectSoundLedger();
}

TEST_F(LotTest, ARetryIsAnsweredAsTheFirstAndAnotherFindsItChanged) {
  const auto first = ledger_.CorrectLot(Approver(), Correction());
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = ledger_.CorrectLot(Approver(), Correction());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  for (const char* event : {"lot.corrected", "lot.expiry_extended"}) {
    EXPECT_EQ(Count(fmt::format("SELECT count(*) FROM journal.entry WHERE event = '{}'", event)),
              1);
  }
  CallContext other = Approver();
  other.request_id = UuidFromText("another correction").ToString();
  const absl::Status late = ledger_.CorrectLot(other, Correction()).status();
  EXPECT_EQ(late.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ErrorReason(late), "LOT_CHANGED");
}

TEST_F(LotTest, OtherFactsAreCorrectedOrForgotten) {
  v1::Movement more = ReceiveExpiring("");
  more.set_manufacture_date("2024-01-01");
  more.set_registration("GXZZ 1");
  ASSERT_EQ(Reason(Pharmacist(), more), "");
  lot_ = LotOf("gauze");
  v1::CorrectLotRequest request = Correction();
  request.mutable_lot()->clear_manufacture_date();
  request.mutable_lot()->set_registration("GXZZ 2");
  request.mutable_lot()->set_sterilisation_lot("ST-1");
  const auto corrected = ledger_.CorrectLot(Approver(), request);
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->manufacture_date(), "");
  more.set_name(NewName());
  EXPECT_EQ(Reason(Pharmacist(), more), "LOT_CONFLICT");
  more.set_name(NewName());
  more.set_registration("GXZZ 2");
  more.set_sterilisation_lot("ST-1");
  more.set_manufacture_date("2024-06-01");
  EXPECT_EQ(Reason(Pharmacist(), more), "");
}

TEST_F(LotTest, OnlyWhoHasOrHadTheGoodsCorrectsAndEachOfThemIsTold) {
  CallContext west = By("approver-qin", "approver", "west-hospital", "west");
  west.principal.scope = auth::Scope::kAlliance;
  west.request_id = UuidFromText("west").ToString();
  EXPECT_EQ(ErrorReason(ledger_.CorrectLot(west, Correction()).status()), "LOT_ELSEWHERE");
  v1::Movement theirs = ReceiveExpiring("");
  theirs.set_to_location("locations/west-store");
  ASSERT_EQ(Reason(By("pharmacist-wu", "hospital_pharmacist", "west-hospital", "west"), theirs),
            "");
  const auto corrected = ledger_.CorrectLot(west, Correction());
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(
      database_.Value("SELECT string_agg(event || ' ' || alliance_id, ', ' ORDER BY sequence) "
                      "FROM journal.entry WHERE event LIKE 'lot.%'"),
      "lot.corrected east, lot.expiry_extended east, lot.corrected west, "
      "lot.expiry_extended west");
}

TEST_F(LotTest, AnEarlierExpiryIsNotRed) {
  v1::CorrectLotRequest request = Correction();
  request.mutable_lot()->set_expiry_date("2026-10-20");
  EXPECT_EQ(ReasonOfCorrection(request), "");
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'lot.expiry_extended'"), 0);
}

TEST_F(LotTest, NotWhileGoodsAreRecalled) {
  v1::Movement recall = Make(v1::MOVEMENT_KIND_CHANGE_CONDITION, "gauze", "A", 3, "store", "");
  recall.set_to_condition(v1::STOCK_CONDITION_RECALLED);
  recall.set_reason("recall 7 of the maker");
  ASSERT_EQ(Reason(Pharmacist(), recall), "");
  EXPECT_EQ(ReasonOfCorrection(Correction()), "LOT_RECALLED");
  v1::Movement gone = Make(v1::MOVEMENT_KIND_RETURN_TO_SUPPLIER, "gauze", "A", 3, "store", "");
  gone.set_condition(v1::STOCK_CONDITION_RECALLED);
  gone.set_reason("recall 7 of the maker");
  ASSERT_EQ(Reason(Pharmacist(), gone), "");
  EXPECT_EQ(ReasonOfCorrection(Correction()), "");
}

TEST_F(LotTest, WhatIsNoCorrectionIsRefused) {
  CallContext narrow = Approver();
  narrow.principal.scope = auth::Scope::kInstitution;
  EXPECT_EQ(ErrorReason(ledger_.CorrectLot(narrow, Correction()).status()), "SCOPE_TOO_NARROW");
  v1::CorrectLotRequest request = Correction();
  request.mutable_lot()->set_name("lots/" + UuidFromText("none").ToString());
  EXPECT_EQ(ReasonOfCorrection(request), "LOT_NOT_FOUND");
  request = Correction();
  request.mutable_lot()->clear_expiry_date();
  EXPECT_EQ(ReasonOfCorrection(request), "EXPIRY_MISSING");
  ASSERT_EQ(Reason(Pharmacist(), Receive("tape", "", 1, "store")), "");
  const v1::Lot tape = LotOf("tape");
  request = Correction();
  *request.mutable_lot() = *request.mutable_known() = tape;
  request.mutable_lot()->set_expiry_date("2028-01-01");
  EXPECT_EQ(ReasonOfCorrection(request), "LOT_WITHOUT_NUMBER");
  const auto invalid = [&](const auto& change) {
    v1::CorrectLotRequest changed = Correction();
    change(changed);
    EXPECT_EQ(ReasonOfCorrection(changed), "INVALID_FIELD") << changed.ShortDebugString();
  };
  invalid([](v1::CorrectLotRequest& changed) { *changed.mutable_lot() = changed.known(); });
  invalid([](v1::CorrectLotRequest& changed) { changed.set_reason("  "); });
  invalid([](v1::CorrectLotRequest& changed) { changed.mutable_lot()->set_name("lots/x"); });
  invalid(
      [](v1::CorrectLotRequest& changed) { changed.mutable_lot()->set_expiry_date("2027-02-30"); });
  invalid([](v1::CorrectLotRequest& changed) {
    changed.mutable_lot()->set_manufacture_date("2027-12-01");
  });
  invalid([](v1::CorrectLotRequest& changed) {
    changed.mutable_lot()->set_registration(std::string(101, 'x'));
  });
  EXPECT_EQ(LotOf("gauze").SerializeAsString(), lot_.SerializeAsString());
}

}  // namespace
}  // namespace qingqu::distribution
