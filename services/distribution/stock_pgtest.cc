#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/page_token.h"
#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;

class StockTest : public DistributionTest {
 protected:
  StockTest() {
    StockGauze(10, {{.lot = "B", .expiry = "2028-06-30"}, {.lot = "A", .expiry = "2027-06-30"}});
    SeedItem({.item_id = "cotton", .number = 3, .lot_tracked = false, .expiry_tracked = false});
    SeedDespatch("d1", {{.item_id = "cotton", .quantity = 4, .expiry = ""}});
    EXPECT_TRUE(Receive(Operator(), "d1", {Accept("01" + Gtin(30), 4)}).ok());
    const auto sent = Send(Operator(), "central", "store", {{"gauze", 12}});
    EXPECT_TRUE(sent.ok()) << sent.status();
    EXPECT_TRUE(Arrive(Pharmacist(), sent->name()).ok());
  }

  std::vector<std::string> Balances(const CallContext& call, v1::ListBalancesRequest request) {
    std::vector<std::string> rows;
    do {
      const auto page = handlers_.ListBalances(call, request);
      EXPECT_TRUE(page.ok()) << page.status();
      for (const auto& balance : page->balances()) {
        rows.push_back(balance.location().substr(10) + " " + balance.item().substr(6) + " " +
                       balance.lot() + " " + std::to_string(balance.on_hand()));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return rows;
  }
};

TEST_F(StockTest, BalancesAreListedInOrderWhateverThePageSize) {
  for (const int page_size : {1, 2, 3, 100}) {
    v1::ListBalancesRequest request;
    request.set_page_size(page_size);
    EXPECT_THAT(Balances(Operator(), request), ElementsAre("central cotton  4", "central gauze B 8",
                                                           "store gauze A 10", "store gauze B 2"))
        << page_size;
  }
}

TEST_F(StockTest, BalancesAreFilteredByLocationAndItem) {
  v1::ListBalancesRequest request;
  request.set_location("locations/store");
  EXPECT_THAT(Balances(Operator(), request), ElementsAre("store gauze A 10", "store gauze B 2"));
  request.clear_location();
  request.set_item("items/cotton");
  EXPECT_THAT(Balances(Operator(), request), ElementsAre("central cotton  4"));
}

TEST_F(StockTest, EachSeesItsOwnStockAndThatOfItsCentralStore) {
  EXPECT_EQ(Balances(Pharmacist(), {}).size(), 4U);
  EXPECT_THAT(Balances(By("p", "hospital_pharmacist", "town-clinic"), {}),
              ElementsAre("central cotton  4", "central gauze B 8"));
  EXPECT_THAT(Balances(By("p", "operator", "", "west"), {}), ElementsAre());
  EXPECT_EQ(Balances(By("wu", "discipline_inspector"), {}).size(), 4U);
}

TEST_F(StockTest, MovementsTellWhereGoodsCameFromAndWent) {
  v1::ListMovementsRequest request;
  request.set_item("items/gauze");
  request.set_lot("A");
  request.set_page_size(2);
  std::vector<std::string> rows;
  do {
    const auto page = handlers_.ListMovements(Operator(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& movement : page->movements()) {
      rows.push_back(v1::MovementKind_Name(movement.kind()).substr(14) + " " +
                     movement.from_location().substr(0, 17) + " > " +
                     movement.to_location().substr(0, 17) + " " +
                     std::to_string(movement.quantity()));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], "RECEIVE contra/supply > locations/central 10");
  EXPECT_EQ(rows[1].substr(0, 39), "TRANSFER_OUT locations/central > transi");
  EXPECT_EQ(rows[2].substr(0, 20), "TRANSFER_IN transit/");
  request.clear_lot();
  EXPECT_EQ(handlers_.ListMovements(By("p", "hospital_pharmacist", "town-clinic"), request)
                ->movements_size(),
            2)
      << "what came in for the alliance, not what went to another hospital";
  EXPECT_EQ(handlers_.ListMovements(By("p", "operator", "", "west"), request)->movements_size(), 0);
}

TEST_F(StockTest, ForgedPageTokensAreRefused) {
  v1::ListBalancesRequest balances;
  const std::string filter = "balances  ";
  for (const std::vector<std::string>& key :
       {std::vector<std::string>{"a", "b", "no date", "l", "1"},
        {"a", "b", "infinity", "l", "x"},
        {"a", std::string("b\0", 2), "infinity", "l", "1"}}) {
    balances.set_page_token(EncodePageToken(key, filter));
    EXPECT_EQ(ErrorReason(handlers_.ListBalances(Operator(), balances).status()), "INVALID_FIELD");
  }
  balances.clear_page_token();
  balances.set_page_size(-1);
  EXPECT_EQ(ErrorReason(handlers_.ListBalances(Operator(), balances).status()), "INVALID_FIELD");
  v1::ListMovementsRequest movements;
  EXPECT_EQ(ErrorReason(handlers_.ListMovements(Operator(), movements).status()), "INVALID_FIELD");
  movements.set_item("items/gauze");
  movements.set_page_token(EncodePageToken({"x"}, "movements items/gauze "));
  EXPECT_EQ(ErrorReason(handlers_.ListMovements(Operator(), movements).status()), "INVALID_FIELD");
  v1::CheckLedgerRequest check;
  const std::string id = "00000000-0000-0000-0000-000000000000";
  for (const std::vector<std::string>& key : {std::vector<std::string>{"-1", "no", id, "1"},
                                              {"1", "no", "no id", "1"},
                                              {"1", "no", id, "100001"},
                                              {"9223372036854775807", "no", id, "1"}}) {
    check.set_page_token(EncodePageToken(key, "ledger"));
    EXPECT_EQ(ErrorReason(handlers_.CheckLedger(Operator(), check).status()), "INVALID_FIELD");
  }
}

TEST_F(StockTest, TheCheckFindsEachKindOfFault) {
  ExpectSoundLedger();
  const auto findings = [&] {
    const auto checked = handlers_.CheckLedger(By("wu", "discipline_inspector"), {});
    EXPECT_TRUE(checked.ok()) << checked.status();
    std::string all;
    for (const std::string& finding : checked->findings()) all += finding + "\n";
    return all;
  };
  // As somebody with the superuser's rights would do it.
  database_.Execute(
      "UPDATE distribution.account SET on_hand = on_hand + 1 WHERE location_id = 'store' "
      "AND lot_id = (SELECT lot_id FROM distribution.lot WHERE lot_number = 'A')");
  EXPECT_THAT(findings(), ::testing::AllOf(::testing::HasSubstr("its movements add up to 10"),
                                           ::testing::HasSubstr("hold 1 instead of nothing")));
  database_.Execute(
      "ALTER TABLE distribution.account DROP CONSTRAINT account_balance_check;"
      "UPDATE distribution.account SET reserved = 100 WHERE location_id = 'store' "
      "AND lot_id = (SELECT lot_id FROM distribution.lot WHERE lot_number = 'B')");
  EXPECT_THAT(findings(), ::testing::HasSubstr("of which 100 are reserved"));
  database_.Execute(
      "SET session_replication_role = replica;"
      "UPDATE distribution.movement SET debit_account_id = (SELECT min(account_id) FROM "
      "distribution.account WHERE item_id <> 'gauze') WHERE kind = 'transfer_in'");
  EXPECT_THAT(findings(), ::testing::HasSubstr("of gauze to"));
}

}  // namespace
}  // namespace qingqu::distribution
