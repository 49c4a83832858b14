#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConsumptionTest : public DistributionTest {
 protected:
  ConsumptionTest() {
    StockGauze(10, {{.lot = "A", .expiry = "2027-06-30"},
                    {.lot = "B", .expiry = "2028-06-30"},
                    {.lot = "SOON", .expiry = "2026-12-31"}});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
    SeedItem({.item_id = "cotton", .number = 3, .lot_tracked = false});
    SeedDespatch("d1", {{.item_id = "stent", .quantity = 2, .lot = "S", .serials = {"S1", "S2"}},
                        {.item_id = "cotton", .quantity = 4, .expiry = "2027-01-31"},
                        {.item_id = "cotton", .quantity = 4, .expiry = "2027-02-28"}});
    const auto receipt = Receive(
        Operator(), "d1",
        {Accept(Label(20, "271231", "S", "S1"), 1), Accept(Label(20, "271231", "S", "S2"), 1),
         Accept(Label(30, "270228", ""), 4), Accept(Label(30, "270131", ""), 4)});
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    const auto sent =
        Send(Operator(), "central", "ward", {{"gauze", 30}, {"stent", 2}, {"cotton", 8}});
    EXPECT_TRUE(sent.ok()) << sent.status();
    EXPECT_TRUE(Arrive(Nurse(), sent->name()).ok());
  }

  // As the usage service acts for a nurse.
  CallContext Bedside() const {
    CallContext call = Nurse();
    call.principal.acting_service = "usage";
    return call;
  }
};

TEST_F(ConsumptionTest, WhatWasUsedLeavesTheWard) {
  const auto used =
      Use(Bedside(), "uses/u1", "ward",
          {Line("gauze", "A", 3), Line("stent", "S", 1, "S1"), Line("gauze", "A", 2)});
  ASSERT_TRUE(used.ok()) << used.status();
  ASSERT_EQ(used->lot_names_size(), 3);
  EXPECT_THAT(used->lot_names(0), HasSubstr("lots/"));
  EXPECT_EQ(used->lot_names(0), used->lot_names(2));
  EXPECT_EQ(OnHand("ward", "gauze"), 25);
  EXPECT_EQ(OnHand("ward", "stent"), 1);
  ExpectSoundLedger();
}

TEST_F(ConsumptionTest, GoodsWithoutLotGoFirstExpiryFirst) {
  const auto used = Use(Bedside(), "uses/u1", "ward", {Line("cotton", "", 5)});
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_EQ(Count("SELECT on_hand FROM distribution.account JOIN distribution.lot USING (lot_id) "
                  "WHERE location_id = 'ward' AND expiry_date = '2027-01-31'"),
            0);
  EXPECT_EQ(OnHand("ward", "cotton"), 3);
  // The label's lot tells nothing where lots are not tracked.
  EXPECT_TRUE(Use(Bedside(), "uses/u2", "ward", {Line("cotton", "ANY", 3)}).ok());
  ExpectSoundLedger();
}

TEST_F(ConsumptionTest, EveryBadLineIsNamedAndNothingIsTaken) {
  now_ += absl::Hours(24 * 41);  // 2027-01-01
  const auto refused =
      Use(Bedside(), "uses/u1", "ward",
          {Line("gauze", "A", 1), Line("gauze", "SOON", 1), Line("gauze", "NEVER", 1),
           Line("gauze", "B", 11), Line("gauze", "", 1), Line("stent", "S", 1, "S9"),
           Line("stent", "S", 1), Line("stent", "S", 2, "S1"), Line("nothing", "", 1)});
  EXPECT_THAT(BadLines(refused.status()),
              ::testing::UnorderedElementsAre(
                  "lines[1].lot: LOT_EXPIRED", "lines[2].lot: LOT_UNKNOWN",
                  "lines[3].quantity: INSUFFICIENT_STOCK", "lines[4].lot: LOT_MISSING",
                  "lines[5].serial: SERIAL_NOT_HERE", "lines[6].serial: SERIAL_MISSING",
                  "lines[7].quantity: QUANTITY_ODD", "lines[8].item: ITEM_NOT_FOUND"));
  EXPECT_EQ(OnHand("ward", "gauze"), 30);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.consumption"), 0);
  ExpectSoundLedger();
}

TEST_F(ConsumptionTest, EachReasonAlone) {
  const auto reason = [&](const v1::ConsumptionLine& line) {
    return ErrorReason(Use(Bedside(), "uses/u1", "ward", {line}).status());
  };
  EXPECT_EQ(reason(Line("gauze", "A", 11)), "INSUFFICIENT_STOCK");
  EXPECT_EQ(reason(Line("gauze", "NEVER", 1)), "LOT_UNKNOWN");
  EXPECT_EQ(reason(Line("stent", "S", 1, "S9")), "SERIAL_NOT_HERE");
  now_ += absl::Hours(24 * 41);
  EXPECT_EQ(reason(Line("gauze", "SOON", 1)), "LOT_EXPIRED");
}

TEST_F(ConsumptionTest, LinesOfOneLotShareWhatIsThere) {
  const auto refused =
      Use(Bedside(), "uses/u1", "ward", {Line("gauze", "A", 6), Line("gauze", "A", 6)});
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[1].quantity: INSUFFICIENT_STOCK"));
  EXPECT_THAT(BadLines(Use(Bedside(), "uses/u1", "ward",
                           {Line("stent", "S", 1, "S1"), Line("stent", "S", 1, "S1")})
                           .status()),
              ElementsAre("lines[1].serial: SERIAL_NOT_HERE"));
}

TEST_F(ConsumptionTest, APieceIsUsedOnce) {
  ASSERT_TRUE(Use(Bedside(), "uses/u1", "ward", {Line("stent", "S", 1, "S1")}).ok());
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u2", "ward", {Line("stent", "S", 1, "S1")}).status()),
            "SERIAL_NOT_HERE");
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u2", "ward", {Line("stent", "X", 1, "S2")}).status()),
            "LOT_UNKNOWN");
}

TEST_F(ConsumptionTest, OnlyAtTheNursesInstitution) {
  CallContext stranger = By("nurse-town", "department_nurse", "town-clinic");
  stranger.principal.acting_service = "usage";
  const auto reason = [&](const std::string& location) {
    return ErrorReason(Use(stranger, "uses/u1", location, {Line("gauze", "A", 1)}).status());
  };
  EXPECT_EQ(reason("ward"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason("nowhere"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason("town-ward"), "INSUFFICIENT_STOCK");
}

TEST_F(ConsumptionTest, ADocumentIsPostedOnce) {
  const CallContext call = Bedside();
  const auto first = Use(call, "uses/u1", "ward", {Line("gauze", "A", 1)});
  const auto second = Use(call, "uses/u1", "ward", {Line("gauze", "A", 1)});
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  const auto other_content = Use(Bedside(), "uses/u1", "ward", {Line("gauze", "A", 2)});
  EXPECT_EQ(other_content.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrorReason(other_content.status()), "CONSUMPTION_EXISTS");
  EXPECT_EQ(OnHand("ward", "gauze"), 29);
}

TEST_F(ConsumptionTest, TheSameUseUnderAnotherRequestIdIsAnsweredAgain) {
  const std::vector<v1::ConsumptionLine> lines{Line("stent", "S", 1, "S1"), Line("cotton", "", 5),
                                               Line("gauze", "B", 2)};
  const auto first = Use(Bedside(), "uses/u1", "ward", lines);
  const auto again = Use(Bedside(), "uses/u1", "ward", lines);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  ASSERT_EQ(again->lot_names_size(), 3);
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(OnHand("ward", "gauze"), 28);
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'stock.consumed'"), 1);
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u1", "store", lines).status()), "CONSUMPTION_EXISTS");
}

TEST_F(ConsumptionTest, AnotherPrincipalCannotSquatTheRequestId) {
  const CallContext call = Bedside();
  CallContext squatter =
      testing::WithRequestId(By("nurse-wu", "department_nurse"), call.request_id);
  squatter.principal.acting_service = "usage";
  ASSERT_TRUE(Use(squatter, "uses/u0", "ward", {Line("gauze", "A", 1)}).ok());
  const auto used = Use(call, "uses/u1", "ward", {Line("gauze", "A", 1)});
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_EQ(OnHand("ward", "gauze"), 28);
  ExpectSoundLedger();
}

TEST_F(ConsumptionTest, NothingIsUsedOutOfTheCentralStore) {
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u1", "central", {Line("gauze", "A", 1)}).status()),
            "LOCATION_NOT_FOUND");
}

TEST_F(ConsumptionTest, WhatIsSuspendedIsNotUsedAndOnlyGoesBack) {
  database_.Execute(
      "SET LOCAL session_replication_role = replica; UPDATE catalog.item SET state = 'suspended' "
      "WHERE item_id = 'gauze'");
  const auto refused =
      Use(Bedside(), "uses/u1", "ward", {Line("stent", "S", 1, "S1"), Line("gauze", "A", 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[1].item: ITEM_SUSPENDED"));
  EXPECT_THAT(BadLines(Send(Pharmacist(), "ward", "store", {{"gauze", 1}}).status()),
              ElementsAre("lines[0].item: ITEM_SUSPENDED"));
  EXPECT_TRUE(Send(Pharmacist(), "ward", "central", {{"gauze", 1}}).ok());
}

TEST_F(ConsumptionTest, TheLabelsExpiryHasToBeTheLots) {
  v1::ConsumptionLine line = Line("gauze", "A", 1);
  line.set_expiry_date("2027-07-31");
  EXPECT_THAT(BadLines(Use(Bedside(), "uses/u1", "ward", {line}).status()),
              ElementsAre("lines[0].expiry_date: EXPIRY_CONFLICT"));
  line.set_expiry_date("soon");
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u1", "ward", {line}).status()), "INVALID_FIELD");
  line.set_expiry_date("2027-06-30");
  EXPECT_TRUE(Use(Bedside(), "uses/u1", "ward", {line}).ok());
}

TEST_F(ConsumptionTest, ExpiryIsJudgedByTheDayOfRecording) {
  v1::ConsumeStockRequest request;
  request.set_location("locations/ward");
  *request.add_lines() = Line("gauze", "SOON", 1);  // good until 2026-12-31
  const auto reason = [&](const CallContext& call, const std::string& recorded) {
    static int number = 0;
    request.set_document("uses/u" + std::to_string(++number));
    request.set_recorded_date(recorded);
    return ErrorReason(handlers_.ConsumeStock(call, request).status());
  };
  now_ += absl::Hours(24 * 42);  // 2027-01-02
  EXPECT_EQ(reason(Bedside(), "2026-12-31"), "");
  EXPECT_EQ(reason(Bedside(), "2026-12-01"), "") << "counts as two days back";
  EXPECT_EQ(reason(Bedside(), ""), "LOT_EXPIRED");
  EXPECT_EQ(reason(Bedside(), "2027-01-01"), "LOT_EXPIRED");
  EXPECT_EQ(reason(Nurse(), "2026-12-31"), "LOT_EXPIRED") << "no service's word";
  EXPECT_EQ(reason(Bedside(), "yesterday"), "INVALID_FIELD");
  now_ += absl::Hours(24);
  EXPECT_EQ(reason(Bedside(), "2026-12-31"), "LOT_EXPIRED") << "three days back";
}

TEST_F(ConsumptionTest, TheJournalTellsWhatAndWhere) {
  ASSERT_TRUE(Use(Bedside(), "uses/u1", "ward", {Line("stent", "S", 1, "S1")}).ok());
  EXPECT_EQ(
      database_.Value(
          "SELECT resource || ' ' || institution_id || ' ' || actor_user_id || ' ' || "
          "(details #>> '{lines,0,serial}') || ' ' || (subjects @> ARRAY['items/stent/lots/S', "
          "'items/stent', 'locations/ward']) FROM journal.entry WHERE event = 'stock.consumed'"),
      "uses/u1 county-hospital nurse-li S1 true");
}

TEST_F(ConsumptionTest, WrongFieldsAreNamed) {
  EXPECT_EQ(ErrorReason(Use(Bedside(), "receipts/r1", "ward", {Line("gauze", "A", 1)}).status()),
            "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u1", "ward", {}).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Use(Bedside(), "uses/u1", "ward", {Line("gauze", "A", 0)}).status()),
            "INVALID_FIELD");
  EXPECT_EQ(
      ErrorReason(
          Use(Bedside(), "uses/u1", "ward", {Line("gauze", std::string(101, 'x'), 1)}).status()),
      "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::distribution
