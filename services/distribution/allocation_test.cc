#include "services/distribution/allocation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace qingqu::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Stock Of(int64_t account_id, std::string lot, std::string_view expiry, int64_t available,
         std::string serial = "") {
  Stock stock{.account_id = account_id,
              .item_id = "gauze",
              .lot_id = "id of " + lot,
              .lot_number = std::move(lot),
              .serial = std::move(serial),
              .available = available};
  if (!expiry.empty()) stock.expiry = *CivilDate::Parse(expiry);
  return stock;
}

// "account quantity" of each part.
std::vector<std::string> Take(Allocator& allocator, const Wanted& wanted, int64_t quantity) {
  std::vector<std::string> parts;
  for (const Allocation& taken : allocator.Take(wanted, quantity)) {
    parts.push_back(std::to_string(allocator.stocks()[taken.stock_index].account_id) + " " +
                    std::to_string(taken.quantity));
  }
  return parts;
}

constexpr Wanted kGauze{.item_id = "gauze"};

TEST(AllocatorTest, FirstExpiryFirstThenLotThenAccountAndUndatedLast) {
  Allocator allocator({Of(1, "Z", "", 1), Of(5, "B", "2027-01-01", 1), Of(4, "B", "2027-01-01", 1),
                       Of(3, "A", "2027-01-01", 1), Of(2, "Y", "2026-12-31", 1)});
  EXPECT_THAT(Take(allocator, kGauze, 5), ElementsAre("2 1", "3 1", "4 1", "5 1", "1 1"));
}

TEST(AllocatorTest, TakesAllOrNothing) {
  Allocator allocator({Of(1, "A", "2027-01-01", 3), Of(2, "B", "2027-02-01", 4)});
  EXPECT_THAT(Take(allocator, kGauze, 8), IsEmpty());
  EXPECT_EQ(allocator.Available(kGauze), 7);
  EXPECT_THAT(Take(allocator, kGauze, 7), ElementsAre("1 3", "2 4"));
  EXPECT_THAT(Take(allocator, kGauze, 1), IsEmpty());
}

TEST(AllocatorTest, WhatWasTakenIsGone) {
  Allocator allocator({Of(1, "A", "2027-01-01", 3), Of(2, "B", "2027-02-01", 4)});
  EXPECT_THAT(Take(allocator, kGauze, 2), ElementsAre("1 2"));
  EXPECT_THAT(Take(allocator, kGauze, 2), ElementsAre("1 1", "2 1"));
  EXPECT_EQ(allocator.Available({.item_id = "gauze", .lot_number = "A"}), 0);
  EXPECT_EQ(allocator.Available({.item_id = "gauze", .lot_number = "B"}), 3);
}

TEST(AllocatorTest, NarrowsByLotAndPiece) {
  Allocator allocator({Of(1, "A", "2027-01-01", 1, "S1"), Of(2, "A", "2027-01-01", 1, "S2"),
                       Of(3, "B", "2027-01-01", 1, "S3")});
  EXPECT_THAT(Take(allocator, {.item_id = "gauze", .lot_number = "B"}, 1), ElementsAre("3 1"));
  EXPECT_THAT(Take(allocator, {.item_id = "gauze", .lot_number = "B", .serial = "S2"}, 1),
              IsEmpty());
  EXPECT_THAT(Take(allocator, {.item_id = "gauze", .lot_number = "A", .serial = "S2"}, 1),
              ElementsAre("2 1"));
  EXPECT_THAT(Take(allocator, {.item_id = "gauze", .serial = "S2"}, 1), IsEmpty());
  EXPECT_THAT(Take(allocator, {.item_id = "tape"}, 1), IsEmpty());
}

}  // namespace
}  // namespace qingqu::distribution
