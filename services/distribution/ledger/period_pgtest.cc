#include <atomic>
#include <functional>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/movement_store.h"
#include "services/distribution/ledger/period.h"
#include "services/distribution/ledger/period_test_support.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

class PeriodTest : public DistributionTest {
 protected:
  PeriodTest() : DistributionTest(20), clock_(now_), ledger_(pool_.get(), &clock_) {}

  CallContext Approver() const { return By("approver-zhao", "approver"); }

  absl::StatusOr<v1::Period> Close(const CallContext& call, const std::string& holder,
                                   const std::string& month) {
    v1::ClosePeriodRequest request;
    request.set_holder(holder);
    request.set_month(month);
    return ledger_.ClosePeriod(call, request);
  }

  std::string CloseReason(const CallContext& call, const std::string& holder,
                          const std::string& month) {
    return ErrorReason(Close(call, holder, month).status());
  }

  absl::StatusOr<v1::ListPeriodBalancesResponse> Balances(const CallContext& call,
                                                          const std::string& name) {
    v1::ListPeriodBalancesRequest request;
    request.set_name(name);
    return ledger_.ListPeriodBalances(call, request);
  }

  // "store: 0 + 40 - 5 = 35" for each account of the period.
  std::vector<std::string> Sums(const CallContext& call, const std::string& name) {
    std::vector<std::string> sums;
    const auto listed = Balances(call, name);
    EXPECT_TRUE(listed.ok()) << listed.status();
    if (!listed.ok()) return sums;
    for (const v1::PeriodBalance& row : listed->balances()) {
      sums.push_back(fmt::format("{}: {} + {} - {} = {}", row.balance().location(), row.opening(),
                                 row.received(), row.issued(), row.closing()));
    }
    return sums;
  }

  void Move(const std::string& from, const std::string& to, int64_t quantity) {
    const CallContext sender = from == "central" ? Operator() : Pharmacist();
    const auto sent = Send(sender, from, to, {{"gauze", quantity}});
    ASSERT_TRUE(sent.ok()) << sent.status();
    const auto arrived =
        Arrive(to == "ward" ? Nurse() : By("keeper-wu", "hospital_pharmacist"), sent->name());
    ASSERT_TRUE(arrived.ok()) << arrived.status();
  }

  // From store to ward, recorded now and done then: as the ledger's own rpcs do it.
  void MoveThen(int64_t quantity, absl::Time effective_at) {
    const std::string id =
        UuidV7FromText(now_, fmt::format("backdated {}", ++backdated_)).ToString();
    database_.Execute(fmt::format(R"(
      SET LOCAL session_replication_role = replica;
      WITH store AS (
        UPDATE distribution.account SET on_hand = on_hand - {0}, changed_at = '{1}'
        WHERE location_id = 'store' RETURNING account_id, on_hand
      ), ward AS (
        UPDATE distribution.account SET on_hand = on_hand + {0}, changed_at = '{1}'
        WHERE location_id = 'ward' RETURNING account_id, on_hand
      )
      INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id,
        quantity, moved, debit_after, credit_after, effective_at, posted_at, actor_id, alliance_id,
        from_institution_id, to_institution_id, from_location_id, to_location_id)
      SELECT '{2}', 'issue', ward.account_id, store.account_id, {0}, {0}, ward.on_hand,
        store.on_hand, '{3}', '{1}', 'pharmacist-sun', 'east', 'county-hospital', 'county-hospital',
        'store', 'ward'
      FROM store, ward)",
                                  quantity, InstantText(now_), id, InstantText(effective_at)));
  }

  // 100 in the central store since August; by the end of November 18 in the store.
  void MakeThreeMonths() {
    now_ = County(8, 10);
    StockGauze(100, {{.lot = "A"}});
    Move("central", "store", 40);
    now_ = County(9, 10);
    Move("store", "ward", 10);
    ASSERT_TRUE(Use(Nurse(), "uses/u1", "ward", {Line("gauze", "A", 3)}).ok());
    now_ = County(9, 12);
    MoveThen(5, County(8, 20));
    now_ = County(10, 10);
    Move("store", "ward", 4);
    now_ = County(11, 1, 0);
    MoveThen(2, County(10, 31, 23, 59, 59));
    MoveThen(1, County(10, 1, 0));
    now_ = County(11, 21);
    Move("central", "store", 1);
    Move("store", "ward", 1);
  }

  FakeClock clock_;
  LedgerHandlers ledger_;
  int backdated_ = 0;
};

TEST_F(PeriodTest, OpeningAndClosingAddUpOverThreeMonths) {
  MakeThreeMonths();
  for (const char* month : {"2026-08", "2026-09", "2026-10"}) {
    const auto closed = Close(Approver(), "institutions/county-hospital", month);
    ASSERT_TRUE(closed.ok()) << closed.status();
    EXPECT_EQ(closed->closer(), "users/approver-zhao");
    ASSERT_TRUE(Close(Operator(), "alliances/east", month).ok());
  }
  const std::string hospital = "periods/institutions-county-hospital-2026-";
  EXPECT_EQ(Sums(Pharmacist(), hospital + "08"),
            (std::vector<std::string>{"locations/store: 0 + 40 - 5 = 35",
                                      "locations/ward: 0 + 5 - 0 = 5"}));
  EXPECT_EQ(Sums(Pharmacist(), hospital + "09"),
            (std::vector<std::string>{"locations/store: 35 + 0 - 10 = 25",
                                      "locations/ward: 5 + 10 - 3 = 12"}));
  EXPECT_EQ(Sums(Pharmacist(), hospital + "10"),
            (std::vector<std::string>{"locations/store: 25 + 0 - 7 = 18",
                                      "locations/ward: 12 + 7 - 0 = 19"}));
  EXPECT_EQ(Sums(Operator(), "periods/alliances-east-2026-08"),
            (std::vector<std::string>{"locations/central: 0 + 100 - 40 = 60"}));
  EXPECT_EQ(Sums(Operator(), "periods/alliances-east-2026-10"),
            (std::vector<std::string>{"locations/central: 60 + 0 - 0 = 60"}));
  EXPECT_EQ(Count(kPeriodMismatches), 0);
  ExpectSoundLedger();
}

TEST_F(PeriodTest, TheFirstCloseTakesInAllThatWasBefore) {
  MakeThreeMonths();
  ASSERT_TRUE(Close(Approver(), "institutions/county-hospital", "2026-09").ok());
  EXPECT_EQ(Sums(Pharmacist(), "periods/institutions-county-hospital-2026-09"),
            (std::vector<std::string>{"locations/store: 35 + 0 - 10 = 25",
                                      "locations/ward: 5 + 10 - 3 = 12"}));
  EXPECT_EQ(CloseReason(Approver(), "institutions/county-hospital", "2026-08"), "PERIOD_EXISTS");
  EXPECT_EQ(Count(kPeriodMismatches), 0);
}

TEST_F(PeriodTest, WhatWasNotReckonedWhenAMonthWasClosedIsReckonedWhenItIsAskedFor) {
  MakeThreeMonths();
  for (const char* month : {"2026-08", "2026-09"}) {
    ASSERT_TRUE(Close(Approver(), "institutions/county-hospital", month).ok());
  }
  // As a process leaves it that is killed right after it closed the month.
  database_.Execute(
      "SET LOCAL session_replication_role = replica; DELETE FROM distribution.period_balance; "
      "DELETE FROM distribution.period_reckoned");
  EXPECT_EQ(Sums(Pharmacist(), "periods/institutions-county-hospital-2026-09"),
            (std::vector<std::string>{"locations/store: 35 + 0 - 10 = 25",
                                      "locations/ward: 5 + 10 - 3 = 12"}));
  EXPECT_EQ(Count("SELECT count(DISTINCT month) FROM distribution.period_balance"), 2);
  EXPECT_EQ(Count(kPeriodMismatches), 0);
}

TEST_F(PeriodTest, MonthsAreClosedOnceInOrderAndByTheHoldersOwn) {
  const std::string hospital = "institutions/county-hospital";
  ASSERT_TRUE(Close(Approver(), hospital, "2026-09").ok());
  EXPECT_EQ(CloseReason(Approver(), hospital, "2026-09"), "PERIOD_EXISTS");
  EXPECT_EQ(CloseReason(Approver(), hospital, "2026-11"), "PERIOD_NOT_OVER");
  EXPECT_EQ(CloseReason(Approver(), "institutions/town-clinic", "2026-09"), "HOLDER_NOT_FOUND");
  EXPECT_EQ(CloseReason(Approver(), "alliances/east", "2026-09"), "HOLDER_NOT_FOUND");
  EXPECT_EQ(CloseReason(Operator(), hospital, "2026-10"), "HOLDER_NOT_FOUND");
  EXPECT_EQ(CloseReason(Operator(), "alliances/west", "2026-09"), "HOLDER_NOT_FOUND");
  const auto county = [&] { return By("admin-gao", "bureau_administrator"); };
  EXPECT_EQ(CloseReason(county(), "institutions/nowhere", "2026-09"), "HOLDER_NOT_FOUND");
  EXPECT_EQ(CloseReason(county(), "alliances/nowhere", "2026-09"), "HOLDER_NOT_FOUND");
  EXPECT_TRUE(Close(county(), "institutions/town-clinic", "2026-07").ok());
  EXPECT_EQ(CloseReason(county(), "institutions/town-clinic", "2026-09"), "PERIOD_OUT_OF_ORDER");
  for (const char* holder : {"", "suppliers/kangda", "institutions/", "institutions/A"}) {
    EXPECT_EQ(CloseReason(Approver(), holder, "2026-09"), "INVALID_FIELD") << holder;
  }
  for (const char* month : {"", "2026", "2026-13", "9999-12"}) {
    EXPECT_EQ(CloseReason(Approver(), hospital, month), "INVALID_FIELD") << month;
  }
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.period"), 2);
}

TEST_F(PeriodTest, TheSameRequestTwiceIsOneClosing) {
  const CallContext call = Approver();
  const auto first = Close(call, "institutions/county-hospital", "2026-09");
  const auto second = Close(call, "institutions/county-hospital", "2026-09");
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(CloseReason(call, "institutions/county-hospital", "2026-10"), "REQUEST_ID_REUSED");
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'period.closed'"), 1);
}

TEST_F(PeriodTest, PeriodsAreListedNewestFirst) {
  for (const char* month : {"2026-08", "2026-09", "2026-10"}) {
    ASSERT_TRUE(Close(Approver(), "institutions/county-hospital", month).ok());
  }
  ASSERT_TRUE(Close(Operator(), "alliances/east", "2026-09").ok());
  v1::ListPeriodsRequest request;
  request.set_page_size(1);
  std::vector<std::string> names;
  do {
    const auto page = ledger_.ListPeriods(Pharmacist(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Period& period : page->periods()) names.push_back(period.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names, (std::vector<std::string>{"periods/institutions-county-hospital-2026-10",
                                             "periods/institutions-county-hospital-2026-09",
                                             "periods/alliances-east-2026-09",
                                             "periods/institutions-county-hospital-2026-08"}));
  v1::ListPeriodsRequest filtered;
  filtered.set_holder("alliances/east");
  EXPECT_EQ(ledger_.ListPeriods(Pharmacist(), filtered)->periods_size(), 1);
  filtered.set_holder("suppliers/kangda");
  EXPECT_EQ(ErrorReason(ledger_.ListPeriods(Pharmacist(), filtered).status()), "INVALID_FIELD");
}

TEST_F(PeriodTest, BalancesAreForThoseWhoSeeTheGoods) {
  MakeThreeMonths();
  ASSERT_TRUE(Close(Approver(), "institutions/county-hospital", "2026-09").ok());
  ASSERT_TRUE(Close(Operator(), "alliances/east", "2026-09").ok());
  const CallContext clinic = By("pharmacist-he", "hospital_pharmacist", "town-clinic");
  const auto reason = [&](const std::string& name) {
    return ErrorReason(Balances(clinic, name).status());
  };
  EXPECT_EQ(reason("periods/institutions-county-hospital-2026-09"), "PERIOD_NOT_FOUND");
  EXPECT_EQ(reason("periods/institutions-town-clinic-2026-09"), "PERIOD_NOT_FOUND");
  EXPECT_EQ(reason("periods/2026-09"), "INVALID_FIELD");
  EXPECT_EQ(Sums(clinic, "periods/alliances-east-2026-09").size(), 1U);
}

TEST_F(PeriodTest, WhatIsPostedByAClockThatIsBehindTakesEffectAfterTheClosedMonth) {
  now_ = County(10, 10);
  StockGauze(100, {{.lot = "A"}});
  now_ = County(11, 1, 0, 0, 1);
  ASSERT_TRUE(Close(Operator(), "alliances/east", "2026-10").ok());
  now_ = County(10, 31, 23, 59, 59);
  ASSERT_TRUE(Send(Operator(), "central", "store", {{"gauze", 30}}).ok());
  EXPECT_EQ(database_.Value("SELECT effective_at || ' ' || posted_at FROM distribution.movement "
                            "WHERE kind = 'transfer_out'"),
            "2026-10-31 16:00:00+00 2026-10-31 16:00:00+00");
  EXPECT_EQ(Count(kPeriodMismatches), 0);
}

TEST_F(PeriodTest, TheDatabaseRefusesWhatTakesEffectInAClosedMonth) {
  MakeThreeMonths();
  ASSERT_TRUE(Close(Approver(), "institutions/county-hospital", "2026-09").ok());
  const auto insert = [&](const std::string& from, absl::Time effective_at) {
    database_.Execute(fmt::format(R"(
      SELECT journal.append('a.tried', 'test', '', 'r/1', '{{}}', '', '', '', '', '{{}}', '{{}}');
      INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id,
        quantity, moved, effective_at, posted_at, actor_id, alliance_id)
      SELECT '{}', 'stocktake_loss', supply.account_id, place.account_id, 1, 1, '{}', '{}', 'x',
        'east'
      FROM distribution.account AS supply, distribution.account AS place
      WHERE supply.kind = 'supply' AND place.location_id = '{}')",
                                  UuidV7FromText(now_, from).ToString(), InstantText(effective_at),
                                  InstantText(now_), from));
  };
  EXPECT_THROW(insert("store", County(9, 30, 23, 59, 59)), pqxx::integrity_constraint_violation);
  EXPECT_THROW(insert("ward", County(8, 1)), pqxx::integrity_constraint_violation);
  EXPECT_NO_THROW(insert("store", County(10, 1, 0)));
  EXPECT_NO_THROW(insert("central", County(9, 30))) << "of the alliance, which closed nothing";
}

TEST_F(PeriodTest, AMonthIsClosedWhenNobodyWhoSawItOpenIsOnTheWay) {
  auto lease = pool_->Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(lease.ok());
  pqxx::work poster(*lease->connection().session);
  EnterLedger(poster);
  std::atomic<bool> closed{false};
  std::jthread closer([&] {
    EXPECT_TRUE(Close(Operator(), "alliances/east", "2026-10").ok());
    closed = true;
  });
  const std::string waiting =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
      "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
  for (int look = 0; look < 1000 && Count(waiting) == 0 && !closed; ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_FALSE(closed);
  EXPECT_EQ(Count(waiting), 1);
  poster.commit();
  closer.join();
  EXPECT_TRUE(closed);
}

TEST_F(PeriodTest, PostersRaceAgainstTheCloseAndEveryMovementIsOnOneSideOfIt) {
  now_ = County(10, 10);
  StockGauze(1'000'000, {{.lot = "A"}});
  now_ = County(10, 31, 23, 59, 59);
  std::atomic<int> posted{0};
  std::atomic<int> failed{0};
  std::atomic<bool> closed{false};
  {
    std::vector<std::jthread> threads;
    for (int poster = 0; poster < 16; ++poster) {
      threads.emplace_back([&] {
        // Some of each poster's movements come before the close, and some after it.
        for (int after = 0; after < 3;) {
          if (closed) ++after;
          const auto sent = Send(Operator(), "central", "store", {{"gauze", 1}});
          ++(sent.ok() ? posted : failed);
        }
      });
    }
    threads.emplace_back([&] {
      while (posted < 40 && failed == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      CallContext closer = Operator();
      closer.received_at = County(11, 1, 0, 0, 1);
      const auto period = Close(closer, "alliances/east", "2026-10");
      EXPECT_TRUE(period.ok()) << period.status();
      closed = true;
    });
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(OnHand("central", "gauze"), 1'000'000 - posted);
  const std::string before =
      "SELECT count(*) FROM distribution.movement WHERE kind = "
      "'transfer_out' AND effective_at < '2026-11-01 00:00+08'";
  EXPECT_GE(Count(before), 40);
  EXPECT_LE(Count(before), posted - 16 * 3);
  EXPECT_EQ(Count(kPeriodMismatches), 0);
  ExpectSoundLedger();
}

TEST_F(PeriodTest, ManyWhoCloseTheSameMonthCloseItOnce) {
  MakeThreeMonths();
  std::atomic<int> closed{0};
  std::atomic<int> refused{0};
  {
    std::vector<std::jthread> threads;
    for (int caller = 0; caller < 8; ++caller) {
      threads.emplace_back([&] {
        const auto period = Close(Approver(), "institutions/county-hospital", "2026-09");
        if (period.ok()) ++closed;
        if (ErrorReason(period.status()) == "PERIOD_EXISTS") ++refused;
      });
    }
  }
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(Count(kPeriodMismatches), 0);
}

}  // namespace
}  // namespace qingqu::distribution
