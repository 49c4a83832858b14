#include "services/procurement/catalog_facts.h"

#include "gtest/gtest.h"

namespace qingqu::procurement {
namespace {

const CivilDate kToday = *CivilDate::Parse("2026-11-21");
const CivilDate kYesterday = *CivilDate::Parse("2026-11-20");

TEST(ItemTest, IsBoughtUntilItsRegistrationsLastDay) {
  EXPECT_EQ(WhyNotBuyable(ItemFacts{.approved = true, .registration_expire_date = kToday}, kToday),
            "");
  EXPECT_NE(
      WhyNotBuyable(ItemFacts{.approved = true, .registration_expire_date = kYesterday}, kToday),
      "");
  EXPECT_EQ(WhyNotBuyable(ItemFacts{.approved = true}, kToday), "");
  EXPECT_NE(WhyNotBuyable(ItemFacts{.approved = false}, kToday), "");
}

TEST(SupplierTest, LicenceCoversClassAndDay) {
  struct Case {
    int licence_class;
    int device_class;
    bool covered;
  };
  for (const Case& each : {Case{3, 3, true}, Case{3, 2, true}, Case{2, 2, true}, Case{2, 3, false},
                           Case{0, 2, false}, Case{0, 1, true}}) {
    const SupplierFacts supplier{
        .approved = true, .licence_expire_date = kToday, .licence_class = each.licence_class};
    EXPECT_EQ(WhyNotBuyable(supplier, each.device_class, kToday).empty(), each.covered)
        << each.licence_class << " " << each.device_class;
  }
  SupplierFacts supplier{.approved = true, .licence_expire_date = kYesterday, .licence_class = 3};
  EXPECT_NE(WhyNotBuyable(supplier, 2, kToday), "");
  EXPECT_EQ(WhyNotBuyable(supplier, 1, kToday), "");
  supplier.licence_expire_date.reset();
  EXPECT_NE(WhyNotLicensed(supplier, 2, kToday), "");
  supplier.approved = false;
  EXPECT_NE(WhyNotBuyable(supplier, 1, kToday), "");
}

}  // namespace
}  // namespace qingqu::procurement
