#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/ledger/reservation_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AllocateTest : public ReservationTest {
 protected:
  std::string ReasonOf(const CallContext& call, const v1::AllocateRequest& request) {
    return ErrorReason(ledger_.Allocate(call, request).status());
  }
};

TEST_F(AllocateTest, HoldsFirstExpiryFirst) {
  Put({.lot = "LATE", .expiry = "2028-06-30", .quantity = 10});
  Put({.lot = "SOON", .expiry = "2026-12-31", .quantity = 10});
  Put({.lot = "B", .expiry = "2027-06-30", .quantity = 10});
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 10});
  Put({.lot = "NEVER", .quantity = 10});
  v1::AllocateRequest request = RequestOf("store", {{"gauze", 25}});
  request.set_document("requisitions/r1");
  const auto held = ledger_.Allocate(Pharmacist(), request);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_THAT(LotsOf(*held), ElementsAre("SOON 10", "A 10", "B 5"));
  EXPECT_EQ(held->allocations(0).line_number(), 1);
  EXPECT_EQ(held->allocations(0).choices_size(), 0) << "nobody asked to explain";
  const v1::Reservation& last = held->allocations(0).reservations(2);
  EXPECT_EQ(last.state(), v1::RESERVATION_STATE_OPEN);
  EXPECT_EQ(last.open_quantity(), 5);
  EXPECT_EQ(last.posted_quantity(), 0);
  EXPECT_EQ(last.balance().on_hand(), 10);
  EXPECT_EQ(last.balance().reserved(), 5);
  EXPECT_EQ(last.balance().owner(), "institutions/county-hospital");
  EXPECT_EQ(last.actor(), "users/pharmacist-sun");
  EXPECT_EQ(last.document(), "requisitions/r1");
  EXPECT_EQ(absl::FromUnixSeconds(last.expire_time().seconds()), now_ + absl::Hours(24));
  const auto read = Get(Pharmacist(), last.name());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), last.SerializeAsString());
  EXPECT_EQ(Reserved("store"), 25);
  EXPECT_EQ(OnHand("store", "gauze"), 50);
  ExpectSoundLedger();
  EXPECT_THAT(LotsOf(*Allocate(Pharmacist(), "store", {{"gauze", 25}})),
              ElementsAre("B 5", "LATE 10", "NEVER 10"));
  ExpectSoundLedger();
}

TEST_F(AllocateTest, WritesAMovementForEachReservationAndOneEntry) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 4});
  Put({.lot = "B", .expiry = "2027-07-31", .quantity = 4});
  Put({.item = "tape", .lot = "T", .expiry = "2027-07-31", .quantity = 4});
  ASSERT_TRUE(Allocate(Pharmacist(), "store", {{"gauze", 6}, {"tape", 2}}).ok());
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement AS movement "
                  "JOIN distribution.reservation AS made "
                  "ON made.reservation_id = movement.movement_id "
                  "AND made.account_id = movement.credit_account_id "
                  "AND made.created_at = movement.posted_at "
                  "JOIN distribution.account AS account "
                  "ON account.account_id = movement.credit_account_id "
                  "AND account.changed_at = movement.posted_at "
                  "AND account.on_hand = movement.credit_after "
                  "WHERE movement.kind = 'reserve' AND movement.reservation_id = movement_id "
                  "AND held = made.quantity AND moved = 0 AND movement.quantity = made.quantity "
                  "AND debit_account_id IS NULL AND debit_after IS NULL"),
            3);
  EXPECT_EQ(Count("SELECT sum(document_line) FROM distribution.movement WHERE kind = 'reserve'"),
            1 + 1 + 2);
  EXPECT_EQ(database_.Value("SELECT subjects @> ARRAY['items/gauze', 'items/gauze/lots/A', "
                            "'items/gauze/lots/B', 'items/tape/lots/T', 'locations/store'] "
                            "AND details #>> '{reservations,2,quantity}' = '2' "
                            "AND institution_id = 'county-hospital' "
                            "FROM journal.entry WHERE event = 'stock.reserved'"),
            "t");
}

TEST_F(AllocateTest, LeavesWhatMayNotBeGivenOutAndSaysWhy) {
  Put({.lot = "GONE-BY", .expiry = "2026-11-20", .quantity = 10});
  Put({.lot = "CALLED", .expiry = "2027-01-31", .quantity = 10, .condition = "recalled"});
  Put({.lot = "CHECK", .expiry = "2027-02-28", .quantity = 10, .condition = "quarantined"});
  Put({.lot = "BROKEN", .expiry = "2027-03-31", .quantity = 10, .condition = "damaged"});
  Put({.lot = "OLD", .expiry = "2027-04-30", .quantity = 10, .condition = "expired"});
  Put({.lot = "LENT", .expiry = "2027-05-31", .quantity = 10, .owner = "suppliers/kangda"});
  Put({.lot = "HELD", .expiry = "2026-11-25", .quantity = 10});
  ASSERT_TRUE(Allocate(Pharmacist(), "store", {{"gauze", 10}}).ok());
  Put({.lot = "BRIEF", .expiry = "2026-11-24", .quantity = 10});
  Put({.lot = "GOOD", .expiry = "2027-06-30", .quantity = 10});
  Put({.lot = "SPARE", .expiry = "2027-07-31", .quantity = 10});
  v1::AllocateRequest request = RequestOf("store", {{"gauze", 7}});
  request.set_shelf_life_days_min(4);
  request.set_explain(true);
  const auto held = ledger_.Allocate(Pharmacist(), request);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_THAT(LotsOf(*held), ElementsAre("GOOD 7"));
  std::vector<std::string> choices;
  for (const v1::AllocationChoice& choice : held->allocations(0).choices()) {
    choices.push_back(fmt::format("{} {} {} {}", choice.rank(), choice.balance().lot(),
                                  choice.quantity(), choice.left_because()));
    EXPECT_EQ(choice.balance().on_hand(), 10);
    EXPECT_EQ(choice.balance().reserved(), choice.balance().lot() == "HELD" ? 10 : 0)
        << "as it was before";
  }
  EXPECT_THAT(choices,
              ElementsAre("1 GONE-BY 0 LOT_EXPIRED", "2 BRIEF 0 SHELF_LIFE_TOO_SHORT",
                          "3 HELD 0 RESERVED", "4 CALLED 0 RECALLED", "5 CHECK 0 CONDITION_FORBIDS",
                          "6 BROKEN 0 CONDITION_FORBIDS", "7 OLD 0 CONDITION_FORBIDS",
                          "8 LENT 0 CONSIGNED", "9 GOOD 7 ", "10 SPARE 0 NOT_NEEDED"));
  const auto refused = Allocate(Pharmacist(), "store", {{"gauze", 24}});
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("23 of items/gauze"));
  ExpectSoundLedger();
}

TEST_F(AllocateTest, TheStricterShelfLifeCounts) {
  Put({.lot = "SHORT", .expiry = "2026-12-20", .quantity = 10});
  Put({.lot = "LONG", .expiry = "2026-12-21", .quantity = 10});
  database_.Execute(
      "SET LOCAL session_replication_role = replica; "
      "UPDATE distribution.location SET shelf_life_days_min = 30 WHERE location_id = 'ward'");
  const auto lots = [&](const std::string& destination, int days) {
    v1::AllocateRequest request = RequestOf("store", {{"gauze", 1}});
    if (!destination.empty()) request.set_destination("locations/" + destination);
    request.set_shelf_life_days_min(days);
    const auto held = ledger_.Allocate(Pharmacist(), request);
    return held.ok() ? LotsOf(*held) : std::vector{ErrorReason(held.status())};
  };
  EXPECT_THAT(lots("", 0), ElementsAre("SHORT 1"));
  EXPECT_THAT(lots("", 29), ElementsAre("SHORT 1"));
  EXPECT_THAT(lots("", 30), ElementsAre("LONG 1"));
  EXPECT_THAT(lots("ward", 0), ElementsAre("LONG 1"));
  EXPECT_THAT(lots("ward", 29), ElementsAre("LONG 1"));
  EXPECT_THAT(lots("ward", 31), ElementsAre("INSUFFICIENT_STOCK"));
  database_.Execute(
      "SET LOCAL session_replication_role = replica; "
      "UPDATE distribution.location SET shelf_life_days_min = 30 WHERE location_id = 'central'");
  EXPECT_THAT(lots("central", 0), ElementsAre("SHORT 1"));
  EXPECT_THAT(lots("west-store", 0), ElementsAre("LOCATION_NOT_FOUND"));
  EXPECT_THAT(lots("nowhere", 0), ElementsAre("LOCATION_NOT_FOUND"));
}

TEST_F(AllocateTest, AllLinesOrNoneAndEveryShortLineIsNamed) {
  SeedItem({.item_id = "wool", .number = 9003});
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 4});
  Put({.item = "tape", .lot = "T", .expiry = "2027-07-31", .quantity = 4});
  const auto refused = Allocate(Pharmacist(), "store", {{"gauze", 5}, {"tape", 4}, {"wool", 1}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(refused.status()), "INSUFFICIENT_STOCK");
  EXPECT_THAT(BadLines(refused.status()), ElementsAre("lines[0].quantity: INSUFFICIENT_STOCK",
                                                      "lines[2].quantity: INSUFFICIENT_STOCK"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("4 of items/gauze can be held"));
  EXPECT_EQ(Reserved("store", "tape"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.reservation"), 0);
}

TEST_F(AllocateTest, UnknownAndSuspendedItemsAreNamed) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 4});
  const auto unknown = Allocate(Pharmacist(), "store", {{"gauze", 1}, {"nothing", 1}});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(BadLines(unknown.status()), ElementsAre("lines[1].item: ITEM_NOT_FOUND"));
  Suspend("gauze");
  v1::AllocateRequest request = RequestOf("store", {{"gauze", 1}});
  EXPECT_EQ(ReasonOf(Pharmacist(), request), "ITEM_SUSPENDED");
  request.set_destination("locations/ward");
  EXPECT_EQ(ReasonOf(Pharmacist(), request), "ITEM_SUSPENDED");
  request.set_destination("locations/central");
  EXPECT_EQ(ReasonOf(Pharmacist(), request), "") << "it may go back to where it is collected";
}

TEST_F(AllocateTest, OnlyWhoWorksThereHoldsGoods) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 4});
  Put({.location = "central",
       .lot = "C",
       .expiry = "2027-06-30",
       .quantity = 4,
       .owner = "alliances/east"});
  const auto reason = [&](const CallContext& call, const std::string& location) {
    return ReasonOf(call, RequestOf(location, {{"gauze", 1}}));
  };
  EXPECT_EQ(reason(Operator(), "store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason(TownPharmacist(), "store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason(TownPharmacist(), "central"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason(By("op", "operator", "", "west"), "central"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason(By("wu", "discipline_inspector"), "store"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason(Pharmacist(), "nowhere"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(reason(Pharmacist(), "store"), "");
  EXPECT_EQ(reason(Operator(), "central"), "");
  EXPECT_EQ(reason(Pharmacist(), "central"), "") << "her hospital keeps it";
  ExpectSoundLedger();
}

TEST_F(AllocateTest, OthersDoNotSeeWhatAHospitalHolds) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 4});
  ASSERT_TRUE(Allocate(Pharmacist(), "store", {{"gauze", 1}}).ok());
  const auto seen = [&](const CallContext& call, const std::string& from) {
    return *db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<int> {
      return tx.exec("SELECT count(*) FROM " + from)[0][0].as<int>();
    });
  };
  for (const char* from : {"reservation", "movement WHERE kind = 'reserve'"}) {
    EXPECT_EQ(seen(Pharmacist(), from), 1) << from;
    EXPECT_EQ(seen(Operator(), from), 1) << from;
    EXPECT_EQ(seen(TownPharmacist(), from), 0) << from;
    EXPECT_EQ(seen(By("op", "operator", "", "west"), from), 0) << from;
  }
}

TEST_F(AllocateTest, TheSameRequestTwiceHoldsOnce) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 10});
  const CallContext call = Pharmacist();
  const auto first = Allocate(call, "store", {{"gauze", 4}});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = Allocate(call, "store", {{"gauze", 4}});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(Reserved("store"), 4);
  const auto other = Allocate(call, "store", {{"gauze", 5}});
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrorReason(other.status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(Reserved("store"), 4);
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'stock.reserved'"), 1);
  ExpectSoundLedger();
}

TEST_F(AllocateTest, DocumentsDoNotTakeWhatIsHeld) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 60});
  Put({.lot = "B", .expiry = "2027-07-31", .quantity = 40});
  ASSERT_TRUE(Allocate(Pharmacist(), "store", {{"gauze", 90}}).ok());
  const auto refused = Send(Pharmacist(), "store", "ward", {{"gauze", 11}});
  EXPECT_EQ(ErrorReason(refused.status()), "INSUFFICIENT_STOCK");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("10 of items/gauze"));
  EXPECT_EQ(ErrorReason(Use(Nurse(), "uses/u1", "store", {Line("gauze", "A", 1)}).status()),
            "INSUFFICIENT_STOCK");
  EXPECT_TRUE(Send(Pharmacist(), "store", "ward", {{"gauze", 10}}).ok());
  EXPECT_EQ(OnHand("store", "gauze"), 90);
  EXPECT_EQ(Reserved("store"), 90);
  ExpectSoundLedger();
}

// One process may be a little behind the other.
TEST_F(AllocateTest, TheTimeOfPostingNeverGoesBack) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 10});
  ASSERT_TRUE(Allocate(Pharmacist(), "store", {{"gauze", 1}}).ok());
  CallContext late = Pharmacist();
  late.received_at = now_ - absl::Seconds(5);
  const auto held = Allocate(late, "store", {{"gauze", 1}});
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(absl::FromUnixSeconds(held->allocations(0).reservations(0).create_time().seconds()),
            now_);
  EXPECT_EQ(Count("SELECT count(DISTINCT posted_at) FROM distribution.movement "
                  "WHERE kind = 'reserve'"),
            1);
}

TEST_F(AllocateTest, WrongFieldsAreNamed) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 10});
  const v1::AllocateRequest good = RequestOf("store", {{"gauze", 1}});
  const auto wrong = [&](auto change) {
    v1::AllocateRequest request = good;
    change(request);
    const absl::Status status = ledger_.Allocate(Pharmacist(), request).status();
    if (status.ok()) return std::string("OK");
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD") << status;
    const std::vector<std::string> fields = BadLines(status);
    return fields.empty() ? std::string() : fields[0].substr(0, fields[0].find(':'));
  };
  const auto expires_in = [&](absl::Duration duration) {
    return [this, duration](v1::AllocateRequest& request) {
      *request.mutable_expire_time() = rpc::ToTimestamp(now_ + duration);
    };
  };
  EXPECT_EQ(wrong([](auto& request) { request.clear_location(); }), "location");
  EXPECT_EQ(wrong([](auto& request) { request.set_destination("x"); }), "destination");
  EXPECT_EQ(wrong([](auto& request) { request.clear_lines(); }), "lines");
  EXPECT_EQ(wrong([](auto& request) { *request.add_lines() = request.lines(0); }), "lines[1].item");
  for (const int64_t quantity : {int64_t{0}, int64_t{-1}, INT64_MAX}) {
    EXPECT_EQ(wrong([&](auto& request) { request.mutable_lines(0)->set_quantity(quantity); }),
              "lines[0].quantity");
  }
  for (const int days : {-1, 3651}) {
    EXPECT_EQ(wrong([&](auto& request) { request.set_shelf_life_days_min(days); }),
              "shelf_life_days_min");
  }
  for (const char* document : {"r1", "/r1", "requisitions/", "Requisitions/r1"}) {
    EXPECT_EQ(wrong([&](auto& request) { request.set_document(document); }), "document");
  }
  EXPECT_EQ(wrong(expires_in(absl::ZeroDuration())), "expire_time");
  EXPECT_EQ(wrong(expires_in(absl::Hours(-1))), "expire_time");
  EXPECT_EQ(wrong(expires_in(absl::Hours(24 * 30) + absl::Microseconds(1))), "expire_time");
  for (const int64_t seconds : {INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(wrong([&](auto& request) { request.mutable_expire_time()->set_seconds(seconds); }),
              "expire_time");
  }
  EXPECT_EQ(wrong([&](auto& request) {
              expires_in(absl::Hours(1))(request);
              request.mutable_expire_time()->set_nanos(-1);
            }),
            "expire_time");
  EXPECT_EQ(Reserved("store"), 0);
  EXPECT_EQ(wrong(expires_in(absl::Hours(24 * 30))), "OK");
  EXPECT_EQ(wrong(expires_in(absl::Microseconds(1))), "OK");
}

// An answer that no client could read is not given.
TEST_F(AllocateTest, TooManyPiecesAtOnceAreRefused) {
  database_.Execute(
      "SET LOCAL session_replication_role = replica; "
      "INSERT INTO distribution.lot (lot_id, item_id, lot_number) "
      "VALUES (md5('pieces')::uuid, 'gauze', 'P'); "
      "INSERT INTO distribution.account (kind, location_id, item_id, lot_id, serial, owner, "
      "alliance_id, institution_id, on_hand) SELECT 'stock', 'store', 'gauze', "
      "md5('pieces')::uuid, number::text, 'institutions/county-hospital', 'east', "
      "'county-hospital', 1 FROM generate_series(1, 20001) AS number");
  const auto all = Allocate(Pharmacist(), "store", {{"gauze", 20'001}});
  EXPECT_EQ(all.status().code(), absl::StatusCode::kInvalidArgument) << all.status();
  EXPECT_THAT(std::string(all.status().message()), HasSubstr("20001 accounts"));
  v1::AllocateRequest request = RequestOf("store", {{"gauze", 1}});
  request.set_explain(true);
  const auto explained = ledger_.Allocate(Pharmacist(), request);
  EXPECT_EQ(explained.status().code(), absl::StatusCode::kInvalidArgument) << explained.status();
  EXPECT_EQ(Reserved("store"), 0);
  request.set_explain(false);
  EXPECT_TRUE(ledger_.Allocate(Pharmacist(), request).ok());
  EXPECT_EQ(Reserved("store"), 1);
}

class AllocateVolumeTest : public ReservationTest {
 protected:
  AllocateVolumeTest() : ReservationTest(1) {}

  // Executions of prepared statements on the only connection.
  int64_t Executed() {
    auto lease = pool_->Acquire(absl::InfiniteFuture());
    pqxx::nontransaction tx(*lease->connection().session);
    return tx.exec("SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements")[0][0]
        .as<int64_t>();
  }
};

TEST_F(AllocateVolumeTest, FiveThousandLinesAreAFixedNumberOfStatements) {
  constexpr int kLines = 5000;
  SeedItems(kLines);
  std::vector<TestDespatchLine> lines;
  std::vector<v1::ReceiptLine> scans;
  Wishes wishes;
  for (int number = 1; number <= kLines; ++number) {
    const std::string item_id = fmt::format("item-{}", number);
    lines.push_back({.item_id = item_id, .quantity = 10, .lot = "L", .order_line_number = number});
    scans.push_back(Accept(Label(10 * number, "271231", "L"), 10));
    wishes.emplace_back(item_id, 5);
  }
  SeedDespatch("d1", lines);
  ASSERT_TRUE(Receive(Operator(), "d1", scans).ok());
  const auto statements = [&](const Wishes& wanted) {
    const int64_t before = Executed();
    const absl::Time started = absl::Now();
    const auto held = Allocate(Operator(), "central", wanted);
    EXPECT_TRUE(held.ok()) << held.status();
    fmt::print("allocation of {} lines: {} ms\n", wanted.size(),
               absl::ToInt64Milliseconds(absl::Now() - started));
    return Executed() - before;
  };
  const int64_t of_one = statements({wishes.front()});
  EXPECT_GE(of_one, 8);
  EXPECT_EQ(statements({wishes.begin() + 1, wishes.end()}), of_one);
  EXPECT_EQ(Count("SELECT sum(reserved) FROM distribution.account"), 5 * kLines);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.reservation"), kLines);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
