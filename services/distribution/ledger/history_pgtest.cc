#include <algorithm>
#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/page_token.h"
#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"
#include "services/distribution/ledger/history_store.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

// What a naive reader keeps of a movement.
struct Entry {
  std::string movement_id;
  std::string kind;
  int debit = -1;
  int credit = -1;
  int64_t quantity = 0;
  int64_t moved = 0;
  int64_t held = 0;
  int64_t debit_after = 0;
  int64_t credit_after = 0;
  absl::Time posted_at;
  absl::Time effective_at;
  std::string reservation_id;

  bool CountsAt(absl::Time instant, bool by_effect) const {
    return (by_effect ? effective_at : posted_at) <= instant;
  }
  bool Concerns(int account) const { return debit == account || credit == account; }
};

struct Balances {
  int64_t on_hand = 0;
  int64_t reserved = 0;
};

class HistoryTest : public DistributionTest {
 protected:
  HistoryTest() : clock_(now_), ledger_(pool_.get(), &clock_) {}

  absl::StatusOr<v1::ExplainBalanceResponse> Explain(const CallContext& call, int64_t account_id,
                                                     std::optional<absl::Time> as_of,
                                                     v1::BalanceTime time, int page_size = 1000,
                                                     const std::string& page_token = "") {
    v1::ExplainBalanceRequest request;
    request.set_account(fmt::format("accounts/{}", account_id));
    if (as_of.has_value()) *request.mutable_as_of() = rpc::ToTimestamp(*as_of);
    request.set_time(time);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return ledger_.ExplainBalance(call, request);
  }

  int64_t AccountAt(const std::string& location_id) const {
    return Count(
        fmt::format("SELECT account_id FROM distribution.account WHERE location_id = '{}' LIMIT 1",
                    location_id));
  }

  FakeClock clock_;
  LedgerHandlers ledger_;
};

// A random history of a supply, three places and a lot, written as a whole: movements that were
// posted in any order of their effects, several within one microsecond, and goods held and let go.
class PropertyTest : public HistoryTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  static constexpr int kAccounts = 4;  // 0 is the supply
  static constexpr int kMovements = 400;

  PropertyTest() : random_(GetParam()) {
    MakeHistory();
    WriteAccounts();
    WriteMovements();
  }

  int64_t Roll(int64_t min, int64_t max) {
    return std::uniform_int_distribution<int64_t>(min, max)(random_);
  }

  Entry MakeMove() {
    const int debit = static_cast<int>(Roll(0, kAccounts - 1));
    const int credit = (debit + static_cast<int>(Roll(1, kAccounts - 1))) % kAccounts;
    const Balances& source = now_holds_[static_cast<size_t>(credit)];
    const int64_t quantity = Roll(1, 30);
    if (credit != 0 && source.on_hand - source.reserved < quantity) {
      return {
          .kind = "receive", .debit = credit, .credit = 0, .quantity = quantity, .moved = quantity};
    }
    return {
        .kind = "issue", .debit = debit, .credit = credit, .quantity = quantity, .moved = quantity};
  }

  std::optional<Entry> MakeHold() {
    const int credit = static_cast<int>(Roll(1, kAccounts - 1));
    const Balances& source = now_holds_[static_cast<size_t>(credit)];
    if (source.reserved > 0) {
      const int64_t quantity = Roll(1, source.reserved);
      return Entry{.kind = "void", .credit = credit, .quantity = quantity, .held = -quantity};
    }
    if (source.on_hand == 0) return std::nullopt;
    const int64_t quantity = Roll(1, source.on_hand);
    return Entry{.kind = "reserve", .credit = credit, .quantity = quantity, .held = quantity};
  }

  void Post(Entry entry) {
    entry.movement_id =
        UuidV7FromText(posted_at_, fmt::format("{}/{}", GetParam(), entries_.size())).ToString();
    entry.posted_at = posted_at_;
    entry.effective_at = posted_at_;
    if (entry.moved > 0 && Roll(0, 9) < 4) entry.effective_at -= absl::Seconds(Roll(1, 900'000));
    if (entry.moved == 0) entry.reservation_id = entry.movement_id;
    if (entry.debit >= 0) {
      entry.debit_after = now_holds_[static_cast<size_t>(entry.debit)].on_hand += entry.moved;
    }
    Balances& source = now_holds_[static_cast<size_t>(entry.credit)];
    entry.credit_after = source.on_hand -= entry.moved;
    source.reserved += entry.held;
    entries_.push_back(entry);
  }

  void MakeHistory() {
    posted_at_ = now_ - absl::Hours(24 * 80);
    while (entries_.size() < kMovements) {
      if (Roll(0, 3) > 0) posted_at_ += absl::Microseconds(Roll(0, 30'000'000'000));
      const std::optional<Entry> hold = Roll(0, 3) == 0 ? MakeHold() : std::nullopt;
      Post(hold.has_value() ? *hold : MakeMove());
    }
  }

  void WriteAccounts() {
    std::string rows;
    const std::vector<std::string> places{"contra/supply/east", "store", "ward", "central"};
    for (size_t account = 0; account < places.size(); ++account) {
      rows += fmt::format(
          "{}({}, '{}', '{}', 'gauze', '{}', '', 'alliances/east', {}, {}, '{}', 'east')",
          account == 0 ? "" : ",", account + 1, account == 0 ? "supply" : "stock", places[account],
          kLotId, now_holds_[account].on_hand, now_holds_[account].reserved,
          InstantText(posted_at_));
    }
    Write(fmt::format(
        "INSERT INTO distribution.location (location_id, kind, alliance_id, display_name, "
        "created_at) VALUES ('contra/supply/east', 'supply', 'east', 'supply', now());"
        "INSERT INTO distribution.lot (lot_id, item_id, lot_number) VALUES ('{}', 'gauze', 'A');"
        "INSERT INTO distribution.account (account_id, kind, location_id, item_id, lot_id, serial, "
        "owner, on_hand, reserved, changed_at, alliance_id) OVERRIDING SYSTEM VALUE VALUES {}",
        kLotId, rows));
  }

  void WriteMovements() {
    std::string rows;
    for (const Entry& entry : entries_) {
      rows += fmt::format(
          "{}('{}', '{}', {}, {}, {}, {}, {}, {}, {}, '{}', '{}', 'nurse', 'east', {})",
          rows.empty() ? "" : ",", entry.movement_id, entry.kind,
          entry.debit < 0 ? "NULL" : std::to_string(entry.debit + 1), entry.credit + 1,
          entry.quantity, entry.moved, entry.held, entry.debit_after, entry.credit_after,
          InstantText(entry.effective_at), InstantText(entry.posted_at),
          entry.reservation_id.empty() ? "NULL" : fmt::format("'{}'", entry.reservation_id));
    }
    Write(
        "INSERT INTO distribution.movement (movement_id, kind, debit_account_id, "
        "credit_account_id, quantity, moved, held, debit_after, credit_after, effective_at, "
        "posted_at, actor_id, alliance_id, reservation_id) VALUES " +
        rows);
  }

  // Without the entry in the journal that a real posting has.
  void Write(const std::string& statements) {
    database_.Execute("SET LOCAL session_replication_role = replica;" + statements);
  }

  Balances NaiveBalance(int account, absl::Time instant, bool by_effect) const {
    Balances sum;
    for (const Entry& entry : entries_) {
      if (entry.credit == account && entry.posted_at <= instant) sum.reserved += entry.held;
      if (!entry.CountsAt(instant, by_effect)) continue;
      if (entry.debit == account) sum.on_hand += entry.moved;
      if (entry.credit == account) sum.on_hand -= entry.moved;
    }
    return sum;
  }

  std::vector<std::string> NaiveHistory(int account, absl::Time instant, bool by_effect) const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_) {
      if (entry.Concerns(account) && entry.CountsAt(instant, by_effect)) {
        names.push_back("movements/" + entry.movement_id);
      }
    }
    std::reverse(names.begin(), names.end());
    return names;
  }

  void Compare(int account, absl::Time instant, bool by_effect) {
    SCOPED_TRACE(
        fmt::format("account {}, {}, by effect: {}", account + 1, InstantText(instant), by_effect));
    const Balances naive = NaiveBalance(account, instant, by_effect);
    std::vector<std::string> names;
    std::string token;
    const int page_size = static_cast<int>(Roll(20, 400));
    do {
      const auto page = Explain(Operator(), account + 1, instant,
                                by_effect ? v1::BALANCE_TIME_EFFECTIVE : v1::BALANCE_TIME_POSTED,
                                page_size, token);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_EQ(page->balance().on_hand(), naive.on_hand);
      ASSERT_EQ(page->balance().reserved(), naive.reserved);
      ASSERT_LE(page->movements_size(), page_size);
      for (const v1::Movement& movement : page->movements()) names.push_back(movement.name());
      token = page->next_page_token();
    } while (!token.empty());
    ASSERT_EQ(names, NaiveHistory(account, instant, by_effect));
  }

  static constexpr const char* kLotId = "00000000-0000-8000-8000-000000000001";

  std::mt19937 random_;
  absl::Time posted_at_;
  std::array<Balances, kAccounts> now_holds_{};
  std::vector<Entry> entries_;
};

TEST_P(PropertyTest, BothKindsOfBalanceAreNaiveSums) {
  const absl::Time first = entries_.front().posted_at - absl::Hours(24 * 12);
  const int64_t microseconds = absl::ToInt64Microseconds(now_ - first);
  for (int round = 0; round < 120; ++round) {
    // Half of the instants are those of a movement, where an error by one would show.
    const Entry& entry = entries_[static_cast<size_t>(Roll(0, kMovements - 1))];
    const absl::Time instant =
        round % 2 == 0 ? first + absl::Microseconds(Roll(0, microseconds))
                       : std::min(now_, (round % 4 == 1 ? entry.posted_at : entry.effective_at) +
                                            absl::Microseconds(Roll(-1, 1)));
    const int account = static_cast<int>(Roll(0, kAccounts - 1));
    ASSERT_NO_FATAL_FAILURE(Compare(account, instant, false));
    ASSERT_NO_FATAL_FAILURE(Compare(account, instant, true));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PropertyTest, ::testing::Values(1, 2, 3));

TEST_F(HistoryTest, AMovementIsReadByItsName) {
  StockGauze(10, {{.lot = "A", .expiry = "2027-06-30"}});
  const std::string movement_id = database_.Value("SELECT movement_id FROM distribution.movement");
  v1::GetMovementRequest request;
  request.set_name("movements/" + movement_id);
  const auto movement = ledger_.GetMovement(Operator(), request);
  ASSERT_TRUE(movement.ok()) << movement.status();
  EXPECT_EQ(movement->name(), request.name());
  EXPECT_EQ(movement->kind(), v1::MOVEMENT_KIND_RECEIVE);
  EXPECT_EQ(movement->item(), "items/gauze");
  EXPECT_EQ(movement->lot(), "A");
  EXPECT_EQ(movement->expiry_date(), "2027-06-30");
  EXPECT_EQ(movement->from_location(), "contra/supply");
  EXPECT_EQ(movement->to_location(), "locations/central");
  EXPECT_EQ(movement->quantity(), 10);
  EXPECT_EQ(movement->owner(), "alliances/east");
  EXPECT_EQ(movement->condition(), v1::STOCK_CONDITION_AVAILABLE);
  EXPECT_EQ(movement->to_condition(), v1::STOCK_CONDITION_UNSPECIFIED);
  EXPECT_EQ(movement->from_balance(), -10);
  EXPECT_EQ(movement->to_balance(), 10);
  EXPECT_EQ(movement->effective_time().seconds(), absl::ToUnixSeconds(now_));
  EXPECT_EQ(movement->actor(), "users/operator-qian");
  EXPECT_TRUE(ledger_.GetMovement(Pharmacist(), request).ok());
  const auto stranger =
      ledger_.GetMovement(By("p", "hospital_pharmacist", "west-hospital", "west"), request);
  EXPECT_EQ(ErrorReason(stranger.status()), "MOVEMENT_NOT_FOUND");
}

TEST_F(HistoryTest, WhatWasRefusedOrNeverAskedForIsNotFound) {
  const std::string refused = UuidV7FromText(now_, "refused").ToString();
  database_.Execute(fmt::format(
      "SET LOCAL session_replication_role = replica; INSERT INTO distribution.movement "
      "(movement_id, kind, quantity, moved, effective_at, posted_at, actor_id, alliance_id, "
      "refusal) VALUES ('{}', 'use', 1, 0, now(), now(), 'nurse-li', 'east', '{{}}')",
      refused));
  for (const std::string& movement_id : {refused, UuidV7FromText(now_, "never").ToString()}) {
    v1::GetMovementRequest request;
    request.set_name("movements/" + movement_id);
    EXPECT_EQ(ErrorReason(ledger_.GetMovement(Operator(), request).status()), "MOVEMENT_NOT_FOUND");
  }
  for (const char* name : {"", "movements/", "movements/7", "receipts/r1"}) {
    v1::GetMovementRequest request;
    request.set_name(name);
    EXPECT_EQ(ErrorReason(ledger_.GetMovement(Operator(), request).status()), "INVALID_FIELD")
        << name;
  }
}

TEST_F(HistoryTest, WhatIsSentWithoutADocumentIsToldByItsTwoEnds) {
  const StoredMovement out{
      .kind = "transfer_out", .from_location_id = "store", .to_location_id = "transit/store/ward"};
  EXPECT_EQ(ToProto(out).from_location(), "locations/store");
  EXPECT_EQ(ToProto(out).to_location(), "locations/ward");
  const StoredMovement in{
      .kind = "transfer_in", .from_location_id = "transit/store/ward", .to_location_id = "ward"};
  EXPECT_EQ(ToProto(in).from_location(), "locations/store");
  EXPECT_EQ(ToProto(in).to_location(), "locations/ward");
  const StoredMovement document{
      .kind = "transfer_in", .from_location_id = "transit/t1", .to_location_id = "ward"};
  EXPECT_EQ(ToProto(document).from_location(), "transit/t1");
  EXPECT_EQ(PlaceName("contra/supply/east"), "contra/supply");
  EXPECT_EQ(PlaceName(""), "");
}

TEST_F(HistoryTest, GoodsAreThoseThatLeaveAndFromOutsideThoseThatEnter) {
  StoredMovement movement{.kind = "change_condition",
                          .from_location_id = "store",
                          .to_location_id = "store",
                          .from_owner = "institutions/h1",
                          .to_owner = "institutions/h1",
                          .from_condition = "available",
                          .to_condition = "quarantined"};
  EXPECT_EQ(ToProto(movement).condition(), v1::STOCK_CONDITION_AVAILABLE);
  EXPECT_EQ(ToProto(movement).to_condition(), v1::STOCK_CONDITION_QUARANTINED);
  movement.kind = "receive";
  movement.from_location_id = "contra/supply/east";
  movement.from_owner = "alliances/east";
  movement.to_owner = "suppliers/kangda";
  EXPECT_EQ(ToProto(movement).owner(), "suppliers/kangda");
  EXPECT_EQ(ToProto(movement).condition(), v1::STOCK_CONDITION_QUARANTINED);
  EXPECT_EQ(ToProto(movement).to_condition(), v1::STOCK_CONDITION_UNSPECIFIED);
}

TEST_F(HistoryTest, PagesAreOfOneMoment) {
  StockGauze(100, {{.lot = "A"}});
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(Send(Operator(), "central", "store", {{"gauze", 10}}).ok());
  }
  const int64_t account_id = AccountAt("central");
  for (const v1::BalanceTime time : {v1::BALANCE_TIME_POSTED, v1::BALANCE_TIME_EFFECTIVE}) {
    auto page = Explain(Operator(), account_id, std::nullopt, time, 2);
    ASSERT_TRUE(page.ok()) << page.status();
    const int64_t on_hand = page->balance().on_hand();
    EXPECT_EQ(on_hand, OnHand("central", "gauze"));
    EXPECT_EQ(page->movements(0).from_balance(), on_hand) << "the newest comes first";
    // At the same instant as all before, so that only its number says that it is newer.
    ASSERT_TRUE(Send(Operator(), "central", "store", {{"gauze", 1}}).ok());
    std::set<std::string> names;
    int told = 0;
    while (true) {
      EXPECT_EQ(page->balance().on_hand(), on_hand);
      for (const v1::Movement& movement : page->movements()) names.insert(movement.name());
      told += page->movements_size();
      if (page->next_page_token().empty()) break;
      page = Explain(Operator(), account_id, std::nullopt, time, 2, page->next_page_token());
      ASSERT_TRUE(page.ok()) << page.status();
    }
    EXPECT_EQ(told, time == v1::BALANCE_TIME_POSTED ? 6 : 7);
    EXPECT_EQ(names.size(), static_cast<size_t>(told));
  }
}

TEST_F(HistoryTest, TheBalanceOfACentralStoreIsRightForThoseWhoSeeNotAllOfItsMovements) {
  StockGauze(100, {{.lot = "A"}});
  ASSERT_TRUE(Send(Operator(), "central", "store", {{"gauze", 30}}).ok());
  const CallContext clinic = By("pharmacist-he", "hospital_pharmacist", "town-clinic");
  const auto answer = Explain(clinic, AccountAt("central"), std::nullopt, v1::BALANCE_TIME_POSTED);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->balance().on_hand(), 70);
  ASSERT_EQ(answer->movements_size(), 1);
  EXPECT_EQ(answer->movements(0).kind(), v1::MOVEMENT_KIND_RECEIVE);
}

TEST_F(HistoryTest, WhoDoesNotSeeTheAccountLearnsNothing) {
  StockGauze(100, {{.lot = "A"}});
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 30}});
  ASSERT_TRUE(sent.ok() && Arrive(Pharmacist(), sent->name()).ok());
  const CallContext clinic = By("pharmacist-he", "hospital_pharmacist", "town-clinic");
  for (const int64_t account_id : {AccountAt("store"), int64_t{4711}}) {
    const auto answer = Explain(clinic, account_id, std::nullopt, v1::BALANCE_TIME_POSTED);
    EXPECT_EQ(ErrorReason(answer.status()), "ACCOUNT_NOT_FOUND");
  }
}

TEST_F(HistoryTest, WhatIsInTheArchiveIsNotGuessed) {
  StockGauze(100, {{.lot = "A"}});
  const int64_t account_id = AccountAt("central");
  database_.Execute(
      "UPDATE distribution.movement_partition SET detached_at = now(), movement_count = 1, "
      "digest = '', last_posted_at = '2026-11-01' WHERE month = '2026-09-01'");
  const auto at = [](int month, int day) {
    return absl::FromCivil(absl::CivilDay(2026, month, day), absl::UTCTimeZone());
  };
  const auto before = Explain(Operator(), account_id, at(10, 31), v1::BALANCE_TIME_POSTED);
  EXPECT_EQ(ErrorReason(before.status()), "HISTORY_ARCHIVED");
  EXPECT_EQ(before.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetails(before.status()).at("since"), "2026-11-01T00:00:00+00:00");
  const auto after = Explain(Operator(), account_id, at(11, 1), v1::BALANCE_TIME_POSTED);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->balance().on_hand(), 0);
  EXPECT_EQ(after->archived_until_time().seconds(), absl::ToUnixSeconds(at(11, 1)));
}

TEST_F(HistoryTest, WhatIsWrongWithAQuestionIsSaid) {
  StockGauze(100, {{.lot = "A"}});
  const int64_t account_id = AccountAt("central");
  const auto reason = [&](const v1::ExplainBalanceRequest& request) {
    return ErrorReason(ledger_.ExplainBalance(Operator(), request).status());
  };
  for (const char* name :
       {"", "accounts/", "accounts/x", "accounts/-1", "accounts/99999999999999999999", "items/1"}) {
    v1::ExplainBalanceRequest request;
    request.set_account(name);
    EXPECT_EQ(reason(request), "INVALID_FIELD") << name;
  }
  v1::ExplainBalanceRequest request;
  request.set_account(fmt::format("accounts/{}", account_id));
  *request.mutable_as_of() = rpc::ToTimestamp(now_ + absl::Hours(1));
  EXPECT_EQ(reason(request), "INVALID_FIELD");
  request.mutable_as_of()->set_seconds(-1);
  EXPECT_EQ(reason(request), "INVALID_FIELD");
  request.clear_as_of();
  request.set_page_token("forged");
  EXPECT_EQ(reason(request), "INVALID_FIELD");
  request.set_page_token(
      EncodePageToken({"-1", "0", "0", "0", "0"}, fmt::format("history {} false -1", account_id)));
  EXPECT_EQ(reason(request), "INVALID_FIELD");
  request.set_page_token("");
  request.set_time(static_cast<v1::BalanceTime>(9));
  EXPECT_EQ(reason(request), "INVALID_FIELD");
}

// 60,000 movements over a year and 300 accounts, as the service's own role with row-level security.
class PlanTest : public HistoryTest {
 protected:
  PlanTest() {
    database_.Execute(R"(SET LOCAL session_replication_role = replica;
      INSERT INTO distribution.lot (lot_id, item_id, lot_number)
        VALUES ('00000000-0000-8000-8000-000000000001', 'gauze', 'A');
      INSERT INTO distribution.account (account_id, kind, location_id, item_id, lot_id, serial,
                                        owner, alliance_id, changed_at)
        OVERRIDING SYSTEM VALUE
        SELECT number, 'stock', 'store', 'gauze', '00000000-0000-8000-8000-000000000001', '',
               'institutions/h' || number, 'east', '2026-11-20'
        FROM generate_series(1, 300) AS number;
      INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id,
                                         quantity, moved, debit_after, credit_after, effective_at,
                                         posted_at, actor_id, alliance_id)
        SELECT (left(distribution.uuid_at(posted_at)::text, 14) || '7000-8000-' ||
                lpad(to_hex(number), 12, '0'))::uuid, 'issue',
               number % 300 + 1, (number + 7) % 300 + 1, 1, 1, 0, 0,
               posted_at - CASE WHEN number % 5 = 0 THEN interval '2 days' ELSE '0' END, posted_at,
               'nurse-li', 'east'
        FROM (SELECT number, timestamptz '2026-01-02' + number * interval '8.7 minutes' AS posted_at
              FROM generate_series(1, 60000) AS number) AS posted)");
    database_.Execute("ANALYZE distribution.movement, distribution.account, distribution.lot");
  }

  // Which scans the service does after the first few executions, when a query is planned for any
  // arguments.
  std::string Plan(const db::Query& query, const std::string& arguments) {
    const auto plan = db::RunTransaction(
        *pool_, Operator(), [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
          tx.exec("SET LOCAL plan_cache_mode = force_generic_plan");
          tx.exec(fmt::format("PREPARE probe AS {}", query.sql));
          std::string text;
          for (const auto& row : tx.exec("EXPLAIN EXECUTE probe (" + arguments + ")")) {
            const auto line = row[0].as<std::string>();
            if (line.find(" Scan ") != std::string::npos) text += line + "\n";
          }
          tx.exec("DEALLOCATE probe");
          return text;
        });
    EXPECT_TRUE(plan.ok()) << plan.status();
    return plan.value_or("");
  }
};

TEST_F(PlanTest, NoQuestionScansTheHistory) {
  const std::string key = "'2026-06-01', 9223372036854775807";
  const std::vector<std::pair<const db::Query*, std::string>> questions{
      {&queries::kReadPastBalance, "7, " + key + ", true"},
      {&queries::kSumBackdated, "7, '2026-06-01', " + key},
      {&queries::kListAccountHistory, "7, " + key + ", 51"},
      {&queries::kListBackdatedHistory, "7, '2026-06-01', " + key + ", 51"}};
  for (const auto& [query, arguments] : questions) {
    const std::string plan = Plan(*query, arguments);
    // Of the partitions to come, where there is nothing yet, nothing matters.
    EXPECT_EQ(plan.find("Seq Scan on movement_2026"), std::string::npos) << query->name << plan;
    EXPECT_NE(plan.find(" on movement_2026_06"), std::string::npos) << query->name << plan;
  }
}

TEST_F(PlanTest, ReadingMovementsByIdOpensOnlyThePartitionsOfTheirTime) {
  const std::string ids = database_.Value(
      "SELECT array_agg(movement_id) FROM (SELECT movement_id FROM "
      "distribution.movement_2026_06 LIMIT 3) AS few");
  const std::string first = ids.substr(1, 36);
  const std::string plan =
      Plan(queries::kFindMovements, fmt::format("'{}', '{}', '{}'", ids, first, first));
  EXPECT_NE(plan.find("movement_2026_06"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("movement_2026_05"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("Seq Scan on movement"), std::string::npos) << plan;
}

}  // namespace
}  // namespace qingqu::distribution
