#include "services/usage/stock_client.h"

#include "gtest/gtest.h"

namespace qingqu::usage {
namespace {

Use SomeUse() {
  Use use{.use_id = "u1",
          .location_id = "ward-1",
          .created_at =
              absl::FromCivil(absl::CivilSecond(2026, 11, 21, 16, 30, 0), absl::UTCTimeZone())};
  use.lines.push_back({.item_id = "gauze",
                       .lot = "A1",
                       .expiry = *CivilDate::Parse("2027-06-30"),
                       .quantity = Quantity(10)});
  use.lines.push_back({.item_id = "cotton", .quantity = Quantity(2)});
  return use;
}

TEST(StockClientTest, TheLedgerIsToldTheLabelsExpiryAndTheDayOfRecording) {
  const auto request = MakeConsumeRequest(SomeUse());
  EXPECT_EQ(request.document(), "uses/u1");
  EXPECT_EQ(request.recorded_date(), "2026-11-22") << "half past midnight in the county";
  ASSERT_EQ(request.lines_size(), 2);
  EXPECT_EQ(request.lines(0).expiry_date(), "2027-06-30");
  EXPECT_EQ(request.lines(0).quantity(), 10);
  EXPECT_FALSE(request.lines(1).has_expiry_date());
}

TEST(StockClientTest, EachAttemptAsksTheSame) {
  EXPECT_EQ(MakeConsumeRequest(SomeUse()).SerializeAsString(),
            MakeConsumeRequest(SomeUse()).SerializeAsString());
}

}  // namespace
}  // namespace qingqu::usage
