#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/prices/price_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

CallContext Pharmacist() { return testing::CallBy("zhao", "hospital_pharmacist"); }
CallContext Bureau() { return testing::CallBy("chen", "bureau_administrator"); }

class PriceComparisonTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  PriceComparisonTest() {
    AddBuyers(database);
    ApprovedSupplier("kangda", kCreditCode);
    ApprovedItem("screw", 1);
    ApprovedItem("plate", 2);
    Paid("county-old", "east", "county-hospital", 10000, "2026-01-01", "'2026-05-31'");
    Paid("county-new", "east", "county-hospital", 50000, "2026-06-01");
    Paid("town", "east", "town-hospital", 40000, "2026-05-01");
    Paid("west", "west", "west-hospital", 20000, "2026-05-01");
  }

  void Paid(std::string_view id, std::string_view alliance, std::string_view institution,
            int64_t amount, std::string_view start, std::string_view end = "NULL") {
    Put(database,
        fmt::format("INSERT INTO catalog.price (price_id, kind, item_id, supplier_id, alliance_id, "
                    "institution_id, amount, start_date, end_date, reason, setter_id, created_at) "
                    "VALUES ('{}', 'historical', 'screw', NULL, '{}', '{}', {}, '{}', {}, 'r', "
                    "'u', now())",
                    id, alliance, institution, amount, start, end));
  }
  void Other(std::string_view id, std::string_view kind, std::string_view owner, int64_t amount) {
    Put(database,
        fmt::format("INSERT INTO catalog.price (price_id, kind, item_id, supplier_id, alliance_id, "
                    "amount, start_date, reason, setter_id, created_at) VALUES ('{}', '{}', "
                    "'screw', {}, {}, '2026-01-01', 'r', 'u', now())",
                    id, kind, owner, amount));
  }
  static v1::ComparePricesRequest Compared(const std::string& alliance,
                                           const std::string& day = "") {
    v1::ComparePricesRequest request;
    if (!alliance.empty()) request.set_alliance("alliances/" + alliance);
    request.add_items("items/screw");
    request.add_items("items/plate");
    request.set_day(day);
    return request;
  }

  PriceHandlers handlers_{pool.get()};
};

TEST_F(PriceComparisonTest, TheCountySeesAllSideBySide) {
  const auto compared = handlers_.ComparePrices(Bureau(), Compared(""));
  ASSERT_TRUE(compared.ok()) << compared.status();
  ASSERT_THAT(compared->comparisons(), SizeIs(2));
  const v1::PriceComparison& screw = compared->comparisons(0);
  EXPECT_EQ(screw.institution_count(), 3);
  EXPECT_EQ(screw.median(), "4.0000");
  EXPECT_EQ(screw.lowest(), "2.0000");
  ASSERT_THAT(screw.paid(), SizeIs(3));
  EXPECT_EQ(screw.paid(0).institution(), "institutions/county-hospital");
  EXPECT_EQ(screw.paid(0).amount(), "5.0000");
  EXPECT_EQ(screw.paid(0).start_date(), "2026-06-01");
  EXPECT_EQ(screw.paid(0).above_median(), "1.0000");
  EXPECT_EQ(screw.paid(0).above_lowest_basis_points(), 15000);
  EXPECT_EQ(screw.paid(2).above_median(), "-2.0000");
  const v1::PriceComparison& plate = compared->comparisons(1);
  EXPECT_EQ(plate.institution_count(), 0);
  EXPECT_EQ(plate.median(), "");
  EXPECT_THAT(plate.paid(), IsEmpty());
}

TEST_F(PriceComparisonTest, AHospitalSeesItselfAndItsAlliancesFigures) {
  const auto compared = handlers_.ComparePrices(Pharmacist(), Compared("east"));
  ASSERT_TRUE(compared.ok()) << compared.status();
  const v1::PriceComparison& screw = compared->comparisons(0);
  EXPECT_EQ(screw.institution_count(), 2);
  EXPECT_EQ(screw.lowest(), "4.0000");
  EXPECT_EQ(screw.median(), "4.0000") << "of two the lower";
  ASSERT_THAT(screw.paid(), SizeIs(1));
  EXPECT_EQ(screw.paid(0).institution(), "institutions/county-hospital");
  EXPECT_THAT(handlers_.ComparePrices(Li(), Compared("east"))->comparisons(0).paid(), SizeIs(2));
}

TEST_F(PriceComparisonTest, NobodyComparesWithOtherAlliances) {
  for (const CallContext& call : {Pharmacist(), Li()}) {
    for (const char* alliance : {"", "west", "nowhere"}) {
      EXPECT_EQ(ErrorReason(handlers_.ComparePrices(call, Compared(alliance)).status()),
                "HOLDER_NOT_FOUND")
          << alliance;
    }
  }
}

TEST_F(PriceComparisonTest, ItIsThatOfTheDay) {
  const auto in_may = handlers_.ComparePrices(Bureau(), Compared("east", "2026-05-31"));
  ASSERT_TRUE(in_may.ok());
  EXPECT_EQ(in_may->comparisons(0).lowest(), "1.0000");
  EXPECT_EQ(in_may->comparisons(0).paid(1).amount(), "1.0000");
  EXPECT_EQ(handlers_.ComparePrices(Bureau(), Compared("east", "2025-12-31"))
                ->comparisons(0)
                .institution_count(),
            0);
}

TEST_F(PriceComparisonTest, WhatIsAgreedCountsForTheLowest) {
  Other("agreed", "agreed", "'kangda', 'east'", 15000);
  EXPECT_EQ(handlers_.ComparePrices(Li(), Compared("east"))->comparisons(0).lowest(), "1.5000");
  Other("west-agreed", "agreed", "'kangda', 'west'", 500);
  EXPECT_EQ(handlers_.ComparePrices(Li(), Compared("east"))->comparisons(0).lowest(), "1.5000")
      << "that of another alliance is not its business";
}

TEST_F(PriceComparisonTest, WhatHoldsForABuyerIsFound) {
  Other("agreed-county", "agreed", "'kangda', NULL", 9000);
  Other("agreed-east", "agreed", "'kangda', 'east'", 15000);
  Other("ceiling-county", "ceiling", "NULL, NULL", 30000);
  Other("ceiling-east", "ceiling", "NULL, 'east'", 20000);
  Other("standard", "payment_standard", "NULL, NULL", 12000);
  v1::BatchFindPricesRequest request;
  request.set_institution("institutions/county-hospital");
  request.set_supplier("suppliers/kangda");
  request.add_items("items/plate");
  request.add_items("items/screw");
  const auto found = handlers_.BatchFindPrices(Pharmacist(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(found->prices(), SizeIs(2));
  EXPECT_FALSE(found->prices(0).has_agreed());
  const v1::EffectivePrices& screw = found->prices(1);
  EXPECT_EQ(screw.agreed().name(), "prices/agreed-east");
  EXPECT_EQ(screw.ceiling().name(), "prices/ceiling-east");
  EXPECT_EQ(screw.payment_standard().name(), "prices/standard");
  EXPECT_EQ(screw.historical().name(), "prices/county-new");
  request.set_day("2026-05-31");
  EXPECT_EQ(handlers_.BatchFindPrices(Pharmacist(), request)->prices(1).historical().name(),
            "prices/county-old");
  request.set_institution("institutions/west-hospital");
  EXPECT_EQ(ErrorReason(handlers_.BatchFindPrices(Pharmacist(), request).status()),
            "HOLDER_NOT_FOUND");
  const auto of_west = handlers_.BatchFindPrices(Bureau(), request);
  EXPECT_EQ(of_west->prices(1).agreed().name(), "prices/agreed-county");
  request.clear_items();
  EXPECT_EQ(ErrorReason(handlers_.BatchFindPrices(Bureau(), request).status()), "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::catalog
