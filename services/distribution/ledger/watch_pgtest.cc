// What the watch finds, each invariant broken behind the service's back, and how it behaves.
#include <atomic>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "services/distribution/ledger/faults.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/period_test_support.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/ledger/watch.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class WatchTest : public PostingTest {
 protected:
  WatchTest() : watch_(pool_.get(), &clock_, &metrics_, {}) {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
    Post(Receive("gauze", "A", 100, "store"));
    v1::Movement piece = Receive("stent", "L", 1, "store");
    piece.set_serial("S1");
    Post(piece);
    Post(Issue(10));
    Post(Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 7, "store", ""));
    Post(Issue(5));
    store_ = AccountAt("store", "gauze");
    ward_ = AccountAt("ward", "gauze");
    supply_ = AccountAt("contra/supply/%", "gauze");
  }

  v1::Movement Issue(int64_t quantity) {
    return Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", quantity, "store", "ward");
  }
  std::string Post(const v1::Movement& movement) {
    clock_.Advance(absl::Seconds(1));
    now_ = clock_.Now();
    EXPECT_EQ(Reason(Pharmacist(), movement), "");
    return movement.name().substr(10);
  }

  int64_t AccountAt(const std::string& location, const std::string& item) {
    return Count(
        fmt::format("SELECT account_id FROM distribution.account WHERE location_id LIKE "
                    "'{}' AND item_id = '{}'",
                    location, item));
  }
  std::string IdOf(int64_t quantity) {
    return database_.Value(
        fmt::format("SELECT movement_id FROM distribution.movement WHERE moved = {}", quantity));
  }

  // Behind the service's back and that of the triggers.
  void Break(const std::string& statements) {
    database_.Execute("SET LOCAL session_replication_role = replica; " + statements);
  }

  std::vector<std::string> Find(
      const std::function<std::vector<std::string>(pqxx::transaction_base&)>& find) {
    const auto found = db::RunTransaction(
        *pool_, Operator(), {.beyond_scope = true},
        [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<std::string>> {
          return find(tx);
        });
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(std::vector<std::string>());
  }
  std::vector<std::string> Faults() {
    return Find([&](pqxx::transaction_base& tx) { return FindLedgerFaults(tx, now_); });
  }
  std::vector<std::string> FreshFaults(const WatchMark& mark) {
    return Find([&](pqxx::transaction_base& tx) { return FindFreshFaults(tx, now_, mark); });
  }
  WatchMark MarkNow() {
    return {.posting_number = Count("SELECT max(posting_number) FROM distribution.movement"),
            .walked_at = clock_.Now()};
  }

  // -1: an error; -2: nothing to tell.
  int Check(LedgerWatch& watch) {
    const absl::StatusOr<std::optional<int>> found = watch.Check();
    if (!found.ok()) return -1;
    return found->value_or(-2);
  }
  int NextCheck() {
    clock_.Advance(absl::Hours(1));
    return Check(watch_);
  }
  int64_t Marked() { return Count("SELECT posting_number FROM distribution.ledger_watch"); }
  double Gauge() {
    for (const auto& family : metrics_.Collect()) {
      if (family.name == "qingqu_ledger_findings") return family.metric.front().gauge.value;
    }
    return -3;
  }

  prometheus::Registry metrics_;
  LedgerWatch watch_;
  int64_t store_ = 0;
  int64_t ward_ = 0;
  int64_t supply_ = 0;
};

TEST_F(WatchTest, ASoundLedgerHasNoFaults) {
  EXPECT_THAT(Faults(), IsEmpty());
  EXPECT_THAT(FreshFaults({}), IsEmpty());
  EXPECT_THAT(FreshFaults(MarkNow()), IsEmpty());
}

TEST_F(WatchTest, ABalanceThatIsNotTheSumOfItsMovements) {
  Break(
      fmt::format("UPDATE distribution.account SET on_hand = on_hand + 1 WHERE account_id = {}; "
                  "UPDATE distribution.account SET on_hand = on_hand - 1 WHERE account_id = {}",
                  store_, ward_));
  EXPECT_THAT(Faults(),
              UnorderedElementsAre(
                  fmt::format("account {} holds 86, and its movements add up to 85", store_),
                  fmt::format("account {} holds 14, and its movements add up to 15", ward_)));
}

TEST_F(WatchTest, GoodsOutOfNothing) {
  Break(fmt::format("UPDATE distribution.account SET on_hand = on_hand + 1 WHERE account_id = {}",
                    store_));
  const std::string lot = database_.Value(
      fmt::format("SELECT lot_id FROM distribution.account WHERE account_id = {}", store_));
  const std::string together =
      fmt::format("item gauze, lot {}: all accounts together hold 1 instead of nothing", lot);
  EXPECT_THAT(
      Faults(),
      UnorderedElementsAre(
          together, fmt::format("account {} holds 86, and its movements add up to 85", store_)));
  EXPECT_THAT(FreshFaults(MarkNow()), ElementsAre(together));
}

TEST_F(WatchTest, AChainThatBreaks) {
  Break("UPDATE distribution.movement SET debit_after = 11 WHERE moved = 10");
  const auto broken = [&](int64_t account, int held, int64_t moved, int brought, int before) {
    return fmt::format("account {} held {} after movement {}, which brought {} to {}", account,
                       held, IdOf(moved), brought, before);
  };
  EXPECT_THAT(Faults(),
              UnorderedElementsAre(broken(ward_, 11, 10, 10, 0), broken(ward_, 15, 5, 5, 11)));
  Break(
      "UPDATE distribution.movement SET debit_after = 10 WHERE moved = 10;"
      "UPDATE distribution.movement SET credit_after = 84 WHERE moved = 5");
  EXPECT_THAT(Faults(), ElementsAre(broken(store_, 84, 5, -5, 90)));
  EXPECT_THAT(FreshFaults({.posting_number = 1}),
              UnorderedElementsAre(broken(store_, 84, 5, -5, 90),
                                   fmt::format("account {} holds 85, and held 84 after its last "
                                               "movement {}",
                                               store_, IdOf(5))));
}

TEST_F(WatchTest, FreshMovementsAreLinkedToOldOnes) {
  const WatchMark mark = MarkNow();
  const std::string id = Post(Issue(3));
  EXPECT_THAT(FreshFaults(mark), IsEmpty());
  Break("UPDATE distribution.movement SET debit_after = 16 WHERE moved = 5");
  EXPECT_THAT(FreshFaults(mark),
              ElementsAre(fmt::format("account {} held 18 after movement {}, which brought 3 to 16",
                                      ward_, id)));
}

TEST_F(WatchTest, AMovementThatIsGoneAndOneThatWasChanged) {
  const std::string five = IdOf(5);
  Break("DELETE FROM distribution.movement WHERE moved = 10");
  EXPECT_THAT(
      Faults(),
      UnorderedElementsAre(
          fmt::format("account {} held 85 after movement {}, which brought -5 to 100", store_,
                      five),
          fmt::format("account {} held 15 after movement {}, which brought 5 to 0", ward_, five),
          fmt::format("account {} holds 85, and its movements add up to 95", store_),
          fmt::format("account {} holds 15, and its movements add up to 5", ward_)));
}

TEST_F(WatchTest, TimeThatWentBack) {
  Break(
      "UPDATE distribution.movement SET posted_at = posted_at - interval '1 hour', "
      "effective_at = effective_at - interval '1 hour' WHERE moved = 5");
  const auto back = [&](int64_t account) {
    return fmt::format(
        "movement {} of account {} was posted before the one that its number follows", IdOf(5),
        account);
  };
  EXPECT_THAT(Faults(), UnorderedElementsAre(back(store_), back(ward_)));
}

TEST_F(WatchTest, AMovementBetweenDifferentGoods) {
  const int64_t other = AccountAt("contra/supply/%", "stent");
  Break(
      fmt::format("UPDATE distribution.movement SET credit_account_id = {} WHERE moved = 100; "
                  "UPDATE distribution.account SET on_hand = on_hand + 100 WHERE account_id = {};"
                  "UPDATE distribution.account SET on_hand = on_hand - 100 WHERE account_id = {};"
                  "UPDATE distribution.movement SET credit_after = -1 WHERE moved = 1;"
                  "UPDATE distribution.movement SET credit_after = -100 WHERE moved = 100",
                  other, supply_, other));
  std::vector<std::string> faults = Faults();
  const std::string goes =
      fmt::format("movement {} goes from {} of stent to {} of gauze", IdOf(100), other, store_);
  EXPECT_THAT(faults, ::testing::Contains(goes));
  std::erase_if(faults, [&](const std::string& fault) {
    return fault == goes || fault.find("all accounts together hold") != std::string::npos ||
           fault.find(IdOf(1)) != std::string::npos;
  });
  EXPECT_THAT(faults, IsEmpty());
}

TEST_F(WatchTest, ReservationsThatAreNotCovered) {
  Break(fmt::format("UPDATE distribution.account SET reserved = 8 WHERE account_id = {}", store_));
  const std::string open =
      fmt::format("account {} has 8 reserved, and its open reservations hold 7", store_);
  EXPECT_THAT(Faults(), UnorderedElementsAre(
                            open, fmt::format("account {} has 8 reserved, and its movements hold 7",
                                              store_)));
  EXPECT_THAT(FreshFaults(MarkNow()), ElementsAre(open));
  Break(
      fmt::format("UPDATE distribution.account SET reserved = 7 WHERE account_id = {};"
                  "UPDATE distribution.reservation SET open_quantity = 6",
                  store_));
  EXPECT_THAT(Faults(),
              ElementsAre(fmt::format("account {} has 7 reserved, and its open reservations hold 6",
                                      store_)));
}

TEST_F(WatchTest, MoreReservedThanIsThere) {
  Break(
      fmt::format("ALTER TABLE distribution.account DROP CONSTRAINT account_balance_check;"
                  "UPDATE distribution.account SET reserved = 86 WHERE account_id = {0};"
                  "UPDATE distribution.reservation SET quantity = 86, open_quantity = 86;"
                  "UPDATE distribution.movement SET quantity = 86, held = 86 WHERE held = 7",
                  store_));
  EXPECT_THAT(Faults(),
              ElementsAre(fmt::format("account {} holds 85 of which 86 are reserved", store_)));
}

TEST_F(WatchTest, APieceInTwoPlaces) {
  const int64_t here = AccountAt("store", "stent");
  Break(fmt::format(
      "DROP INDEX distribution.account_piece_key;"
      "INSERT INTO distribution.account (kind, location_id, item_id, lot_id, serial, owner, "
      "on_hand, alliance_id, institution_id) SELECT kind, 'ward', item_id, lot_id, serial, owner, "
      "1, alliance_id, institution_id FROM distribution.account WHERE account_id = {}",
      here));
  const int64_t there = AccountAt("ward", "stent");
  Break(
      fmt::format("UPDATE distribution.account SET on_hand = -2 WHERE kind = 'supply' AND "
                  "item_id = 'stent';"
                  "INSERT INTO distribution.movement (movement_id, kind, debit_account_id, "
                  "credit_account_id, quantity, moved, debit_after, credit_after, effective_at, "
                  "posted_at, actor_id, alliance_id, from_location_id, to_location_id) SELECT "
                  "distribution.uuid_at(posted_at), 'receive', {}, credit_account_id, 1, 1, 1, -2, "
                  "posted_at, posted_at, 'x', 'east', from_location_id, 'ward' FROM "
                  "distribution.movement WHERE debit_account_id = {}",
                  there, here));
  EXPECT_THAT(Faults(), ElementsAre("item stent, piece S1 is in 2 places"));
}

TEST_F(WatchTest, AReversalOfNothingAndAnIdTwice) {
  const std::string ten = IdOf(10);
  Break(fmt::format("INSERT INTO distribution.reversal VALUES ('{0}', '{0}')", ten));
  EXPECT_THAT(Faults(), ElementsAre(fmt::format(
                            "movement {0} was reversed by {0}, which is no such movement", ten)));
  Break("DELETE FROM distribution.reversal");
  Break(
      fmt::format("ALTER TABLE distribution.movement DROP CONSTRAINT movement_pkey;"
                  "INSERT INTO distribution.movement (movement_id, kind, quantity, moved, "
                  "effective_at, posted_at, actor_id, alliance_id, refusal) VALUES ('{}', "
                  "'issue', 1, 0, now(), now(), 'x', 'east', '{{}}')",
                  ten));
  EXPECT_THAT(Faults(), ElementsAre(fmt::format("movement {} was posted 2 times", ten)));
}

TEST_F(WatchTest, AReversalThatIsNotEnteredOrNotTheMirrorOfItsOriginal) {
  const v1::Movement received = Receive("gauze", "Z", 20, "store");
  const std::string original = Post(received);
  Post(Receive("gauze", "Z", 20, "store"));
  const WatchMark mark = MarkNow();
  const std::string back = Post(Reverse(received.name()));
  EXPECT_THAT(Faults(), IsEmpty());
  EXPECT_THAT(FreshFaults(mark), IsEmpty());
  const auto entered = [&](const std::string& other) {
    return fmt::format("movement {} reverses {}, which was reversed by {}", back, original, other);
  };
  Break("DELETE FROM distribution.reversal");
  EXPECT_THAT(Faults(), ElementsAre(entered("nothing")));
  EXPECT_THAT(FreshFaults(mark), ElementsAre(entered("nothing")));
  const std::string again = Post(Reverse(received.name()));
  EXPECT_THAT(Faults(), ElementsAre(entered(again)));
  Break(
      fmt::format("INSERT INTO distribution.reversal VALUES ('{0}', '{1}');"
                  "UPDATE distribution.movement SET original_id = '{0}' WHERE movement_id = '{1}'",
                  IdOf(10), back));
  const std::string other =
      fmt::format("movement {} is not the mirror of {}, which it reverses", back, IdOf(10));
  EXPECT_THAT(Faults(), ElementsAre(other));
  EXPECT_THAT(FreshFaults(mark), ElementsAre(other));
}

TEST_F(WatchTest, GoodsThatComeBackFromUseAndNeverWent) {
  EXPECT_EQ(Reason(Nurse(), Make(v1::MOVEMENT_KIND_USE, "gauze", "A", 2, "ward", "")), "");
  EXPECT_THAT(Faults(), IsEmpty());
  Break("UPDATE distribution.account SET on_hand = -1 WHERE kind = 'use'");
  EXPECT_THAT(
      FreshFaults(MarkNow()),
      ::testing::Contains(fmt::format("account {} holds -1, as if goods came back that never went",
                                      AccountAt("contra/use/%", "gauze"))));
}

TEST_F(WatchTest, AnAccountThatIsAnotherThanItWas) {
  const auto change = [&](const std::string& column, const std::string& value) {
    Break(fmt::format("UPDATE distribution.account SET {} = '{}' WHERE account_id = {}", column,
                      value, ward_));
  };
  const auto went = [&](int64_t moved, const std::string& condition, const std::string& owner) {
    return fmt::format(
        "movement {} (issue) is said to go from store to ward, and went from store, available, of "
        "institutions/county-hospital to ward, {}, of {}",
        IdOf(moved), condition, owner);
  };
  const std::string own = "institutions/county-hospital";
  change("condition", "recalled");
  EXPECT_THAT(Faults(), UnorderedElementsAre(went(10, "recalled", own), went(5, "recalled", own)));
  EXPECT_THAT(FreshFaults({}).size(), 2);
  change("condition", "available");
  change("owner", "suppliers/kangda");
  EXPECT_THAT(Faults(), UnorderedElementsAre(went(10, "available", "suppliers/kangda"),
                                             went(5, "available", "suppliers/kangda")));
  const auto is_one_of = [&](const std::string& owner, const std::string& kind) {
    return fmt::format("account {} of {} is one of {} at ward, a department", ward_, owner, kind);
  };
  change("owner", "institutions/town-clinic");
  EXPECT_THAT(FreshFaults(MarkNow()), ElementsAre(is_one_of("institutions/town-clinic", "stock")));
  change("owner", own);
  Break("ALTER TABLE distribution.account DROP CONSTRAINT account_department_check");
  change("kind", "use");
  EXPECT_THAT(Faults(), ElementsAre(is_one_of(own, "use")));
  EXPECT_THAT(FreshFaults(MarkNow()), ElementsAre(is_one_of(own, "use")));
  change("kind", "stock");
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(WatchTest, AMovementThatTellsOtherPlacesOrTimes) {
  const WatchMark before{.posting_number = MarkNow().posting_number - 1, .walked_at = now_};
  Break("UPDATE distribution.movement SET from_location_id = 'central' WHERE moved = 5");
  const std::string places = fmt::format(
      "movement {} (issue) is said to go from central to ward, and went from store, available, of "
      "institutions/county-hospital to ward, available, of institutions/county-hospital",
      IdOf(5));
  EXPECT_THAT(Faults(), ElementsAre(places));
  EXPECT_THAT(FreshFaults(before), ElementsAre(places));
  Break(
      "UPDATE distribution.movement SET from_location_id = 'store', effective_at = posted_at - "
      "interval '31 days 1 second' WHERE moved = 5");
  ASSERT_EQ(Faults().size(), 1);
  EXPECT_THAT(Faults().front(), ::testing::HasSubstr("(issue) was posted at"));
  EXPECT_THAT(FreshFaults(before), Faults());
}

TEST_F(WatchTest, ClosedMonthsThatAreNotWhatTheirMovementsAddUpTo) {
  v1::Movement early = Receive("gauze", "OCTOBER", 50, "store");
  early.mutable_effective_time()->set_seconds(absl::ToUnixSeconds(County(10, 31, 23)));
  Post(early);
  const int64_t account = Count(
      "SELECT max(account_id) FROM distribution.account "
      "WHERE kind = 'stock'");
  LedgerHandlers ledger(pool_.get(), &clock_);
  for (const std::string month : {"2026-09", "2026-10"}) {
    v1::ClosePeriodRequest close;
    close.set_holder("institutions/county-hospital");
    close.set_month(month);
    ASSERT_TRUE(ledger.ClosePeriod(By("approver-zhao", "approver"), close).ok());
    v1::ListPeriodBalancesRequest list;
    list.set_name("periods/institutions-county-hospital-" + month);
    ASSERT_TRUE(ledger.ListPeriodBalances(Pharmacist(), list).ok());
  }
  EXPECT_THAT(Faults(), IsEmpty());
  const auto change = [&](const std::string& columns) {
    Break("UPDATE distribution.period_balance SET " + columns);
  };
  const auto in_october = [&](const std::string& kept) {
    return fmt::format("account {} in 2026-10: {}, and its movements say 50, 0 and 50", account,
                       kept);
  };
  change("received = 57, issued = 7");
  EXPECT_THAT(Faults(), ElementsAre(in_october("57 came and 7 went and 50 were left")));
  change("received = 50, issued = 0, opening = 7, closing = 57");
  EXPECT_THAT(Faults(), UnorderedElementsAre(
                            in_october("50 came and 0 went and 57 were left"),
                            fmt::format("account {} begins 2026-10 with 7, and the month before "
                                        "left 0",
                                        account)));
  Break("DELETE FROM distribution.period_balance");
  EXPECT_THAT(Faults(), ElementsAre(in_october("0 came and 0 went and 0 were left")));
}

TEST_F(WatchTest, AReservationThatOutlastsItsEnd) {
  clock_.Advance(absl::Hours(30) - absl::Seconds(1));
  now_ = clock_.Now();
  EXPECT_THAT(Faults(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  now_ = clock_.Now();
  ASSERT_EQ(Faults().size(), 1);
  EXPECT_THAT(Faults().front(), ::testing::HasSubstr("and still holds 7"));
  EXPECT_THAT(FreshFaults(MarkNow()), Faults());
}

// However small the steps, each account and each movement is looked at once.
TEST_F(WatchTest, StepByStepEverythingIsProved) {
  const auto prove = [&](int64_t accounts_a_step) {
    ProofStep all;
    Find([&](pqxx::transaction_base& tx) {
      for (ProofMark mark; !mark.done;) {
        if (mark.accounts_wanted > 0) mark.accounts_wanted = accounts_a_step;
        const ProofStep step = ProveNext(tx, now_, mark);
        all.accounts += step.accounts;
        all.movements += step.movements;
        all.findings.insert(all.findings.end(), step.findings.begin(), step.findings.end());
      }
      return all.findings;
    });
    return all;
  };
  Break("UPDATE distribution.movement SET debit_after = 11 WHERE moved = 10");
  for (const int64_t accounts_a_step : {int64_t{1}, int64_t{2}, kProofAccountsMax}) {
    const ProofStep all = prove(accounts_a_step);
    EXPECT_EQ(all.accounts, Count("SELECT count(*) FROM distribution.account"));
    EXPECT_EQ(all.movements, Count("SELECT count(*) FROM distribution.movement"));
    EXPECT_EQ(all.findings.size(), 2) << accounts_a_step;
  }
  // An account that is gone: its movements are left.
  Break(fmt::format("DELETE FROM distribution.account WHERE account_id = {}", ward_));
  EXPECT_THAT(prove(1).findings,
              ::testing::Contains(fmt::format("account {} holds nothing since it is gone, "
                                              "and its movements add up to 15",
                                              ward_)));
}

TEST_F(WatchTest, ARoundWalksOnlyThroughWhatIsNew) {
  EXPECT_EQ(Check(watch_), 0);
  EXPECT_EQ(Gauge(), 0);
  EXPECT_EQ(Marked(), MarkNow().posting_number);
  Post(Issue(3));
  EXPECT_EQ(NextCheck(), 0);
  EXPECT_EQ(Marked(), MarkNow().posting_number);
  Break("UPDATE distribution.movement SET debit_after = 11 WHERE moved = 10");
  EXPECT_EQ(NextCheck(), 0) << "nothing new";
  clock_.Advance(absl::Hours(22));
  EXPECT_EQ(NextCheck(), 2) << "all is walked through once a day";
  EXPECT_EQ(Gauge(), 2);
  const int64_t marked = Marked();
  Post(Issue(2));
  EXPECT_EQ(NextCheck(), 2) << "it goes on to say so";
  EXPECT_EQ(Marked(), marked);
  Break("UPDATE distribution.movement SET debit_after = 10 WHERE moved = 10");
  EXPECT_EQ(NextCheck(), 0);
  EXPECT_EQ(Gauge(), 0);
  EXPECT_EQ(Marked(), MarkNow().posting_number);
}

TEST_F(WatchTest, OneOfSeveralProcessesWatches) {
  prometheus::Registry metrics;
  LedgerWatch twin(pool_.get(), &clock_, &metrics, {});
  {
    pqxx::connection connection(database_.superuser_conninfo());
    pqxx::work tx(connection);
    tx.exec("SELECT pg_advisory_xact_lock(7319, 3)");
    EXPECT_EQ(Check(watch_), -2);
  }
  Break("UPDATE distribution.movement SET debit_after = 11 WHERE moved = 10");
  EXPECT_EQ(Check(watch_), 2);
  Break("UPDATE distribution.movement SET debit_after = 10 WHERE moved = 10");
  EXPECT_EQ(Check(twin), 2) << "what the other found";
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Check(twin), 0);
  EXPECT_EQ(Check(watch_), 0);
}

TEST_F(WatchTest, WhatIsOnItsWayIsNotPassedOver) {
  // Somebody has a number and has not committed it: the round waits for it and nobody else.
  pqxx::connection connection(database_.superuser_conninfo());
  std::jthread round;
  std::atomic<int> found{-9};
  {
    pqxx::work tx(connection);
    tx.exec("SELECT pg_advisory_xact_lock_shared(7319, 1)");
    tx.exec("SELECT nextval('distribution.posting_number')");
    round = std::jthread([&] { found = Check(watch_); });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    Post(Issue(1));
    EXPECT_EQ(found, -9);
    tx.commit();
  }
  round.join();
  EXPECT_EQ(found, 0);
}

TEST_F(WatchTest, StopDoesNotWaitForTheRound) {
  // The round waits for a lock that is not let go.
  pqxx::connection connection(database_.superuser_conninfo());
  pqxx::work tx(connection);
  tx.exec("LOCK TABLE distribution.reservation IN ACCESS EXCLUSIVE MODE");
  watch_.Start();
  EXPECT_TRUE(database_.WaitForLockWaiter());
  const absl::Time began = absl::Now();
  watch_.Stop();
  EXPECT_LT(absl::Now() - began, absl::Seconds(5));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.ledger_watch"), 0);
}

}  // namespace
}  // namespace qingqu::distribution
