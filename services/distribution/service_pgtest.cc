#include <set>
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/distribution/distribution_service.h"
#include "services/distribution/distribution_test_support.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/ledger/upkeep.h"
#include "services/distribution/ledger/watch.h"
#include "services/distribution/queries.h"
#include "tests/support/test_host.h"

namespace qingqu::distribution {
namespace {

class FaceTest : public ::testing::Test {
 protected:
  std::string Token(std::string_view role) {
    return host_.Authorization(testing::PrincipalOf("qian", role, "county-hospital", "east"));
  }

  testing::TestHost host_{{DistributionSpec()}};
};

TEST_F(FaceTest, EachMethodIsWiredAndGuarded) {
  const auto& service = *v1::Receipt::descriptor()->file()->service(0);
  ASSERT_EQ(service.method_count(), 14);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host_.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    if (method.name() == "ConsumeStock") {
      EXPECT_EQ(host_.AnswerToEmpty(method, Token("department_nurse")), "PERMISSION_MISSING")
          << "only the usage service consumes";
      continue;
    }
    const bool may_be_empty = method.name() == "ListLocations" ||
                              method.name() == "ListTransfers" || method.name() == "ListBalances" ||
                              method.name() == "CheckLedger";
    EXPECT_EQ(host_.AnswerToEmpty(method, Token("operator")), may_be_empty ? "OK" : "INVALID_FIELD")
        << method.name();
  }
}

TEST_F(FaceTest, EachMethodOfTheLedgerIsWiredAndGuarded) {
  const auto& service = *v1::PostMovementRequest::descriptor()->file()->service(0);
  ASSERT_EQ(service.method_count(), 13);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host_.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    if (method.client_streaming()) continue;
    const bool approves = method.name() == "ClosePeriod" || method.name() == "CorrectLot";
    const std::string supplier =
        host_.Authorization(testing::CallBySupplier("walker", "kangda").principal);
    EXPECT_EQ(host_.AnswerToEmpty(method, supplier), "PERMISSION_MISSING") << method.name();
    const bool may_be_empty = method.name() == "ListReservations" || method.name() == "ListPeriods";
    const bool named = method.name() == "PostMovement";
    EXPECT_EQ(host_.AnswerToEmpty(method, Token(approves ? "approver" : "operator")),
              may_be_empty ? "OK"
              : named      ? "MOVEMENT_ID_INVALID"
                           : "INVALID_FIELD")
        << method.name();
  }
}

TEST(DistributionQueriesTest, EachCanBePrepared) {
  const testing::TestDatabase database;
  EXPECT_EQ(database.PrepareAll("distribution",
                                {queries::kAllQueries.begin(), queries::kAllQueries.end()}),
            "");
}

class QueryTest : public PostingTest {
 protected:
  QueryTest() : PostingTest(1) {}

  void PostThroughTheLane() {
    v1::Movement receive = PostingTest::Receive("gauze", "L", 10, "store");
    EXPECT_EQ(Reason(Pharmacist(), receive), "");
    receive.set_name(NewName());
    receive.set_manufacture_date("2026-01-01");
    EXPECT_EQ(Reason(Pharmacist(), receive), "");
    v1::Movement piece = PostingTest::Receive("stent", "L", 1, "store");
    piece.set_serial("S9");
    EXPECT_EQ(Reason(Pharmacist(), piece), "");
    const v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "L", 2, "store", "");
    EXPECT_EQ(Reason(Pharmacist(), hold), "");
    v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 1, "", "ward");
    issue.set_reservation("reservations/" + hold.name().substr(10));
    EXPECT_EQ(Reason(Pharmacist(), issue), "");
    v1::Movement reversal = Make(v1::MOVEMENT_KIND_REVERSAL, "", "", 0, "", "");
    reversal.set_original(piece.name());
    reversal.set_reason("counted twice");
    EXPECT_EQ(Reason(Pharmacist(), reversal), "");
    PostWhatIsLookedUp();
    prometheus::Registry metrics;
    Upkeep upkeep(pool_.get(), &clock_, &lane_, &metrics, {});
    EXPECT_TRUE(upkeep.ExpireReservations().ok());
    EXPECT_TRUE(upkeep.MakePartitions().ok());
    LedgerWatch watch(pool_.get(), &clock_, &metrics, {});
    EXPECT_TRUE(watch.Check().ok());
  }

  // A supplier, the past of an account, and who sent what is received.
  void PostWhatIsLookedUp() {
    v1::Movement late = Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "L", 1, "store", "ward");
    late.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(now_));
    clock_.Advance(absl::Minutes(1));
    v1::Movement lent = PostingTest::Receive("gauze", "L", 1, "store");
    lent.set_owner("suppliers/kangda");
    EXPECT_EQ(Reason(Pharmacist(), lent), "");
    EXPECT_EQ(Reason(Pharmacist(), PostingTest::Receive("gauze", "L", 1, "store")), "");
    EXPECT_EQ(Reason(Pharmacist(), late), "");
    EXPECT_EQ(Reason(Operator(),
                     Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", "A", 1, "central", "store")),
              "");
    EXPECT_EQ(Reason(Pharmacist(),
                     Make(v1::MOVEMENT_KIND_TRANSFER_IN, "gauze", "A", 1, "central", "store")),
              "");
  }

  void ChangeLocations() {
    v1::UpdateLocationRequest update;
    update.mutable_location()->set_name("locations/town-store");
    update.mutable_location()->set_display_name("Store of the town");
    update.mutable_update_mask()->add_paths("display_name");
    update.set_reason("test");
    EXPECT_TRUE(handlers_.UpdateLocation(Operator(), update).ok());
    v1::CloseLocationRequest close;
    close.set_name("locations/town-store");
    close.set_reason("test");
    const auto closed = handlers_.CloseLocation(Operator(), close);
    EXPECT_TRUE(closed.ok()) << closed.status();
  }
  void CreateLocations() {
    for (const auto kind : {v1::LOCATION_KIND_CENTRAL_STORE, v1::LOCATION_KIND_INSTITUTION_STORE,
                            v1::LOCATION_KIND_DEPARTMENT}) {
      v1::CreateLocationRequest request;
      request.set_location_id(fmt::format("new-{}", static_cast<int>(kind)));
      v1::Location& location = *request.mutable_location();
      location.set_display_name("New");
      location.set_kind(kind);
      location.set_alliance("alliances/east");
      location.set_institution("institutions/county-hospital");
      if (kind == v1::LOCATION_KIND_DEPARTMENT) location.set_department("departments/radiology");
      EXPECT_TRUE(handlers_.CreateLocation(Operator(), request).ok());
    }
    EXPECT_TRUE(handlers_.ListLocations(Operator(), {}).ok());
  }

  void Reserve() {
    const SystemClock clock;
    LedgerHandlers ledger(pool_.get(), &clock);
    v1::AllocateRequest allocate;
    allocate.set_location("locations/central");
    allocate.add_lines()->set_item("items/gauze");
    allocate.mutable_lines(0)->set_quantity(1);
    const auto held = ledger.Allocate(Operator(), allocate);
    ASSERT_TRUE(held.ok()) << held.status();
    v1::GetReservationRequest get;
    get.set_name(held->allocations(0).reservations(0).name());
    EXPECT_TRUE(ledger.GetReservation(Operator(), get).ok());
    EXPECT_TRUE(ledger.ListReservations(Operator(), {}).ok());
  }

  void CorrectLot() {
    LedgerHandlers ledger(pool_.get(), &clock_);
    v1::GetLotRequest get;
    get.set_name(
        "lots/" +
        database_.Value("SELECT lot_id FROM distribution.lot WHERE lot_number = 'L' LIMIT 1"));
    const auto lot = ledger.GetLot(Pharmacist(), get);
    ASSERT_TRUE(lot.ok()) << lot.status();
    v1::CorrectLotRequest correct;
    *correct.mutable_lot() = *correct.mutable_known() = *lot;
    correct.mutable_lot()->set_registration("GXZZ 1");
    correct.set_reason("misread");
    const auto corrected = ledger.CorrectLot(Operator(), correct);
    EXPECT_TRUE(corrected.ok()) << corrected.status();
  }

  void ReadHistory() {
    const SystemClock clock;
    LedgerHandlers ledger(pool_.get(), &clock);
    v1::ExplainBalanceRequest explain;
    explain.set_account("accounts/" +
                        database_.Value("SELECT account_id FROM distribution.account LIMIT 1"));
    explain.set_time(v1::BALANCE_TIME_EFFECTIVE);
    const auto explained = ledger.ExplainBalance(Operator(), explain);
    ASSERT_TRUE(explained.ok()) << explained.status();
    v1::GetMovementRequest get;
    get.set_name(explained->movements(0).name());
    EXPECT_TRUE(ledger.GetMovement(Operator(), get).ok());
    get.set_name("movements/00000000-0000-7000-8000-000000000000");
    EXPECT_FALSE(ledger.GetMovement(Operator(), get).ok());
  }

  void ClosePeriods() {
    const SystemClock clock;
    LedgerHandlers ledger(pool_.get(), &clock);
    for (const bool alliance : {false, true}) {
      v1::ClosePeriodRequest close;
      close.set_holder(alliance ? "alliances/east" : "institutions/county-hospital");
      close.set_month("2026-10");
      const auto closed = ledger.ClosePeriod(alliance ? Operator() : Pharmacist(), close);
      ASSERT_TRUE(closed.ok()) << closed.status();
      v1::ListPeriodBalancesRequest list;
      list.set_name(closed->name());
      EXPECT_TRUE(ledger.ListPeriodBalances(Operator(), list).ok());
    }
    EXPECT_TRUE(ledger.ListPeriods(Operator(), {}).ok());
  }
};

// Walks through all there is on one connection, then asks PostgreSQL which statements it never ran.
TEST_F(QueryTest, EachIsExecuted) {
  CreateLocations();
  StockGauze(10, {{.lot = "A"}});
  SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  SeedDespatch("d1", {{.item_id = "stent", .quantity = 1, .lot = "S", .serials = {"S1"}}});
  const auto receipt =
      DistributionTest::Receive(Operator(), "d1", {Accept(Label(20, "271231", "S", "S1"), 1)});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  v1::GetReceiptRequest get_receipt;
  get_receipt.set_name(receipt->name());
  EXPECT_TRUE(handlers_.GetReceipt(Operator(), get_receipt).ok());
  const auto sent = Send(Operator(), "central", "ward", {{"gauze", 1}});
  ASSERT_TRUE(sent.ok() && Arrive(Nurse(), sent->name()).ok());
  v1::GetTransferRequest get_transfer;
  get_transfer.set_name(sent->name());
  EXPECT_TRUE(handlers_.GetTransfer(Operator(), get_transfer).ok());
  EXPECT_TRUE(handlers_.ListTransfers(Operator(), {}).ok());
  CallContext ward = Nurse();
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "surgery";
  EXPECT_TRUE(handlers_.ListTransfers(ward, {}).ok());
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_TRUE(Use(Nurse(), "uses/u1", "ward", {Line("gauze", "A", 1)}).ok());
  }
  Reserve();
  PostThroughTheLane();
  EXPECT_TRUE(handlers_.ListBalances(Operator(), {}).ok());
  v1::ListMovementsRequest list_movements;
  list_movements.set_item("items/gauze");
  EXPECT_TRUE(handlers_.ListMovements(Operator(), list_movements).ok());
  CorrectLot();
  ReadHistory();
  ClosePeriods();
  ChangeLocations();
  ExpectSoundLedger();

  auto lease = pool_->Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(lease.ok());
  pqxx::nontransaction tx(*lease->connection().session);
  // A statement is prepared at its first execution, or not there at all.
  std::set<std::string> executed;
  for (const auto& row : tx.exec("SELECT name FROM pg_prepared_statements "
                                 "WHERE generic_plans + custom_plans > 0")) {
    executed.insert(row[0].as<std::string>());
  }
  for (const db::Query* query : queries::kAllQueries) {
    EXPECT_TRUE(executed.contains(query->name)) << query->name;
  }
}

}  // namespace
}  // namespace qingqu::distribution
