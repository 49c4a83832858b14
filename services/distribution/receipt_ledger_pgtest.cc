// Documents keep the rules that the ledger has for movements, and say which line breaks them.
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/distribution/ledger/posting_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;

class ReceiptLedgerTest : public PostingTest {
 protected:
  ReceiptLedgerTest() {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  }

  v1::Movement Piece(const std::string& serial, const std::string& to) {
    v1::Movement piece = PostingTest::Receive("stent", "B1", 1, to);
    piece.set_serial(serial);
    return piece;
  }
  absl::StatusOr<v1::Receipt> Door(const std::vector<v1::ReceiptLine>& lines) {
    return DistributionTest::Receive(Pharmacist(), "d1", lines);
  }
  static std::string Scan(const std::string& serial) { return Label(20, "271231", "B1", serial); }

  // Until somebody waits for the end of another's transaction.
  bool WaitForWaiter() {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (absl::Now() < end) {
      if (Count("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'") >
          0) {
        return true;
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
    return false;
  }

  // As if so much were there, wherever it came from.
  void SetBalance(const std::string& location, int64_t on_hand) {
    database_.Execute(
        fmt::format("SET LOCAL session_replication_role = replica; UPDATE distribution.account "
                    "SET on_hand = {} WHERE location_id LIKE '{}' AND item_id = 'gauze'",
                    on_hand, location));
  }
};

TEST_F(ReceiptLedgerTest, APieceThatIsElsewhereOrWasUsedUpIsRejected) {
  const CallContext town = By("pharmacist-town", "hospital_pharmacist", "town-clinic");
  const CallContext west = By("pharmacist-west", "hospital_pharmacist", "west-hospital", "west");
  ASSERT_EQ(Reason(town, Piece("TOWN", "town-store")), "");
  ASSERT_EQ(Reason(west, Piece("WEST", "west-store")), "");
  ASSERT_EQ(Reason(Pharmacist(), Piece("WARD", "ward")), "");
  ASSERT_TRUE(Use(Nurse(), "uses/u1", "ward", {Line("stent", "B1", 1, "WARD")}).ok());
  const v1::Movement mistaken = Piece("BACK", "store");
  ASSERT_EQ(Reason(Pharmacist(), mistaken), "");
  ASSERT_EQ(Reason(Pharmacist(), Reverse(mistaken.name())), "");
  SeedDespatch("d1", {{.item_id = "stent",
                       .quantity = 4,
                       .lot = "B1",
                       .serials = {"TOWN", "WEST", "WARD", "BACK"}}});
  const auto refused = Door({Accept(Scan("TOWN"), 1), Accept(Scan("BACK"), 1),
                             Accept(Scan("WARD"), 1), Accept(Scan("WEST"), 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[0].packs_accepted: SERIAL_ELSEWHERE",
                                                      "lines[2].packs_accepted: SERIAL_USED",
                                                      "lines[3].packs_accepted: SERIAL_ELSEWHERE"));
  EXPECT_EQ(OnHand("central", "stent"), 0);
  const auto receipt = Door({Reject(Scan("TOWN"), 1), Accept(Scan("BACK"), 1),
                             Reject(Scan("WARD"), 1), Reject(Scan("WEST"), 1)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(OnHand("central", "stent"), 1);
  ExpectSoundLedger();
}

TEST_F(ReceiptLedgerTest, APieceThatComesInElsewhereMeanwhileIsNamed) {
  SeedDespatch("d1", {{.item_id = "stent", .quantity = 2, .lot = "B1", .serials = {"S1", "S2"}}});
  ASSERT_TRUE(Door({Accept(Scan("S2"), 1)}).ok());
  absl::StatusOr<v1::Receipt> receipt;
  {
    pqxx::connection connection(database_.superuser_conninfo());
    pqxx::work tx(connection);
    tx.exec(
        "SET LOCAL session_replication_role = replica;"
        "INSERT INTO distribution.account (kind, location_id, item_id, lot_id, serial, owner, "
        "alliance_id, on_hand) SELECT kind, 'store', item_id, lot_id, 'S1', owner, alliance_id, 1 "
        "FROM distribution.account WHERE serial = 'S2'");
    std::jthread door([&] { receipt = Door({Accept(Scan("S1"), 1)}); });
    EXPECT_TRUE(WaitForWaiter());
    tx.commit();
  }
  EXPECT_THAT(BadLines(receipt.status()), ElementsAre("lines[0].packs_accepted: SERIAL_ELSEWHERE"));
}

TEST_F(ReceiptLedgerTest, NoDocumentBringsAnAccountBeyondWhatTheLedgerHolds) {
  SeedDespatch("d1", {{.item_id = "gauze", .quantity = 100, .lot = "A"}});
  const std::string scan = Label(10, "271231", "A");
  ASSERT_TRUE(Door({Accept(scan, 20)}).ok());
  SetBalance("central", 999'999'999'999'995);
  const auto refused = Door({Accept(scan, 5), Accept(scan, 1)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[1]: BALANCE_TOO_LARGE"));
  EXPECT_TRUE(Door({Accept(scan, 5)}).ok());
  SetBalance("contra/supply/%", -1'000'000'000'000'000);
  SetBalance("central", 10);
  EXPECT_EQ(ErrorReason(Door({Accept(scan, 1)}).status()), "BALANCE_TOO_LARGE");

  ASSERT_EQ(Reason(Pharmacist(), PostingTest::Receive("gauze", "A", 1, "store")), "");
  SetBalance("store", 999'999'999'999'995);
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 6}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_THAT(BadLines(Arrive(Pharmacist(), sent->name()).status()),
              ElementsAre("lines[0]: BALANCE_TOO_LARGE"));
  SetBalance("store", 999'999'999'999'994);
  EXPECT_TRUE(Arrive(Pharmacist(), sent->name()).ok());
}

}  // namespace
}  // namespace qingqu::distribution
