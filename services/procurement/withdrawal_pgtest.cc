#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/procurement/test_world.h"

// A supplier takes back what it announced. The race with receiving is in tests/integration.

namespace qingqu::procurement {
namespace {

class WithdrawalTest : public ::testing::Test {
 protected:
  WithdrawalTest() {
    world_.Agree({.id = "a-syringe", .item = "syringe"});
    world_.Agree({.id = "a-stent", .item = "stent"});
    world_.PlaceAccepted("o1", {{"syringe", 10}, {"stent", 3}});
  }

  absl::StatusOr<v1::Despatch> Announce(const v1::CreateDespatchRequest& request) {
    return world_.handlers().CreateDespatch(TestWorld::Supplier(), request);
  }
  // Of `quantity` syringes of lot L1, and of the stents with these serials.
  static v1::CreateDespatchRequest Both(const std::string& id, int64_t quantity,
                                        const std::vector<std::string>& serials) {
    v1::CreateDespatchRequest request = TestWorld::DespatchRequest(id, "o1", 1, quantity);
    v1::DespatchLine& stents = *request.mutable_despatch()->add_lines();
    stents = request.despatch().lines(0);
    stents.set_order_line_number(2);
    stents.set_quantity(static_cast<int64_t>(serials.size()));
    for (const std::string& serial : serials) stents.add_serials(serial);
    return request;
  }
  absl::StatusOr<v1::Despatch> Withdraw(const CallContext& call, const std::string& id,
                                        const std::string& reason = "数量写错") {
    v1::WithdrawDespatchRequest request;
    request.set_name("despatches/" + id);
    request.set_reason(reason);
    return world_.handlers().WithdrawDespatch(call, request);
  }
  // As if the central store had received one of the despatch's first line.
  void Receive(const std::string& id) {
    world_.database().Execute(
        fmt::format("INSERT INTO distribution.despatch_line_progress VALUES ('{}', 1, 5, 0, 1, "
                    "'east', 'good')",
                    id));
  }
  int64_t Despatched(int line) { return world_.ReadOrder("o1").lines(line).quantity_despatched(); }

  TestWorld world_;
};

TEST_F(WithdrawalTest, FreesQuantitiesAndPieces) {
  ASSERT_EQ(ReasonOf(Announce(Both("d1", 10, {"S1", "S2"}))), "OK");
  const std::string etag = world_.ReadOrder("o1").etag();
  EXPECT_EQ(ReasonOf(Announce(Both("d2", 1, {"S3"}))), "MORE_THAN_ACCEPTED");
  const CallContext call = TestWorld::Supplier();
  const auto withdrawn = Withdraw(call, "d1");
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::DESPATCH_STATE_WITHDRAWN);
  EXPECT_TRUE(withdrawn->has_withdraw_time());
  EXPECT_EQ(withdrawn->withdrawal_reason(), "数量写错");
  EXPECT_EQ(Withdraw(call, "d1")->SerializeAsString(), withdrawn->SerializeAsString());
  v1::GetDespatchRequest get;
  get.set_name("despatches/d1");
  const auto read = world_.handlers().GetDespatch(TestWorld::Officer(), get);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), withdrawn->SerializeAsString());
  EXPECT_EQ(read->lines(1).serials_size(), 2) << "what was announced stays on record";
  EXPECT_EQ(Despatched(0), 0);
  EXPECT_EQ(Despatched(1), 0);
  EXPECT_NE(world_.ReadOrder("o1").etag(), etag);
  const auto again = Announce(Both("d2", 10, {"S1", "S2", "S3"}));
  EXPECT_EQ(ReasonOf(again), "OK");
  EXPECT_EQ(again->state(), v1::DESPATCH_STATE_ANNOUNCED);
  EXPECT_EQ(Despatched(0), 10);
  EXPECT_EQ(ReasonOf(Announce(Both("d1", 1, {"S4"}))), "DESPATCH_EXISTS") << "an id is used once";
}

TEST_F(WithdrawalTest, LeavesOtherDespatchesAsTheyAre) {
  ASSERT_EQ(ReasonOf(Announce(Both("d1", 4, {"S1"}))), "OK");
  ASSERT_EQ(ReasonOf(Announce(Both("d2", 5, {"S2"}))), "OK");
  ASSERT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "OK");
  EXPECT_EQ(Despatched(0), 5);
  EXPECT_EQ(Despatched(1), 1);
  EXPECT_EQ(ReasonOf(Announce(Both("d3", 1, {"S2"}))), "SERIAL_ALREADY_DESPATCHED");
  EXPECT_EQ(ReasonOf(Announce(Both("d3", 1, {"S1"}))), "OK");
}

TEST_F(WithdrawalTest, AMistypedExpiryCanBeAnnouncedAnew) {
  const auto with_expiry = [](const std::string& id, const std::string& expiry) {
    auto request = TestWorld::DespatchRequest(id, "o1", 1, 1);
    request.mutable_despatch()->mutable_lines(0)->set_expiry_date(expiry);
    return request;
  };
  ASSERT_EQ(ReasonOf(Announce(with_expiry("d1", "2098-01-01"))), "OK");
  ASSERT_EQ(ReasonOf(Announce(with_expiry("d2", "2098-01-01"))), "OK");
  ASSERT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "OK");
  EXPECT_EQ(ReasonOf(Announce(with_expiry("d3", "2099-01-01"))), "LOT_EXPIRY_CONFLICT")
      << "another despatch holds the lot";
  ASSERT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d2")), "OK");
  EXPECT_EQ(ReasonOf(Announce(with_expiry("d3", "2099-01-01"))), "OK");
  EXPECT_EQ(ReasonOf(Announce(with_expiry("d4", "2098-01-01"))), "LOT_EXPIRY_CONFLICT");
}

TEST_F(WithdrawalTest, IsForTheSupplierOnce) {
  ASSERT_EQ(ReasonOf(Announce(Both("d1", 1, {"S1"}))), "OK");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::OtherSupplier(), "d1")), "DESPATCH_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Officer(), "d1")), "DESPATCH_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d0")), "DESPATCH_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1", " ")), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1", std::string(501, 'x'))),
            "INVALID_FIELD");
  ASSERT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "OK");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "DESPATCH_ALREADY_WITHDRAWN");
}

TEST_F(WithdrawalTest, WhatWasReceivedStays) {
  ASSERT_EQ(ReasonOf(Announce(Both("d1", 5, {"S1"}))), "OK");
  Receive("d1");
  EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "DESPATCH_RECEIVED");
  EXPECT_EQ(Despatched(0), 5);
}

TEST_F(WithdrawalTest, IsInTheJournalForTheSupplierToo) {
  ASSERT_EQ(ReasonOf(Announce(Both("d1", 5, {"S1"}))), "OK");
  ASSERT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "OK");
  EXPECT_EQ(world_.database().Value(
                "SELECT concat_ws(' ', resource, reason, supplier_id, alliance_id, "
                "subjects @> '{orders/o1,items/stent/lots/L1}', details -> 'lines' -> 0 ->> "
                "'quantity') FROM journal.entry WHERE event = 'despatch.withdrawn'"),
            "despatches/d1 数量写错 good east t 5");
}

// Two withdrawals, and new despatches of the same lot with another expiry, at once: one withdrawal
// counts, and nothing fails for a reason of the database's.
TEST_F(WithdrawalTest, RacesEndWithOneWithdrawalAndOneExpiry) {
  world_.PlaceAccepted("o2", {{"syringe", 100}});
  for (int round = 0; round < 10; ++round) {
    const std::string id = fmt::format("d{}", round);
    ASSERT_EQ(ReasonOf(Announce(TestWorld::DespatchRequest(id, "o1", 1, 10))), "OK");
    const int won = CountSuccesses(6, [&](int i) {
      if (i < 2) {
        const std::string reason = ReasonOf(Withdraw(TestWorld::Supplier(), id));
        EXPECT_TRUE(reason == "OK" || reason == "DESPATCH_ALREADY_WITHDRAWN") << reason;
        return reason == "OK";
      }
      auto request = TestWorld::DespatchRequest(fmt::format("e{}-{}", round, i), "o2", 1, 1);
      if (i % 2 == 0) request.mutable_despatch()->mutable_lines(0)->set_expiry_date("2098-01-01");
      const std::string reason = ReasonOf(Announce(request));
      EXPECT_TRUE(reason == "OK" || reason == "LOT_EXPIRY_CONFLICT") << reason;
      if (reason == "OK") {
        EXPECT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), request.despatch_id())), "OK");
      }
      return false;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(Despatched(0), 0);
    EXPECT_EQ(world_.database().Value("SELECT count(*) FROM procurement.lot_expiry"), "0");
  }
}

TEST_F(WithdrawalTest, TheDatabaseRefusesWhatTheCodeWould) {
  ASSERT_EQ(ReasonOf(Announce(Both("d1", 5, {"S1"}))), "OK");
  ASSERT_EQ(ReasonOf(Announce(Both("d2", 5, {"S2"}))), "OK");
  Receive("d2");
  ASSERT_EQ(ReasonOf(Withdraw(TestWorld::Supplier(), "d1")), "OK");
  pqxx::connection connection(world_.database().conninfo_as("procurement"));
  const auto refusal = [&](const std::string& sql) -> std::string {
    pqxx::work tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
    try {
      tx.exec(sql);
    } catch (const pqxx::sql_error& failure) {
      return failure.what();
    }
    return "accepted";
  };
  const std::string back =
      "UPDATE despatch SET withdrawn = false, withdrawn_at = NULL, withdrawal_reason = '' ";
  EXPECT_THAT(refusal(back + "WHERE despatch_id = 'd1'"), ::testing::HasSubstr("is withdrawn"));
  const std::string out =
      "UPDATE despatch SET withdrawn = true, withdrawn_at = now(), withdrawal_reason = 'x' ";
  EXPECT_THAT(refusal(out + "WHERE despatch_id = 'd2'"), ::testing::HasSubstr("been received"));
  EXPECT_THAT(refusal("UPDATE despatch_line SET withdrawn = true"),
              ::testing::HasSubstr("permission denied"));
  EXPECT_THAT(refusal("DELETE FROM despatch_serial"), ::testing::HasSubstr("permission denied"));
  ASSERT_EQ(ReasonOf(Announce(TestWorld::DespatchRequest("d3", "o1", 1, 1))), "OK");
  EXPECT_THAT(refusal("UPDATE despatch SET withdrawn = true WHERE despatch_id = 'd3'"),
              ::testing::HasSubstr("despatch_withdrawal_check"));
}

}  // namespace
}  // namespace qingqu::procurement
