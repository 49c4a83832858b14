#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/page_token.h"
#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class TransferTest : public DistributionTest {
 protected:
  TransferTest() {
    StockGauze(10, {{.lot = "LATE", .expiry = "2028-06-30"},
                    {.lot = "SOON", .expiry = "2026-12-31"},
                    {.lot = "B", .expiry = "2027-06-30"},
                    {.lot = "A", .expiry = "2027-06-30"},
                    {.lot = "TODAY", .expiry = "2026-11-21"}});
  }

  CallContext TownPharmacist() const {
    return By("pharmacist-town", "hospital_pharmacist", "town-clinic");
  }
  CallContext TownNurse() const { return By("nurse-town", "department_nurse", "town-clinic"); }

  std::string ReasonOfSending(const CallContext& call, const std::string& from,
                              const std::string& to) {
    return ErrorReason(Send(call, from, to, {{"gauze", 1}}).status());
  }
  int64_t InTransit() const {
    return Count(
        "SELECT coalesce(sum(on_hand), 0) FROM distribution.account WHERE kind = 'transit'");
  }
};

std::vector<std::string> LotsOf(const v1::Transfer& transfer) {
  std::vector<std::string> lots;
  for (const auto& line : transfer.lines()) {
    for (const auto& allocation : line.allocations()) {
      lots.push_back(allocation.lot() + " " + std::to_string(allocation.quantity()));
    }
  }
  return lots;
}

TEST_F(TransferTest, GoodsGoFirstExpiryFirstAndAreInTransitUntilReceived) {
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 35}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->state(), v1::TRANSFER_STATE_SENT);
  EXPECT_THAT(LotsOf(*sent), ElementsAre("TODAY 10", "SOON 10", "A 10", "B 5"));
  EXPECT_EQ(OnHand("central", "gauze"), 15);
  EXPECT_EQ(OnHand("store", "gauze"), 0);
  EXPECT_EQ(InTransit(), 35);
  ExpectSoundLedger();

  const auto received = Arrive(Pharmacist(), sent->name());
  ASSERT_TRUE(received.ok()) << received.status();
  EXPECT_EQ(received->state(), v1::TRANSFER_STATE_RECEIVED);
  EXPECT_EQ(received->receiver(), "users/pharmacist-sun");
  EXPECT_EQ(OnHand("store", "gauze"), 35);
  EXPECT_EQ(InTransit(), 0);
  v1::GetTransferRequest get;
  get.set_name(sent->name());
  const auto read = handlers_.GetTransfer(Operator(), get);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), received->SerializeAsString());
  ExpectSoundLedger();
}

TEST_F(TransferTest, ExpiredAndReservedStockStays) {
  now_ += absl::Hours(24 * 41);  // 2027-01-01: TODAY and SOON have expired
  database_.Execute(
      "SET session_replication_role = replica; UPDATE distribution.account SET reserved = 4 "
      "WHERE kind = 'stock' AND lot_id = (SELECT lot_id FROM distribution.lot WHERE lot_number = "
      "'A')");
  const auto refused = Send(Operator(), "central", "store", {{"gauze", 27}});
  EXPECT_EQ(ErrorReason(refused.status()), "INSUFFICIENT_STOCK");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("26 of items/gauze"));
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 26}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_THAT(LotsOf(*sent), ElementsAre("A 6", "B 10", "LATE 10"));
}

// SOON expires on the 40th day from today.
TEST_F(TransferTest, GoodsLastAsLongAsTheirDestinationAsks) {
  const auto ask = [&](int days) {
    database_.Execute(
        "SET LOCAL session_replication_role = replica; UPDATE distribution.location "
        "SET shelf_life_days_min = " +
        std::to_string(days) + " WHERE location_id IN ('central', 'store')");
  };
  const auto lots = [&](const CallContext& call, const std::string& from, const std::string& to) {
    const auto sent = Send(call, from, to, {{"gauze", 1}});
    return sent.ok() ? LotsOf(*sent) : std::vector{ErrorReason(sent.status())};
  };
  ask(41);
  EXPECT_THAT(lots(Operator(), "central", "store"), ElementsAre("A 1"));
  ask(40);
  EXPECT_THAT(lots(Operator(), "central", "store"), ElementsAre("SOON 1"));
  ask(3650);
  EXPECT_THAT(lots(Operator(), "central", "store"), ElementsAre("INSUFFICIENT_STOCK"));
  ask(0);
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 1}});
  ASSERT_TRUE(sent.ok() && Arrive(Pharmacist(), sent->name()).ok());
  ask(3650);
  EXPECT_THAT(lots(Pharmacist(), "store", "central"), ElementsAre("TODAY 1"))
      << "whatever it is may go back";
}

TEST_F(TransferTest, AllLinesOrNoneAndEveryShortLineIsNamed) {
  SeedItem({.item_id = "tape", .number = 5});
  SeedItem({.item_id = "wool", .number = 6});
  const auto refused =
      Send(Operator(), "central", "store", {{"tape", 1}, {"gauze", 5}, {"wool", 2}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[0].quantity: INSUFFICIENT_STOCK",
                                                      "lines[2].quantity: INSUFFICIENT_STOCK"));
  EXPECT_EQ(OnHand("central", "gauze"), 50);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.transfer"), 0);
  const auto unknown = Send(Operator(), "central", "store", {{"gauze", 1}, {"nothing", 1}});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(BadLines(unknown.status()), ElementsAre("lines[1].item: ITEM_NOT_FOUND"));
}

TEST_F(TransferTest, WholeWayFromCentralStoreToWard) {
  const auto to_store = Send(Operator(), "central", "store", {{"gauze", 20}});
  ASSERT_TRUE(to_store.ok() && Arrive(Pharmacist(), to_store->name()).ok());
  const auto to_ward = Send(Pharmacist(), "store", "ward", {{"gauze", 5}});
  ASSERT_TRUE(to_ward.ok()) << to_ward.status();
  ASSERT_TRUE(Arrive(Nurse(), to_ward->name()).ok());
  EXPECT_EQ(OnHand("ward", "gauze"), 5);
  const auto back = Send(Pharmacist(), "ward", "store", {{"gauze", 1}});
  ASSERT_TRUE(back.ok()) << back.status();
  const auto home = Send(Pharmacist(), "store", "central", {{"gauze", 15}});
  ASSERT_TRUE(home.ok()) << home.status();
  ASSERT_TRUE(Arrive(Operator(), home->name()).ok());
  EXPECT_EQ(OnHand("central", "gauze"), 45);
  ExpectSoundLedger();
}

TEST_F(TransferTest, WhoMaySendWhere) {
  EXPECT_EQ(ReasonOfSending(Operator(), "central", "town-store"), "");
  EXPECT_EQ(ReasonOfSending(Pharmacist(), "central", "town-store"), "") << "its hospital keeps it";
  EXPECT_EQ(ReasonOfSending(TownPharmacist(), "central", "town-store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(ReasonOfSending(TownPharmacist(), "store", "town-store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(ReasonOfSending(TownPharmacist(), "town-store", "store"), "ROUTE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOfSending(TownPharmacist(), "town-store", "central"), "INSUFFICIENT_STOCK");
  EXPECT_EQ(ReasonOfSending(Operator(), "ward", "store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(ReasonOfSending(Operator(), "store", "central"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(ReasonOfSending(Operator(), "central", "west-store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(ReasonOfSending(By("op", "operator", "", "west"), "central", "store"),
            "LOCATION_NOT_FOUND");
  EXPECT_EQ(ReasonOfSending(Operator(), "central", "nowhere"), "LOCATION_NOT_FOUND");
}

TEST_F(TransferTest, WhoMayReceive) {
  const auto sent = Send(Operator(), "central", "town-store", {{"gauze", 5}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(ErrorReason(Arrive(Operator(), sent->name()).status()), "SAME_PERSON");
  CallContext stand_in = TownPharmacist();
  stand_in.principal.on_behalf_of = Operator().principal.user_id;
  stand_in.principal.delegation_id = "d1";
  EXPECT_EQ(ErrorReason(Arrive(stand_in, sent->name()).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Arrive(By("other", "operator"), sent->name()).status()),
            "NOT_AT_DESTINATION")
      << "the hospital confirms what it got";
  EXPECT_EQ(ErrorReason(Arrive(Pharmacist(), sent->name()).status()), "NOT_AT_DESTINATION");
  EXPECT_EQ(ErrorReason(Arrive(TownNurse(), sent->name()).status()), "NOT_AT_DESTINATION");
  EXPECT_EQ(ErrorReason(Arrive(By("x", "operator", "", "west"), sent->name()).status()),
            "TRANSFER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Arrive(Operator(), "transfers/none").status()), "TRANSFER_NOT_FOUND");
  ASSERT_TRUE(Arrive(TownPharmacist(), sent->name()).ok());
  EXPECT_EQ(ErrorReason(Arrive(TownPharmacist(), sent->name()).status()), "TRANSFER_NOT_SENT");
  const auto to_ward = Send(TownPharmacist(), "town-store", "town-ward", {{"gauze", 5}});
  ASSERT_TRUE(to_ward.ok()) << to_ward.status();
  EXPECT_EQ(ErrorReason(Arrive(Nurse(), to_ward->name()).status()), "TRANSFER_NOT_FOUND");
  EXPECT_TRUE(Arrive(TownNurse(), to_ward->name()).ok());
}

TEST_F(TransferTest, EachSideSeesATransferAndNobodyElse) {
  const auto sent = Send(Operator(), "central", "town-store", {{"gauze", 5}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  v1::GetTransferRequest get;
  get.set_name(sent->name());
  for (const CallContext& side :
       {Operator(), Pharmacist(), TownPharmacist(), By("wu", "discipline_inspector")}) {
    EXPECT_TRUE(handlers_.GetTransfer(side, get).ok()) << side.principal.user_id;
    EXPECT_EQ(handlers_.ListTransfers(side, {})->transfers_size(), 1);
  }
  const CallContext west = By("op", "operator", "", "west");
  EXPECT_EQ(ErrorReason(handlers_.GetTransfer(west, get).status()), "TRANSFER_NOT_FOUND");
  EXPECT_EQ(handlers_.ListTransfers(west, {})->transfers_size(), 0);
  const auto own = Send(Operator(), "central", "store", {{"gauze", 5}});
  get.set_name(own->name());
  EXPECT_EQ(ErrorReason(handlers_.GetTransfer(TownPharmacist(), get).status()),
            "TRANSFER_NOT_FOUND");
}

TEST_F(TransferTest, TransfersAreListedNewestFirstPageByPage) {
  std::vector<std::string> names;
  for (int index = 0; index < 3; ++index) {
    now_ += absl::Minutes(index);
    names.push_back(Send(Operator(), "central", "store", {{"gauze", 1}})->name());
  }
  ASSERT_TRUE(Arrive(Pharmacist(), names[1]).ok());
  v1::ListTransfersRequest request;
  request.set_page_size(2);
  const auto first = handlers_.ListTransfers(Operator(), request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->transfers_size(), 2);
  EXPECT_EQ(first->transfers(0).name(), names[2]);
  EXPECT_EQ(first->transfers(0).lines_size(), 0);
  request.set_page_token(first->next_page_token());
  const auto second = handlers_.ListTransfers(Operator(), request);
  ASSERT_EQ(second->transfers_size(), 1);
  EXPECT_EQ(second->transfers(0).name(), names[0]);
  EXPECT_EQ(second->next_page_token(), "");
  request.set_state(v1::TRANSFER_STATE_SENT);
  EXPECT_FALSE(handlers_.ListTransfers(Operator(), request).ok()) << "a token of another list";
  request.clear_page_token();
  EXPECT_EQ(handlers_.ListTransfers(Operator(), request)->transfers_size(), 2);
}

TEST_F(TransferTest, AWardIsListedItsOwnWithoutALookAtAllOthers) {
  CallContext ward = Nurse();
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "surgery";
  std::vector<std::string> own;
  for (const char* to : {"ward", "store", "ward", "town-store", "ward"}) {
    now_ += absl::Minutes(1);
    const auto sent = Send(Operator(), "central", to, {{"gauze", 1}});
    ASSERT_TRUE(sent.ok()) << sent.status();
    if (to == std::string_view("ward")) own.insert(own.begin(), sent->name());
  }
  v1::ListTransfersRequest request;
  request.set_page_size(2);
  std::vector<std::string> listed;
  do {
    const auto page = handlers_.ListTransfers(ward, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Transfer& transfer : page->transfers()) listed.push_back(transfer.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, own);
  database_.Execute(
      "SET session_replication_role = replica; INSERT INTO distribution.transfer (transfer_id,"
      " from_location_id, to_location_id, sender_id, created_at, from_institution_id,"
      " from_alliance_id, to_institution_id, to_alliance_id, from_department_id)"
      " SELECT 'x' || n, 'a', 'b', 'sun', now(), 'h', 'east', 'h', 'east', 'd' || n % 300"
      " FROM generate_series(1, 30000) AS n; ANALYZE distribution.transfer");
  std::string query(queries::kListTransfersOfDepartment.sql);
  for (const auto& [parameter, value] :
       {std::pair("$1", "'infinity'"), std::pair("$2", "''"), std::pair("$3", "20"),
        std::pair("$4", "''"), std::pair("$5", "'d7'")}) {
    for (size_t at = query.find(parameter); at != query.npos; at = query.find(parameter)) {
      query.replace(at, 2, value);
    }
  }
  const std::string plan =
      database_.Value("SET search_path = distribution; EXPLAIN (FORMAT JSON) " + query);
  EXPECT_THAT(plan, HasSubstr("transfer_newest_from"));
  EXPECT_THAT(plan, HasSubstr("transfer_newest_to"));
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
}

TEST_F(TransferTest, TheSameRequestTwiceMovesOnce) {
  const CallContext send = Operator();
  const auto first = Send(send, "central", "store", {{"gauze", 5}});
  const auto second = Send(send, "central", "store", {{"gauze", 5}});
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  const CallContext arrive = Pharmacist();
  const auto arrived = Arrive(arrive, first->name());
  const auto again = Arrive(arrive, first->name());
  ASSERT_TRUE(arrived.ok() && again.ok()) << again.status();
  EXPECT_EQ(OnHand("store", "gauze"), 5);
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event LIKE 'transfer.%'"), 2);
}

TEST_F(TransferTest, TheJournalNamesTheLots) {
  ASSERT_TRUE(Send(Operator(), "central", "store", {{"gauze", 15}}).ok());
  EXPECT_EQ(
      database_.Value("SELECT subjects @> ARRAY['items/gauze', 'items/gauze/lots/TODAY', "
                      "'items/gauze/lots/SOON', 'locations/central', 'locations/store', resource] "
                      "AND details #>> '{lines,0,allocations,1,lot}' = 'SOON' "
                      "FROM journal.entry WHERE event = 'transfer.sent'"),
      "t");
}

TEST_F(TransferTest, WrongFieldsAreNamed) {
  EXPECT_EQ(ErrorReason(Send(Operator(), "central", "central", {{"gauze", 1}}).status()),
            "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Send(Operator(), "central", "store", {}).status()), "INVALID_FIELD");
  for (const int64_t quantity : {int64_t{0}, int64_t{-1}, INT64_MAX}) {
    EXPECT_EQ(ErrorReason(Send(Operator(), "central", "store", {{"gauze", quantity}}).status()),
              "INVALID_FIELD");
  }
  EXPECT_EQ(
      BadLines(Send(Operator(), "central", "store", {{"gauze", 1}, {"gauze", 1}}).status()).size(),
      1U);
}

TEST_F(TransferTest, ListsRefuseForgedPagesAndUnknownStates) {
  v1::ListTransfersRequest request;
  const auto reason = [&] {
    return ErrorReason(handlers_.ListTransfers(Operator(), request).status());
  };
  for (const std::vector<std::string>& key : {std::vector<std::string>{"9223372036854775807", "x"},
                                              {"253402300800000000", "x"},
                                              {"now", "x"},
                                              {"0", std::string("a\0", 2)}}) {
    request.set_page_token(EncodePageToken(key, "transfers 0"));
    EXPECT_EQ(reason(), "INVALID_FIELD") << key[0];
  }
  request.set_page_token(EncodePageToken({"253402300799999999", "x"}, "transfers 0"));
  EXPECT_EQ(reason(), "");
  request.clear_page_token();
  request.set_state(static_cast<v1::TransferState>(99));
  EXPECT_EQ(reason(), "INVALID_FIELD");
  request.clear_state();
  request.set_page_size(-1);
  EXPECT_EQ(reason(), "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::distribution
