#include <atomic>
#include <functional>
#include <set>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/base/page_token.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/distribution/ledger/reservation_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ListReservationsTest : public ReservationTest {
 protected:
  ListReservationsTest() {
    Put({.lot = "A", .expiry = "2027-06-30", .quantity = 100});
    Put({.item = "tape", .lot = "T", .expiry = "2027-06-30", .quantity = 100});
    Put({.location = "ward", .lot = "W", .expiry = "2027-06-30", .quantity = 100});
    Put({.location = "town-store",
         .lot = "TOWN",
         .expiry = "2027-06-30",
         .quantity = 100,
         .owner = "institutions/town-clinic"});
    Put({.location = "central",
         .lot = "C",
         .expiry = "2027-06-30",
         .quantity = 100,
         .owner = "alliances/east"});
  }

  void Hold(const CallContext& call, const std::string& location, const Wishes& wishes, int hours) {
    v1::AllocateRequest request = RequestOf(location, wishes);
    *request.mutable_expire_time() = rpc::ToTimestamp(now_ + absl::Hours(hours));
    const auto held = ledger_.Allocate(call, request);
    ASSERT_TRUE(held.ok()) << held.status();
  }

  // "lot quantity" of each, page after page.
  std::vector<std::string> List(const CallContext& call, v1::ListReservationsRequest request) {
    std::vector<std::string> rows;
    do {
      const auto page = ledger_.ListReservations(call, request);
      if (!page.ok()) return {ErrorReason(page.status())};
      for (const v1::Reservation& reservation : page->reservations()) {
        rows.push_back(
            fmt::format("{} {}", reservation.balance().lot(), reservation.open_quantity()));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return rows;
  }
};

TEST_F(ListReservationsTest, ThoseThatEndFirstComeFirstWhateverThePageSize) {
  Hold(Pharmacist(), "store", {{"gauze", 1}}, 30);
  Hold(Pharmacist(), "store", {{"gauze", 2}}, 10);
  Hold(Pharmacist(), "ward", {{"gauze", 3}}, 20);
  Hold(Pharmacist(), "store", {{"tape", 4}}, 40);
  for (const int page_size : {1, 2, 3, 100}) {
    v1::ListReservationsRequest request;
    request.set_page_size(page_size);
    EXPECT_THAT(List(Pharmacist(), request), ElementsAre("A 2", "W 3", "A 1", "T 4")) << page_size;
  }
}

TEST_F(ListReservationsTest, ThoseThatEndTogetherAreListedOnceEach) {
  for (int number = 1; number <= 7; ++number) {
    Hold(Pharmacist(), "store", {{"gauze", number}}, 10);
  }
  v1::ListReservationsRequest request;
  request.set_page_size(2);
  const std::vector<std::string> rows = List(Pharmacist(), request);
  EXPECT_EQ(rows.size(), 7U);
  EXPECT_EQ(std::set<std::string>(rows.begin(), rows.end()).size(), 7U);
}

TEST_F(ListReservationsTest, FiltersByLocationAndItem) {
  Hold(Pharmacist(), "store", {{"gauze", 1}, {"tape", 2}}, 10);
  Hold(Pharmacist(), "ward", {{"gauze", 3}}, 20);
  v1::ListReservationsRequest request;
  request.set_item("items/gauze");
  EXPECT_THAT(List(Pharmacist(), request), ElementsAre("A 1", "W 3"));
  request.set_location("locations/ward");
  EXPECT_THAT(List(Pharmacist(), request), ElementsAre("W 3"));
  request.set_item("items/tape");
  EXPECT_THAT(List(Pharmacist(), request), IsEmpty());
  request.set_location("ward");
  EXPECT_THAT(List(Pharmacist(), request), ElementsAre("INVALID_FIELD"));
}

TEST_F(ListReservationsTest, WhatHoldsNothingAnyMoreIsNotListed) {
  Hold(Pharmacist(), "store", {{"gauze", 1}}, 10);
  Hold(Pharmacist(), "store", {{"gauze", 2}}, 20);
  database_.Execute(
      "SET LOCAL session_replication_role = replica; "
      "UPDATE distribution.reservation SET state = 'voided', open_quantity = 0 WHERE quantity = 1");
  EXPECT_THAT(List(Pharmacist(), {}), ElementsAre("A 2"));
}

TEST_F(ListReservationsTest, EachSeesItsOwnAndThoseAtItsCentralStore) {
  Hold(Pharmacist(), "store", {{"gauze", 1}}, 10);
  Hold(TownPharmacist(), "town-store", {{"gauze", 2}}, 20);
  Hold(Operator(), "central", {{"gauze", 3}}, 30);
  EXPECT_THAT(List(Pharmacist(), {}), ElementsAre("A 1", "C 3"));
  EXPECT_THAT(List(TownPharmacist(), {}), ElementsAre("TOWN 2", "C 3"));
  EXPECT_THAT(List(Operator(), {}), ElementsAre("A 1", "TOWN 2", "C 3"));
  EXPECT_THAT(List(By("op", "operator", "", "west"), {}), IsEmpty());
  EXPECT_THAT(List(By("wu", "discipline_inspector"), {}), ElementsAre("A 1", "TOWN 2", "C 3"));
}

TEST_F(ListReservationsTest, OneThatIsNotThereOrNotYoursIsNotFound) {
  const auto held = Allocate(Pharmacist(), "store", {{"gauze", 1}});
  ASSERT_TRUE(held.ok()) << held.status();
  const std::string& name = held->allocations(0).reservations(0).name();
  EXPECT_TRUE(Get(Nurse(), name).ok());
  EXPECT_TRUE(Get(Operator(), name).ok());
  const std::vector<std::pair<CallContext, std::string>> strangers{
      {TownPharmacist(), name},
      {By("op", "operator", "", "west"), name},
      {Pharmacist(), "reservations/01a1f640-bc00-7000-8000-000000000000"},
      {Pharmacist(), "reservations/none"}};
  for (const auto& [call, asked] : strangers) {
    const absl::Status status = Get(call, asked).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_EQ(ErrorReason(status), "RESERVATION_NOT_FOUND");
  }
  EXPECT_EQ(ErrorReason(Get(Pharmacist(), "movements/x").status()), "INVALID_FIELD");
}

TEST_F(ListReservationsTest, ForgedPagesAreRefused) {
  const std::string id = "01a1f640-bc00-7000-8000-000000000000";
  v1::ListReservationsRequest request;
  for (const std::vector<std::string>& key :
       {std::vector<std::string>{"now", id}, {"9223372036854775807", id}, {"0", "x"}, {"0"}}) {
    request.set_page_token(EncodePageToken(key, "reservations  "));
    EXPECT_THAT(List(Pharmacist(), request), ElementsAre("INVALID_FIELD")) << key[0];
  }
  request.set_page_token(EncodePageToken({"0", id}, "reservations locations/store "));
  EXPECT_THAT(List(Pharmacist(), request), ElementsAre("INVALID_FIELD")) << "of another list";
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(List(Pharmacist(), request), ElementsAre("INVALID_FIELD"));
}

constexpr int kCallers = 64;

// Each caller with a thread and a connection of its own.
class AllocateRaceTest : public ReservationTest {
 protected:
  AllocateRaceTest() : ReservationTest(kCallers) {}

  static void AtOnce(const std::function<void(int)>& call) {
    std::vector<std::jthread> threads;
    std::atomic<bool> go{false};
    for (int caller = 0; caller < kCallers; ++caller) {
      threads.emplace_back([&go, &call, caller] {
        go.wait(false);
        call(caller);
      });
    }
    go = true;
    go.notify_all();
  }
};

TEST_F(AllocateRaceTest, SixtyFourCallersForTheLastHundredUnitsHoldExactlyHundred) {
  for (const std::string location : {"store", "town-store"}) {
    const std::string owner = location == "store" ? "county-hospital" : "town-clinic";
    for (const char* lot : {"A", "B"}) {
      Put({.location = location,
           .lot = fmt::format("{}-{}", lot, location.substr(0, 4)),
           .expiry = *lot == 'A' ? "2027-06-30" : "2027-07-31",
           .quantity = 50,
           .owner = "institutions/" + owner});
    }
  }
  std::atomic<int> held{0};
  std::atomic<int> refused{0};
  AtOnce([&](int caller) {
    const bool town = caller % 2 == 0;
    for (int attempt = 0; attempt < 4; ++attempt) {
      const CallContext call = town ? TownPharmacist() : Pharmacist();
      const auto answer = Allocate(call, town ? "town-store" : "store", {{"gauze", 1}});
      if (answer.ok()) ++held;
      if (ErrorReason(answer.status()) == "INSUFFICIENT_STOCK") ++refused;
    }
  });
  EXPECT_EQ(held, 200);
  EXPECT_EQ(refused, kCallers * 4 - 200) << "nobody is refused for another reason";
  EXPECT_EQ(Reserved("store"), 100);
  EXPECT_EQ(Reserved("town-store"), 100);
  EXPECT_EQ(Count("SELECT sum(open_quantity) FROM distribution.reservation"), 200);
  ExpectSoundLedger();
}

TEST_F(AllocateRaceTest, OneRequestFromManyCallersHoldsOnce) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 50});
  const CallContext call = Pharmacist();
  std::atomic<int> answered{0};
  AtOnce([&](int) {
    if (Allocate(call, "store", {{"gauze", 5}}).ok()) ++answered;
  });
  EXPECT_EQ(answered, kCallers);
  EXPECT_EQ(Reserved("store"), 5);
  ExpectSoundLedger();
}

TEST_F(AllocateRaceTest, ReservationsTransfersAndUsesShareTheLastUnits) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 60});
  Put({.lot = "B", .expiry = "2027-07-31", .quantity = 40});
  std::atomic<int> taken{0};
  std::atomic<int> held{0};
  AtOnce([&](int caller) {
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (caller % 2 == 0) {
        if (Allocate(Pharmacist(), "store", {{"gauze", 1}}).ok()) ++held;
      } else if (caller % 4 == 1) {
        if (Send(Pharmacist(), "store", "ward", {{"gauze", 1}}).ok()) ++taken;
      } else {
        const std::string document = fmt::format("uses/u{}-{}", caller, attempt);
        const char* lot = caller % 8 == 3 ? "A" : "B";
        if (Use(Nurse(), document, "store", {Line("gauze", lot, 1)}).ok()) ++taken;
      }
    }
  });
  EXPECT_EQ(Reserved("store"), held);
  EXPECT_EQ(OnHand("store", "gauze"), 100 - taken);
  EXPECT_EQ(taken + held, 100) << "more was asked for, and nothing is left over";
  ExpectSoundLedger();
}

// In opposite orders of lines: nobody waits for ever.
TEST_F(AllocateRaceTest, LinesInAnyOrderEnd) {
  Put({.lot = "A", .expiry = "2027-06-30", .quantity = 1000});
  Put({.item = "tape", .lot = "T", .expiry = "2027-06-30", .quantity = 1000});
  std::atomic<int> failed{0};
  AtOnce([&](int caller) {
    const Wishes wishes =
        caller % 2 == 0 ? Wishes{{"gauze", 2}, {"tape", 3}} : Wishes{{"tape", 3}, {"gauze", 2}};
    if (!Allocate(Pharmacist(), "store", wishes).ok()) ++failed;
  });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Reserved("store", "gauze"), 2 * kCallers);
  EXPECT_EQ(Reserved("store", "tape"), 3 * kCallers);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
