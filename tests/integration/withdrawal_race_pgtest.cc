#include <string>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/queries.h"

// A supplier withdraws a despatch (procurement) while the central store receives it (distribution):
// exactly one of them wins.

namespace qingqu::distribution {
namespace {

class WithdrawalRaceTest : public DistributionTest {
 protected:
  WithdrawalRaceTest()
      : procurement_pool_(database_.NewPool(
            "procurement",
            {procurement::queries::kAllQueries.begin(), procurement::queries::kAllQueries.end()},
            4)),
        procurement_(procurement_pool_.get()) {
    SeedItem({.item_id = "gauze", .number = 1});
  }

  // A despatch of 10 of lot A1, of an accepted order of its own.
  void Announce(const std::string& id) {
    SeedDespatch(id, {{.item_id = "gauze", .quantity = 10, .lot = "A1"}}, "o-" + id);
    database_.Execute(fmt::format(
        "SET session_replication_role = replica;"
        "INSERT INTO procurement.purchase_order VALUES ('o-{0}', 'east', 'kangda', 'central', "
        "'accepted', 100, 'officer-wang', 1, now());"
        "INSERT INTO procurement.order_line VALUES ('o-{0}', 1, 'r', 1, 'gauze', 'a', 10, 10, 100, "
        "10, '', 10, 0, 0, 'east', 'kangda')",
        id));
  }
  absl::Status Withdraw(const std::string& id) {
    procurement::v1::WithdrawDespatchRequest request;
    request.set_name("despatches/" + id);
    request.set_reason("发错货");
    return procurement_.WithdrawDespatch(testing::CallBySupplier("seller-feng", "kangda"), request)
        .status();
  }
  absl::Status ReceiveOne(const std::string& id) {
    return Receive(Operator(), id, {Accept(Label(10, "271231", "A1"), 1)}).status();
  }
  std::unique_ptr<db::ConnectionPool> procurement_pool_;
  procurement::ProcurementHandlers procurement_;
};

TEST_F(WithdrawalRaceTest, WhatWasWithdrawnIsNotReceived) {
  Announce("d1");
  ASSERT_TRUE(Withdraw("d1").ok());
  EXPECT_EQ(ErrorReason(ReceiveOne("d1")), "DESPATCH_WITHDRAWN");
  EXPECT_EQ(OnHand("central", "gauze"), 0);
}

TEST_F(WithdrawalRaceTest, WhatWasReceivedIsNotWithdrawn) {
  Announce("d1");
  ASSERT_TRUE(ReceiveOne("d1").ok());
  EXPECT_EQ(ErrorReason(Withdraw("d1")), "DESPATCH_RECEIVED");
  Announce("d2");
  ASSERT_TRUE(Receive(Operator(), "d2", {Reject(Label(10, "271231", "A1"), 1)}).ok());
  EXPECT_EQ(ErrorReason(Withdraw("d2")), "DESPATCH_RECEIVED") << "it stood at the door";
}

TEST_F(WithdrawalRaceTest, ARefusedReceiptForbidsNothing) {
  Announce("d1");
  EXPECT_EQ(
      ErrorReason(Receive(Operator(), "d1", {Accept(Label(10, "271231", "A1"), 11)}).status()),
      "MORE_THAN_DESPATCHED");
  EXPECT_TRUE(Withdraw("d1").ok());
}

TEST_F(WithdrawalRaceTest, ExactlyOneWins) {
  int received_count = 0;
  for (int round = 0; round < 20; ++round) {
    const std::string id = fmt::format("d{}", round);
    Announce(id);
    absl::Status withdrawn;
    absl::Status received;
    {
      const std::jthread withdrawing([&] { withdrawn = Withdraw(id); });
      const std::jthread receiving([&] { received = ReceiveOne(id); });
    }
    EXPECT_NE(withdrawn.ok(), received.ok()) << withdrawn << " " << received;
    if (received.ok()) {
      ++received_count;
      EXPECT_EQ(ErrorReason(withdrawn), "DESPATCH_RECEIVED");
    } else {
      EXPECT_EQ(ErrorReason(received), "DESPATCH_WITHDRAWN");
    }
    EXPECT_EQ(OnHand("central", "gauze"), received_count);
  }
  ExpectSoundLedger();
}

// The two orders, with the first transaction held open in the middle.
TEST_F(WithdrawalRaceTest, AWithdrawalWaitsForAReceiptThatIsBeingPosted) {
  Announce("d1");
  pqxx::connection connection(database_.conninfo_as("distribution"));
  pqxx::work receipt(connection);
  receipt.exec("SELECT set_config('qingqu.scope', 'county', true)");
  receipt.exec("SELECT procurement_pub.hold_despatch('d1')");
  receipt.exec("INSERT INTO despatch_line_progress VALUES ('d1', 1, 10, 1, 0, 'east', 'kangda')");
  absl::Status withdrawn;
  {
    const std::jthread withdrawing([&] { withdrawn = Withdraw("d1"); });
    EXPECT_TRUE(database_.WaitForLockWaiter());
    receipt.commit();
  }
  EXPECT_EQ(ErrorReason(withdrawn), "DESPATCH_RECEIVED");
}

TEST_F(WithdrawalRaceTest, AReceiptWaitsForAWithdrawalAndTheDatabaseRefusesItBesides) {
  Announce("d1");
  pqxx::connection connection(database_.conninfo_as("procurement"));
  absl::Status received;
  {
    pqxx::work withdrawal(connection);
    withdrawal.exec("SELECT set_config('qingqu.scope', 'county', true)");
    withdrawal.exec(
        "UPDATE despatch SET withdrawn = true, withdrawn_at = now(), withdrawal_reason = 'x' "
        "WHERE despatch_id = 'd1';"
        "SELECT journal.append('test.done', '', '', 'tests/t', '{}', '', '', '', '', '{}', '{}')");
    const std::jthread receiving([&] { received = ReceiveOne("d1"); });
    EXPECT_TRUE(database_.WaitForLockWaiter());
    withdrawal.commit();
  }
  EXPECT_EQ(ErrorReason(received), "DESPATCH_WITHDRAWN");
  pqxx::connection other(database_.conninfo_as("distribution"));
  pqxx::work receipt(other);
  receipt.exec("SELECT set_config('qingqu.scope', 'county', true)");
  EXPECT_THROW(receipt.exec("INSERT INTO receipt SELECT (jsonb_populate_record(NULL::receipt, "
                            "'{\"despatch_id\": \"d1\"}')).*"),
               pqxx::sql_error);
}

}  // namespace
}  // namespace qingqu::distribution
