#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReceiptTest : public DistributionTest {
 protected:
  ReceiptTest() {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
    SeedItem({.item_id = "cotton", .number = 3, .lot_tracked = false, .expiry_tracked = false});
    SeedItem({.item_id = "other", .number = 4});
  }

  std::string Entry(const std::string& column) const {
    return database_.Value("SELECT " + column +
                           " FROM journal.entry WHERE event = 'receipt.posted'");
  }

  const std::string a1_ = Label(10, "271231", "A1");
  const std::string a1_box_ = Label(11, "271231", "A1");
};

TEST_F(ReceiptTest, AcceptedGoodsArePostedAndRejectedOnesRecorded) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 100, .lot = "A1"}});
  v1::ReceiptLine both = Reject(a1_box_, 2);
  both.set_packs_accepted(5);
  const auto receipt = Receive(Operator(), "d1", {both, Accept(a1_, 7)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->order(), "orders/o1");
  EXPECT_EQ(receipt->supplier(), "suppliers/kangda");
  EXPECT_EQ(receipt->location(), "locations/central");
  EXPECT_EQ(receipt->receiver(), "users/operator-qian");
  EXPECT_EQ(receipt->lines(0).item(), "items/gauze");
  EXPECT_EQ(receipt->lines(0).lot(), "A1");
  EXPECT_EQ(receipt->lines(0).expiry_date(), "2027-12-31");
  EXPECT_EQ(receipt->lines(0).quantity_accepted(), 50);
  EXPECT_EQ(receipt->lines(0).quantity_rejected(), 20);
  EXPECT_EQ(receipt->lines(1).line_number(), 2);
  EXPECT_EQ(receipt->lines(1).quantity_accepted(), 7);
  EXPECT_EQ(OnHand("central", "gauze"), 57);
  EXPECT_EQ(database_.Value("SELECT quantity_accepted || '+' || quantity_rejected "
                            "FROM distribution.despatch_line_progress"),
            "57+20");
  v1::GetReceiptRequest get;
  get.set_name(receipt->name());
  const auto read = handlers_.GetReceipt(Operator(), get);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), receipt->SerializeAsString());
  ExpectSoundLedger();
}

TEST_F(ReceiptTest, OneJournalEntryTellsWhatProcurementFollows) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1", .order_line_number = 3},
                      {.item_id = "gauze", .quantity = 10, .lot = "A1", .order_line_number = 4}});
  ASSERT_TRUE(Receive(Operator(), "d1", {Accept(a1_, 15)}).ok());
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'receipt.posted'"), 1);
  EXPECT_EQ(Entry("details->>'order'"), "orders/o1");
  EXPECT_EQ(Entry("details->>'despatch'"), "despatches/d1");
  EXPECT_EQ(Entry("jsonb_array_length(details->'lines')"), "2");
  EXPECT_EQ(Entry("details #>> '{lines,0,order_line_number}'"), "3");
  EXPECT_EQ(Entry("details #>> '{lines,0,quantity_accepted}'"), "10");
  EXPECT_EQ(Entry("details #>> '{lines,1,order_line_number}'"), "4");
  EXPECT_EQ(Entry("details #>> '{lines,1,quantity_accepted}'"), "5");
  EXPECT_EQ(Entry("details #>> '{lines,1,item}'"), "items/gauze");
  EXPECT_EQ(Entry("alliance_id || ' ' || supplier_id || ' ' || institution_id"),
            "east kangda county-hospital");
  EXPECT_EQ(Entry("subjects @> ARRAY['despatches/d1', 'orders/o1', 'locations/central', "
                  "'suppliers/kangda', 'items/gauze', 'items/gauze/lots/A1', resource]"),
            "t");
}

TEST_F(ReceiptTest, EveryBadLineIsNamedAtOnceAndNothingIsPosted) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"},
                      {.item_id = "gauze", .quantity = 10, .lot = "OLD", .expiry = "2026-11-20"},
                      {.item_id = "stent", .quantity = 1, .lot = "B1", .serials = {"S1"}}});
  const auto refused =
      Receive(Operator(), "d1",
              {Accept("0106901234567893", 1),          // a wrong check digit
               Accept(Label(40, "271231", "A1"), 1),   // in the catalogue, not in the despatch
               Accept(Label(990, "271231", "A1"), 1),  // not in the catalogue
               Accept(Label(10, "261120", "OLD"), 1),  // expired yesterday
               Accept(Label(10, "271231", ""), 1),     // no lot
               Accept(Label(10, "", "A1"), 1),         // no expiry
               Accept(Label(20, "271231", "B1"), 1),   // no serial
               Accept(Label(10, "271231", "ZZ"), 1),   // another lot
               Accept(Label(10, "280131", "A1"), 1),   // another expiry
               Accept(Label(20, "271231", "B1", "S9"), 1),
               Accept(Label(20, "271231", "B1", "S1"), 2), Accept(a1_, 10),  // good
               Accept(a1_, 1)});                                             // and no more
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(refused.status()), "UDI_INVALID");
  EXPECT_THAT(BadLines(refused.status()),
              ElementsAre("lines[0].scan: UDI_INVALID", "lines[1].scan: WRONG_ITEM",
                          "lines[2].scan: WRONG_ITEM", "lines[3].scan: LOT_EXPIRED",
                          "lines[4].scan: LOT_MISSING", "lines[5].scan: EXPIRY_MISSING",
                          "lines[6].scan: SERIAL_MISSING", "lines[7].scan: LOT_NOT_DESPATCHED",
                          "lines[8].scan: EXPIRY_CONFLICT", "lines[9].scan: SERIAL_NOT_DESPATCHED",
                          "lines[10].packs: QUANTITY_ODD",
                          "lines[12].packs_accepted: MORE_THAN_DESPATCHED"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.receipt"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'receipt.posted'"), 0);
}

TEST_F(ReceiptTest, ASingleBadLineGivesItsReason) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  const auto refused = Receive(Operator(), "d1", {Accept(a1_, 11)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(refused.status()), "MORE_THAN_DESPATCHED");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("10 base units"));
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {Accept(a1_, 1'000'000'000'000)}).status()),
            "MORE_THAN_DESPATCHED");
}

TEST_F(ReceiptTest, WhatHasExpiredCanBeRejected) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "OLD", .expiry = "2026-11-20"}});
  const std::string old = Label(10, "261120", "OLD");
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {Accept(old, 1)}).status()), "LOT_EXPIRED");
  const auto receipt = Receive(Operator(), "d1", {Reject(old, 10)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->lines(0).quantity_rejected(), 10);
  EXPECT_EQ(OnHand("central", "gauze"), 0);
}

TEST_F(ReceiptTest, TheCountysDayDecidesWhatHasExpired) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "L", .expiry = "2026-11-20"}});
  const std::string label = Label(10, "261120", "L");
  // 00:30 of 21 November in the county, 16:30 of the 20th in UTC.
  now_ = absl::FromCivil(absl::CivilSecond(2026, 11, 20, 16, 30, 0), absl::UTCTimeZone());
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {Accept(label, 1)}).status()), "LOT_EXPIRED");
  now_ -= absl::Hours(1);
  EXPECT_TRUE(Receive(Operator(), "d1", {Accept(label, 1)}).ok()) << "the last day counts";
}

TEST_F(ReceiptTest, TwoScansAreOnePack) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  v1::ReceiptLine line = Accept("01" + Gtin(10), 10);
  line.set_pi_scan("1727123110A1");
  const auto receipt = Receive(Operator(), "d1", {line});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->lines(0).lot(), "A1");
}

TEST_F(ReceiptTest, GoodsThatAreNotTrackedNeedNoLot) {
  SeedDespatch("d1", {{.item_id = "cotton", .quantity = 10, .expiry = ""}});
  const auto receipt =
      Receive(Operator(), "d1", {Accept("01" + Gtin(30), 4), Accept(Label(30, "", "X"), 6)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(OnHand("central", "cotton"), 10);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.account WHERE kind = 'stock'"), 1);
}

TEST_F(ReceiptTest, APieceComesInOnce) {
  SeedDespatch("d1", {{.item_id = "stent", .quantity = 2, .lot = "B1", .serials = {"S1", "S2"}}});
  const std::string s1 = Label(20, "271231", "B1", "S1");
  const std::string s2 = Label(20, "271231", "B1", "S2");
  EXPECT_THAT(BadLines(Receive(Operator(), "d1", {Accept(s1, 1), Accept(s1, 1)}).status()),
              ElementsAre("lines[1].scan: SERIAL_ALREADY_RECEIVED"));
  ASSERT_TRUE(Receive(Operator(), "d1", {Accept(s1, 1)}).ok());
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {Accept(s1, 1)}).status()),
            "SERIAL_ALREADY_RECEIVED");
  EXPECT_TRUE(Receive(Operator(), "d1", {Reject(s2, 1)}).ok());
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {Accept(s2, 1)}).status()),
            "SERIAL_ALREADY_RECEIVED");
  EXPECT_EQ(OnHand("central", "stent"), 1);
  ExpectSoundLedger();
}

TEST_F(ReceiptTest, APieceThatCameInElsewhereIsRefused) {
  SeedDespatch("d1", {{.item_id = "stent", .quantity = 1, .lot = "B1", .serials = {"S1"}}});
  ASSERT_TRUE(Receive(Operator(), "d1", {Accept(Label(20, "271231", "B1", "S1"), 1)}).ok());
  // Another despatch that claims to hold the same piece.
  SeedDespatch("d2", {{.item_id = "stent", .quantity = 1, .lot = "B1"}});
  database_.Execute(
      "DROP INDEX procurement.despatch_serial_piece_key;"
      "SET session_replication_role = replica;"
      "INSERT INTO procurement.despatch_serial VALUES "
      "('stent', 'S1', 'd2', 1, 'east', 'kangda')");
  const std::string piece = Label(20, "271231", "B1", "S1");
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d2", {Accept(piece, 1)}).status()),
            "SERIAL_ELSEWHERE");
  // Even when it has left the ledger since.
  database_.Execute(
      "SET LOCAL session_replication_role = replica; "
      "UPDATE distribution.account SET on_hand = 0 WHERE serial = 'S1'");
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d2", {Accept(piece, 1)}).status()),
            "SERIAL_ALREADY_RECEIVED");
}

TEST_F(ReceiptTest, ALotHasOneExpiry) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  ASSERT_TRUE(Receive(Operator(), "d1", {Accept(a1_, 1)}).ok());
  database_.Execute(
      "SET session_replication_role = replica;"
      "UPDATE procurement.despatch_line SET expiry_date = '2028-01-31'");
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {Accept(Label(10, "280131", "A1"), 1)}).status()),
            "EXPIRY_CONFLICT");
}

TEST_F(ReceiptTest, WhoBoughtMayNotReceive) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  const auto refused = Receive(By("officer-wang", "operator"), "d1", {Accept(a1_, 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(refused.status()), "SAME_PERSON");
  CallContext stand_in = Operator();
  stand_in.principal.on_behalf_of = "officer-wang";
  stand_in.principal.delegation_id = "d1";
  EXPECT_EQ(ErrorReason(Receive(stand_in, "d1", {Accept(a1_, 1)}).status()), "SAME_PERSON");
}

TEST_F(ReceiptTest, OnlyTheAllianceSeesItsDespatches) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  const CallContext west = By("operator-west", "operator", "west-hospital", "west");
  EXPECT_EQ(ErrorReason(Receive(west, "d1", {Accept(a1_, 1)}).status()), "DESPATCH_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d2", {Accept(a1_, 1)}).status()),
            "DESPATCH_NOT_FOUND");
  const auto receipt = Receive(Pharmacist(), "d1", {Accept(a1_, 1)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  v1::GetReceiptRequest get;
  get.set_name(receipt->name());
  EXPECT_TRUE(handlers_.GetReceipt(testing::CallBySupplier("seller", "kangda"), get).ok());
  EXPECT_TRUE(handlers_.GetReceipt(By("wu", "discipline_inspector"), get).ok());
  for (const CallContext& stranger : {west, testing::CallBySupplier("rival", "rivals")}) {
    EXPECT_EQ(ErrorReason(handlers_.GetReceipt(stranger, get).status()), "RECEIPT_NOT_FOUND");
  }
}

TEST_F(ReceiptTest, OnlyWhoWorksAtTheCentralStoreReceives) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  for (const CallContext& stranger : {By("pharmacist-town", "hospital_pharmacist", "town-clinic"),
                                      By("admin", "bureau_administrator")}) {
    EXPECT_EQ(ErrorReason(Receive(stranger, "d1", {Accept(a1_, 1)}).status()), "DESPATCH_NOT_FOUND")
        << stranger.principal.user_id;
  }
  EXPECT_TRUE(Receive(Pharmacist(), "d1", {Accept(a1_, 1)}).ok()) << "her hospital keeps it";
  EXPECT_TRUE(Receive(Operator(), "d1", {Accept(a1_, 1)}).ok());
}

TEST_F(ReceiptTest, WhatIsSuspendedCanOnlyBeRejected) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  database_.Execute(
      "SET LOCAL session_replication_role = replica; UPDATE catalog.item SET state = 'suspended' "
      "WHERE item_id = 'gauze'");
  const auto refused = Receive(Operator(), "d1", {Accept(a1_, 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[0].packs_accepted: ITEM_SUSPENDED"));
  EXPECT_TRUE(Receive(Operator(), "d1", {Reject(a1_, 1)}).ok());
  database_.Execute(
      "SET LOCAL session_replication_role = replica; UPDATE catalog.item SET state = 'approved', "
      "registration_expire_date = '2026-11-20'");
  EXPECT_TRUE(Receive(Operator(), "d1", {Accept(a1_, 1)}).ok()) << "made while it was registered";
}

TEST_F(ReceiptTest, WhatWasWithdrawnForGoodWhileItWasSuspendedStaysBlocked) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"},
                      {.item_id = "other", .quantity = 10, .lot = "A1"}});
  const v1::ReceiptLine other = Accept(Label(40, "271231", "A1"), 1);
  // Suspended and then withdrawn, or the other way round: the catalogue keeps both.
  database_.Execute(
      "SET LOCAL session_replication_role = replica; UPDATE catalog.item SET state = 'withdrawn', "
      "withdrawn_state = 'suspended' WHERE item_id = 'gauze'");
  const auto refused = Receive(Operator(), "d1", {other, Accept(a1_, 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[1].packs_accepted: ITEM_SUSPENDED"));
  EXPECT_EQ(OnHand("central", "gauze"), 0);
  EXPECT_EQ(OnHand("central", "other"), 0) << "a receipt is booked whole or not at all";
  EXPECT_TRUE(Receive(Operator(), "d1", {other, Reject(a1_, 1)}).ok());
  EXPECT_EQ(OnHand("central", "gauze"), 0);
}

TEST_F(ReceiptTest, TheSameRequestTwiceIsOneReceipt) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 10, .lot = "A1"}});
  const CallContext call = Operator();
  const auto first = Receive(call, "d1", {Accept(a1_, 6)});
  const auto second = Receive(call, "d1", {Accept(a1_, 6)});
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(OnHand("central", "gauze"), 6);
  EXPECT_EQ(ErrorReason(Receive(call, "d1", {Accept(a1_, 1)}).status()), "REQUEST_ID_REUSED");
  auto request = ReceiptOf("d1", {Accept(a1_, 1)});
  request.set_receipt_id(call.request_id);
  EXPECT_EQ(ErrorReason(handlers_.CreateReceipt(Operator(), request).status()), "RECEIPT_EXISTS");
}

TEST_F(ReceiptTest, AllWrongFieldsAreNamed) {
  v1::ReceiptLine nothing = Accept(a1_, 0);
  v1::ReceiptLine unexplained = Reject(a1_, 1);
  unexplained.clear_rejection_reason();
  v1::ReceiptLine talkative = Accept(a1_, 1);
  talkative.set_rejection_reason("why not");
  const auto refused =
      Receive(Operator(), "d1", {nothing, unexplained, talkative, Accept(a1_, -1)});
  EXPECT_EQ(ErrorReason(refused.status()), "INVALID_FIELD");
  EXPECT_EQ(BadLines(refused.status()).size(), 4U);
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", {}).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Receive(Operator(), "no such", {Accept(a1_, 1)}).status()),
            "INVALID_FIELD");
  const std::vector<v1::ReceiptLine> many(5001, Accept(a1_, 1));
  EXPECT_EQ(ErrorReason(Receive(Operator(), "d1", many).status()), "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::distribution
