// What Allocate holds and what the lane posts meet on the same accounts.
#include <atomic>
#include <thread>

#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/posting_test_support.h"

namespace qingqu::distribution {
namespace {

class HeldTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    for (const char* lot : {"A", "B"}) {
      const auto received = PostOne(Pharmacist(), Receive("gauze", lot, 50, "store"));
      ASSERT_TRUE(received.ok()) << received.status();
    }
  }

  absl::StatusOr<v1::AllocateResponse> Hold(int64_t quantity) {
    v1::AllocateRequest request;
    request.set_location("locations/store");
    request.add_lines()->set_item("items/gauze");
    request.mutable_lines(0)->set_quantity(quantity);
    return ledger_.Allocate(Pharmacist(), request);
  }
  v1::Reservation Read(const std::string& name) {
    v1::GetReservationRequest request;
    request.set_name(name);
    const auto read = ledger_.GetReservation(Pharmacist(), request);
    EXPECT_TRUE(read.ok()) << read.status();
    return read.value_or(v1::Reservation());
  }
  int ListedCount() {
    const auto listed = ledger_.ListReservations(Pharmacist(), {});
    EXPECT_TRUE(listed.ok()) << listed.status();
    return listed.ok() ? listed->reservations_size() : -1;
  }

  LedgerHandlers ledger_{pool_.get(), &clock_};
};

TEST_F(HeldTest, WhatWasAllocatedIsPostedInPartAndLetGo) {
  const auto held = Hold(60);
  ASSERT_TRUE(held.ok()) << held.status();
  ASSERT_EQ(held->allocations(0).reservations_size(), 2);
  const std::string& name = held->allocations(0).reservations(1).name();
  EXPECT_EQ(Reason(Pharmacist(), Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "B", 41, "store", "ward")),
            "INSUFFICIENT_STOCK")
      << "ten of the lot are held";
  v1::Movement issue = Make(v1::MOVEMENT_KIND_ISSUE, "", "", 4, "", "ward");
  issue.set_reservation(name);
  const auto issued = PostOne(Pharmacist(), issue);
  ASSERT_TRUE(issued.ok()) << issued.status();
  v1::Reservation read = Read(name);
  EXPECT_EQ(read.posted_quantity(), 4);
  EXPECT_EQ(read.open_quantity(), 6);
  EXPECT_EQ(read.state(), v1::RESERVATION_STATE_OPEN);
  EXPECT_EQ(read.balance().on_hand(), 46);
  EXPECT_EQ(read.balance().reserved(), 6);
  v1::Movement let_go = Make(v1::MOVEMENT_KIND_VOID, "", "", 0, "", "");
  let_go.set_reservation(name);
  ASSERT_TRUE(PostOne(Pharmacist(), let_go).ok());
  read = Read(name);
  EXPECT_EQ(read.state(), v1::RESERVATION_STATE_VOIDED);
  EXPECT_EQ(read.open_quantity(), 0);
  EXPECT_EQ(ListedCount(), 1);
  ExpectSoundLedger();
}

TEST_F(HeldTest, WhatTheLaneHoldsIsReadAndListedAndNotAllocated) {
  v1::Movement reserve = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 45, "store", "");
  ASSERT_TRUE(PostOne(Pharmacist(), reserve).ok());
  const v1::Reservation read = Read("reservations/" + reserve.name().substr(10));
  EXPECT_EQ(read.open_quantity(), 45);
  EXPECT_EQ(ListedCount(), 1);
  EXPECT_EQ(ErrorReason(Hold(56).status()), "INSUFFICIENT_STOCK");
  const auto held = Hold(55);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->allocations(0).reservations(0).quantity(), 5) << "what is left of the first lot";
  ExpectSoundLedger();
}

TEST_F(HeldTest, AllocationsAndPostingsShareTheLastHundredUnits) {
  std::atomic<int> held{0};
  std::atomic<int> issued{0};
  {
    std::vector<std::jthread> threads;
    for (int caller = 0; caller < 64; ++caller) {
      threads.emplace_back([&, caller] {
        for (int attempt = 0; attempt < 4; ++attempt) {
          if (caller % 2 == 0) {
            if (Hold(1).ok()) ++held;
            continue;
          }
          const char* lot = (caller + attempt) % 4 < 2 ? "A" : "B";
          const v1::Movement issue =
              Make(v1::MOVEMENT_KIND_ISSUE, "gauze", lot, 1, "store", "ward");
          if (Reason(Pharmacist(), issue).empty()) ++issued;
        }
      });
    }
  }
  EXPECT_EQ(held + issued, 100);
  EXPECT_EQ(OnHand("store", "gauze"), 100 - issued);
  EXPECT_EQ(OnHand("ward", "gauze"), issued);
  EXPECT_EQ(Count("SELECT sum(open_quantity) FROM distribution.reservation"), held);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace qingqu::distribution
