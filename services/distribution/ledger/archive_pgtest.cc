// What detaching a month does to all that is asked of the ledger, and what the archive proves.
#include <atomic>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/period_test_support.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "services/distribution/ledger/upkeep.h"
#include "sodium.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kArchived = "distribution.movement_archived_2026_01";

class ArchiveTest : public PostingTest {
 protected:
  ArchiveTest() : ledger_(pool_.get(), &clock_) {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  }

  void At(absl::Time now) {
    now_ = now;
    clock_.Set(now);
  }

  v1::Movement Issue(int64_t quantity) {
    return Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", quantity, "store", "ward");
  }

  // January: 100 come in and 10 go to the ward. February: 5 more under a name of January, 3 under
  // one of February that took effect in January. March: 1. It is then the 21st of November.
  void MakeMonths() {
    At(County(1, 10));
    received_ = Receive("gauze", "A", 100, "store");
    received_.set_reason("all \b\f\n\r\t\v\\ over 纱布");
    ASSERT_EQ(Reason(Pharmacist(), received_), "");
    ASSERT_EQ(Reason(Pharmacist(), Issue(10)), "");
    ASSERT_EQ(Reason(Pharmacist(), Issue(1000)), "INSUFFICIENT_STOCK");
    At(County(1, 31));
    const v1::Movement late = Issue(5);
    At(County(2, 5));
    ASSERT_EQ(Reason(Pharmacist(), late), "");
    At(County(2, 6));
    v1::Movement backdated = Issue(3);
    *backdated.mutable_effective_time() = rpc::ToTimestamp(County(2, 5, 18));
    ASSERT_EQ(Reason(Pharmacist(), backdated), "");
    At(County(3, 10));
    ASSERT_EQ(Reason(Pharmacist(), Issue(1)), "");
    At(County(11, 21));
  }

  // "" when it was detached, else what the database says.
  std::string Detach(const std::string& month, absl::Time now) {
    try {
      database_.Execute(fmt::format("SELECT distribution.detach_month('{}-01', '{}')", month,
                                    absl::FormatTime(now, absl::UTCTimeZone())));
      return "";
    } catch (const pqxx::sql_error& refused) {
      return refused.what();
    }
  }
  std::string Detach(const std::string& month) { return Detach(month, now_); }

  std::vector<std::string> Verify() {
    std::vector<std::string> findings;
    pqxx::connection connection(database_.superuser_conninfo());
    pqxx::nontransaction tx(connection);
    for (const auto& row : tx.exec("SELECT distribution.verify_month('2026-01-01')")) {
      findings.push_back(row[0].as<std::string>());
    }
    return findings;
  }

  void Tamper(const std::string& statement) {
    database_.Execute("SET LOCAL session_replication_role = replica; " + statement);
  }

  std::string Balance(const std::string& location, absl::Time as_of, v1::BalanceTime time) {
    v1::ExplainBalanceRequest request;
    request.set_account("accounts/" + database_.Value(fmt::format(
                                          "SELECT account_id FROM distribution.account WHERE "
                                          "item_id = 'gauze' AND location_id = '{}'",
                                          location)));
    *request.mutable_as_of() = rpc::ToTimestamp(as_of);
    request.set_time(time);
    const auto told = ledger_.ExplainBalance(Pharmacist(), request);
    if (!told.ok()) return ErrorReason(told.status());
    return fmt::format("{} {}", told->balance().on_hand(), told->balance().reserved());
  }

  // At every half day of the first four months, by both times.
  std::vector<std::pair<absl::Time, std::string>> Balances() {
    std::vector<std::pair<absl::Time, std::string>> balances;
    for (absl::Time time = County(1, 9); time < County(4, 1); time += absl::Hours(12)) {
      for (const char* location : {"store", "ward"}) {
        balances.emplace_back(time, Balance(location, time, v1::BALANCE_TIME_POSTED));
        balances.emplace_back(time, Balance(location, time, v1::BALANCE_TIME_EFFECTIVE));
      }
    }
    return balances;
  }

  std::string GetReason(const std::string& name) {
    v1::GetMovementRequest request;
    request.set_name(name);
    return ErrorReason(ledger_.GetMovement(Pharmacist(), request).status());
  }

  std::string Close(const std::string& month) {
    v1::ClosePeriodRequest request;
    request.set_holder("institutions/county-hospital");
    request.set_month(month);
    return ErrorReason(ledger_.ClosePeriod(By("approver-zhao", "approver"), request).status());
  }

  LedgerHandlers ledger_;
  v1::Movement received_;
};

TEST_F(ArchiveTest, WhatIsAnsweredAfterwardsIsRightOrRefused) {
  MakeMonths();
  const auto before = Balances();
  ASSERT_EQ(Detach("2026-01"), "");
  ASSERT_EQ(Count("SELECT count(*) FROM distribution.movement"), 2);
  ASSERT_EQ(Count(fmt::format("SELECT count(*) FROM {}", kArchived)), 4);
  int answered = 0;
  const auto after = Balances();
  for (size_t index = 0; index < before.size(); ++index) {
    const bool is_archived = before[index].first < County(2, 5);
    EXPECT_EQ(after[index].second, is_archived ? "HISTORY_ARCHIVED" : before[index].second)
        << before[index].first;
    answered += is_archived ? 0 : 1;
  }
  EXPECT_GT(answered, 100);
  // Archived last at noon of the 5th; what took effect that evening was posted a day later.
  EXPECT_EQ(Balance("store", County(2, 5, 20), v1::BALANCE_TIME_POSTED), "85 0");
  EXPECT_EQ(Balance("store", County(2, 5, 20), v1::BALANCE_TIME_EFFECTIVE), "82 0");
  ExpectSoundLedger();
  EXPECT_EQ(Reason(Pharmacist(), Issue(81)), "");
  EXPECT_EQ(Reason(Pharmacist(), Issue(1)), "INSUFFICIENT_STOCK");
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, ListsSayWhereTheyBegin) {
  MakeMonths();
  v1::ListMovementsRequest list;
  list.set_item("items/gauze");
  auto listed = handlers_.ListMovements(Pharmacist(), list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->movements_size(), 5);
  EXPECT_FALSE(listed->has_archived_until_time());
  ASSERT_EQ(Detach("2026-01"), "");
  listed = handlers_.ListMovements(Pharmacist(), list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->movements_size(), 2);
  EXPECT_EQ(listed->archived_until_time().seconds(), absl::ToUnixSeconds(County(2, 5)));
}

TEST_F(ArchiveTest, AnIdOfADetachedMonthIsNeitherPostedNorReversed) {
  MakeMonths();
  const std::string unknown = "movements/" + UuidV7FromText(County(4, 1), "unknown").ToString();
  ASSERT_EQ(Detach("2026-01"), "");
  EXPECT_EQ(GetReason(received_.name()), "MOVEMENT_ARCHIVED");
  EXPECT_EQ(GetReason(unknown), "MOVEMENT_NOT_FOUND");
  const auto again = PostOne(Pharmacist(), received_);
  EXPECT_EQ(ErrorReason(again.status()), "MOVEMENT_ID_TIME");
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("read it by its name first"));
  v1::Movement reversal = Make(v1::MOVEMENT_KIND_REVERSAL, "", "", 0, "", "");
  reversal.set_original(received_.name());
  reversal.set_reason("counted twice");
  EXPECT_EQ(Reason(Pharmacist(), reversal), "MOVEMENT_ARCHIVED");
  reversal.set_original(unknown);
  EXPECT_EQ(Reason(Pharmacist(), reversal), "MOVEMENT_NOT_FOUND") << "the name is still free";
  // A service whose clock stands still in January: there is no place for the movement any more.
  const auto posted = db::RunTransaction(
      *pool_, Pharmacist(), {.beyond_scope = true}, [&](pqxx::transaction_base& tx) {
        tx.exec(
            fmt::format("INSERT INTO movement (movement_id, kind, quantity, moved, effective_at, "
                        "posted_at, actor_id, alliance_id, refusal) VALUES ('{}', 'issue', 1, "
                        "0, now(), now(), 'x', 'east', '{{}}')",
                        received_.name().substr(10)));
        return absl::OkStatus();
      });
  EXPECT_THAT(std::string(posted.message()), HasSubstr("no partition of relation"));
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, OnlyTheOldestMonthAndOnlyWhenItIsLongOver) {
  MakeMonths();
  EXPECT_THAT(Detach("2026-02"), HasSubstr("the oldest month that is attached is 2026-01"));
  EXPECT_THAT(Detach("2025-12"), HasSubstr("there is no partition"));
  EXPECT_THAT(Detach("2026-01", County(5, 1, 7, 59, 59)), HasSubstr("over for three months"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 6);
  EXPECT_EQ(Detach("2026-01", County(5, 1, 8)), "");
  EXPECT_EQ(Detach("2026-02"), "");
  EXPECT_EQ(Balance("ward", County(2, 6), v1::BALANCE_TIME_POSTED), "18 0");
  EXPECT_EQ(Balance("ward", County(2, 5, 20), v1::BALANCE_TIME_POSTED), "HISTORY_ARCHIVED");
  EXPECT_EQ(Count("SELECT count(DISTINCT month) FROM distribution.movement_archived"), 2);
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, NothingHappensTwiceNorByHalves) {
  MakeMonths();
  {
    pqxx::connection connection(database_.superuser_conninfo());
    pqxx::work tx(connection);
    tx.exec("SELECT distribution.detach_month('2026-01-01', '2026-11-21')");
    database_.Execute(fmt::format("SELECT pg_terminate_backend({})", connection.backendpid()));
    EXPECT_THROW(tx.commit(), std::exception);
  }
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 6);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement_archived"), 0);
  EXPECT_EQ(GetReason(received_.name()), "");
  for (int time = 0; time < 2; ++time) EXPECT_EQ(Detach("2026-01"), "");
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), 2);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement_archived"), 3);
  EXPECT_EQ(database_.Value("SELECT string_agg(resource || ' ' || actor_user_id || ' ' || "
                            "(details ->> 'movementCount'), ',') FROM journal.entry "
                            "WHERE event = 'ledger.archived'"),
            "ledgers/2026-01 " + database_.Value("SELECT session_user") + " 4");
  EXPECT_THROW(database_.Execute("DELETE FROM distribution.movement_archived"), pqxx::sql_error);
  EXPECT_THROW(database_.Execute(fmt::format("DELETE FROM {}", kArchived)), pqxx::sql_error);
  EXPECT_THROW(database_.Execute("UPDATE distribution.movement_partition SET digest = 'x' "
                                 "WHERE month = '2026-01-01'"),
               pqxx::sql_error);
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, TheServiceMayNotDetach) {
  const auto tried = db::RunTransaction(*pool_, Operator(), [&](pqxx::transaction_base& tx) {
    tx.exec("SELECT detach_month('2026-01-01', '2026-11-21')");
    return absl::OkStatus();
  });
  EXPECT_THAT(std::string(tried.message()), HasSubstr("permission denied"));
}

// As the README of the ledger tells a third party to do it; each line with its line feed.
std::string DigestOf(const std::vector<std::string>& lines) {
  std::vector<unsigned char> digest;
  for (const std::string& line : lines) {
    digest.insert(digest.end(), line.begin(), line.end());
    std::vector<unsigned char> next(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(next.data(), digest.data(), digest.size());
    digest = std::move(next);
  }
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

TEST_F(ArchiveTest, ATableOrItsFileProvesThatItIsWhatWasDetached) {
  MakeMonths();
  EXPECT_THAT(Verify(), ElementsAre("2026-01 was not detached"));
  ASSERT_EQ(Detach("2026-01"), "");
  EXPECT_THAT(Verify(), IsEmpty());
  std::vector<std::string> lines;
  pqxx::connection connection(database_.superuser_conninfo());
  {
    pqxx::work tx(connection);
    tx.exec("SET LOCAL TimeZone = 'UTC'");
    pqxx::stream_from copy(tx, fmt::format("(SELECT * FROM {} ORDER BY movement_id)", kArchived));
    for (std::string line; copy.get_raw_line(line);) lines.push_back(line);
  }
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(DigestOf(lines), database_.Value("SELECT digest FROM distribution.movement_partition "
                                             "WHERE month = '2026-01-01'"));
  // Kept as a file, dropped, and restored from it.
  database_.Execute(
      fmt::format("CREATE TABLE kept (LIKE {}); INSERT INTO kept SELECT * FROM {}; "
                  "DROP TABLE {}",
                  kArchived, kArchived, kArchived));
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("is not here; restore it first")));
  ExpectSoundLedger();
  database_.Execute(
      fmt::format("CREATE TABLE {0} (LIKE kept); INSERT INTO {0} SELECT * FROM kept; "
                  "ALTER TABLE {0} OWNER TO qingqu_owner",
                  kArchived));
  EXPECT_THAT(Verify(), IsEmpty());
}

TEST_F(ArchiveTest, WhatWasTamperedWithInTheArchiveIsFound) {
  MakeMonths();
  ASSERT_EQ(Detach("2026-01"), "");
  const std::string issued = "kind = 'issue' AND moved = 10";
  Tamper(fmt::format("UPDATE {} SET actor_id = 'somebody' WHERE {}", kArchived, issued));
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("its digest is")));
  Tamper(fmt::format("UPDATE {} SET moved = 11, quantity = 11 WHERE {}", kArchived, issued));
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("its digest is"), HasSubstr("add up to 84 and"),
                                    HasSubstr("add up to 16 and")));
  Tamper(fmt::format("DELETE FROM {} WHERE kind = 'receive'", kArchived));
  EXPECT_THAT(Verify(), ::testing::Contains(StartsWith("it holds 3 movements instead of 4")));
  Tamper("UPDATE distribution.movement_archived SET on_hand = on_hand + 1 WHERE on_hand = 85");
  const auto checked = handlers_.CheckLedger(By("inspector-wu", "discipline_inspector"), {});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->findings_size(), 1) << checked->DebugString();
}

TEST_F(ArchiveTest, APieceThatWasUsedUpDoesNotComeInAgain) {
  At(County(1, 10));
  const auto receive = [&](const char* serial) {
    v1::Movement piece = Receive("stent", "L", 1, "ward");
    piece.set_serial(serial);
    return Reason(Pharmacist(), piece);
  };
  ASSERT_EQ(receive("S1"), "");
  ASSERT_EQ(receive("S2"), "");
  ASSERT_TRUE(Use(Nurse(), "uses/u1", "ward", {Line("stent", "L", 1, "S1")}).ok());
  At(County(11, 21));
  ASSERT_EQ(Detach("2026-01"), "");
  EXPECT_EQ(receive("S1"), "SERIAL_USED");
  EXPECT_EQ(receive("S2"), "SERIAL_ELSEWHERE");
  ASSERT_TRUE(Use(Nurse(), "uses/u2", "ward", {Line("stent", "L", 1, "S2")}).ok());
  EXPECT_EQ(receive("S2"), "SERIAL_USED");
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, NothingTakesEffectInTheArchive) {
  MakeMonths();
  ASSERT_EQ(Detach("2026-01"), "");
  v1::Movement late = Issue(1);
  *late.mutable_effective_time() = rpc::ToTimestamp(County(2, 5));
  EXPECT_EQ(Reason(Pharmacist(), late), "HISTORY_ARCHIVED");
  late = Issue(1);
  *late.mutable_effective_time() = rpc::ToTimestamp(County(2, 5, 12, 0, 1));
  EXPECT_EQ(Reason(Pharmacist(), late), "EFFECTIVE_TIME_TOO_OLD");
  v1::Movement first = Receive("gauze", "NEW", 1, "store");
  first.set_kind(v1::MOVEMENT_KIND_OPENING_BALANCE);
  *first.mutable_effective_time() = late.effective_time();
  EXPECT_EQ(Reason(Pharmacist(), first), "");
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, WhoSentGoodsLongAgoDoesNotReceiveThem) {
  At(County(1, 10));
  const CallContext sender = By("keeper-of-all", "operator");
  ASSERT_EQ(Reason(Operator(), Receive("gauze", "A", 100, "central")), "");
  const auto send = [&] {
    return Make(v1::MOVEMENT_KIND_TRANSFER_OUT, "gauze", "A", 10, "central", "town-store");
  };
  ASSERT_EQ(Reason(sender, send()), "");
  At(County(11, 21));
  ASSERT_EQ(Detach("2026-01"), "");
  const auto receive = [&](const std::string& user) {
    CallContext call = By(user, "hospital_pharmacist", "town-clinic");
    return Reason(call,
                  Make(v1::MOVEMENT_KIND_TRANSFER_IN, "gauze", "A", 10, "central", "town-store"));
  };
  EXPECT_EQ(receive("keeper-of-all"), "SAME_PERSON");
  EXPECT_EQ(receive("pharmacist-he"), "");
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, WhatIsHeldIsLetGoFirst) {
  At(County(1, 10));
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 10, "store")), "");
  ASSERT_EQ(Reason(Pharmacist(), Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 4, "store", "")),
            "");
  At(County(11, 21));
  EXPECT_THAT(Detach("2026-01"), HasSubstr("1 reservations of the month still hold goods"));
  prometheus::Registry metrics;
  Upkeep upkeep(pool_.get(), &clock_, &lane_, &metrics, {});
  const absl::StatusOr<int> expired = upkeep.ExpireReservations();
  ASSERT_TRUE(expired.ok()) << expired.status();
  EXPECT_EQ(*expired, 1);
  EXPECT_EQ(Detach("2026-01"), "");
  EXPECT_EQ(Balance("store", County(11, 20), v1::BALANCE_TIME_POSTED), "HISTORY_ARCHIVED")
      << "the last of January's ids was posted today";
  EXPECT_EQ(Balance("store", now_, v1::BALANCE_TIME_POSTED), "10 0");
  ExpectSoundLedger();
}

TEST_F(ArchiveTest, MonthsAreClosedFirstByWhoClosesMonths) {
  MakeMonths();
  ASSERT_EQ(Close("2026-01"), "");
  EXPECT_THAT(Detach("2026-01"),
              HasSubstr("institutions/county-hospital has closed its months only up to 2026-01"));
  ASSERT_EQ(Close("2026-02"), "");
  Tamper("DELETE FROM distribution.period_reckoned WHERE month = '2026-02-01'");
  EXPECT_THAT(Detach("2026-01"), HasSubstr("for 2026-02 are not written yet"));
  v1::ListPeriodBalancesRequest list;
  list.set_name("periods/institutions-county-hospital-2026-02");
  Tamper("DELETE FROM distribution.period_balance WHERE month = '2026-02-01'");
  ASSERT_TRUE(ledger_.ListPeriodBalances(Pharmacist(), list).ok());
  ASSERT_EQ(Detach("2026-01"), "");
  ASSERT_EQ(Close("2026-03"), "");
  EXPECT_EQ(database_.Value("SELECT string_agg(format('%s %s %s %s', opening, received, issued, "
                            "closing), ',' ORDER BY period_balance.month) "
                            "FROM distribution.period_balance JOIN distribution.account "
                            "USING (account_id) WHERE location_id = 'store'"),
            "0 100 10 90,90 0 8 82,82 0 1 81");
}

TEST_F(ArchiveTest, WhoNeverClosedAMonthBeginsAfterTheArchive) {
  MakeMonths();
  ASSERT_EQ(Detach("2026-01"), "");
  EXPECT_EQ(Close("2026-01"), "HISTORY_ARCHIVED");
  EXPECT_EQ(Close("2026-02"), "HISTORY_ARCHIVED") << "archived up to its fifth day";
  EXPECT_EQ(Close("2026-03"), "");
  EXPECT_EQ(database_.Value("SELECT format('%s %s %s %s', opening, received, issued, closing) "
                            "FROM distribution.period_balance JOIN distribution.account "
                            "USING (account_id) WHERE location_id = 'store'"),
            "82 0 1 81");
}

TEST_F(ArchiveTest, PostingsGoOnMeanwhile) {
  MakeMonths();
  ASSERT_EQ(Reason(Pharmacist(), Receive("gauze", "A", 1'000'000'000, "store")), "");
  const int64_t before = OnHand("ward", "gauze");
  std::atomic<bool> done{false};
  std::atomic<int> posted{0};
  {
    std::vector<std::jthread> threads;
    for (int caller = 0; caller < 8; ++caller) {
      threads.emplace_back([&] {
        while (!done) {
          EXPECT_EQ(Reason(Pharmacist(), Issue(1)), "");
          ++posted;
        }
      });
    }
    for (int month = 1; month <= 7; ++month) {
      EXPECT_EQ(Detach(fmt::format("2026-{:02}", month)), "");
    }
    done = true;
  }
  EXPECT_GT(posted, 0);
  EXPECT_EQ(OnHand("ward", "gauze"), before + posted);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
