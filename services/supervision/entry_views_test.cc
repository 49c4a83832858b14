#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/supervision/entry.h"
#include "services/supervision/lot_view.h"
#include "services/supervision/supplier_view.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;

Entry EntryWith(const char* details, const char* restricted = "{}") {
  return {.details = Json::parse(details), .restricted = Json::parse(restricted)};
}

TEST(EntryTest, KnowsWhatLooksLikeAResourceName) {
  EXPECT_EQ(CollectionOf("items/x"), "items");
  EXPECT_EQ(CollectionOf("items/x/lots/L 1"), "");
  EXPECT_EQ(CollectionOf("items/x/lots/L1"), "items");
  EXPECT_EQ(CollectionOf("items/"), "");
  EXPECT_EQ(CollectionOf("/items"), "");
  EXPECT_EQ(CollectionOf("2026/11"), "");
  EXPECT_EQ(CollectionOf("plain"), "");
}

TEST(EntryTest, RevealsWhatIsRestrictedWhereItBelongs) {
  Entry entry = EntryWith(R"({"lines": [{"line_number": 2, "item": "items/x"}], "place": "ward"})",
                          R"({"patient": "p1", "lines": [{"line_number": 1, "doctor": "d1"},
                              {"line_number": 2, "doctor": "d2"}]})");
  RevealRestricted(entry);
  EXPECT_EQ(entry.details,
            Json::parse(R"({"lines": [{"line_number": 2, "item": "items/x", "doctor": "d2"}],
                            "place": "ward", "patient": "p1"})"));
  EXPECT_TRUE(entry.restricted.empty());
}

TEST(EntryTest, HidesWhatIsRestrictedAlsoInSubjects) {
  Entry entry = EntryWith("{}", R"({"patient": "p1"})");
  entry.subjects = {"items/x", "patients/p1", "doctors/d1", "patients/Li Si", "uses/u1"};
  HideRestricted(entry);
  EXPECT_TRUE(entry.restricted.empty());
  EXPECT_THAT(entry.subjects, ElementsAre("items/x", "uses/u1"));
}

TEST(LotViewTest, KeepsTheLotsLinesAndThoseOfNoLot) {
  Entry entry = EntryWith(R"({"order": "orders/o", "lines": [
      {"line_number": 1, "item": "items/x", "lot": "L1"},
      {"line_number": 2, "item": "items/x", "lot": "L2"},
      {"line_number": 3, "item": "items/y", "lot": "L1"},
      {"line_number": 4, "item": "items/x"},
      {"line_number": 5, "item": "items/x", "lot": ""},
      {"line_number": 6, "item": "items/y"},
      {"line_number": 7},
      {"line_number": 8, "item": "items/x", "pieces": [{"lot": "L1"}, {"lot_number": "L2"}]}]})");
  entry.subjects = {"items/x", "items/x/lots/L1", "items/x/lots/L2",
                    "items/y", "items/y/lots/L1", "orders/o"};
  KeepLot({.item_id = "x", .lot_number = "L1"}, entry);
  std::vector<int> kept;
  for (const Json& line : entry.details["lines"]) kept.push_back(line["line_number"].get<int>());
  EXPECT_THAT(kept, ElementsAre(1, 4, 5, 7, 8));
  EXPECT_EQ(entry.details["lines"].back()["pieces"], Json::parse(R"([{"lot": "L1"}])"));
  EXPECT_EQ(entry.details["order"], "orders/o");
  EXPECT_THAT(entry.subjects, ElementsAre("items/x", "items/x/lots/L1", "orders/o"));
}

TEST(SupplierViewTest, LeavesNothingOfOthers) {
  Entry entry = EntryWith(
      R"({"supplier": "suppliers/acme", "rival": "suppliers/zeta", "approver": "users/wang",
          "requisition_lines": [{"quantity": 3}], "unit_price": "1.0000",
          "lines": [{"item": "items/x", "requisition": "requisitions/r", "order": "orders/o",
                     "names": ["uses/u", "items/x", "suppliers/zeta", "departments/d"]}]})",
      R"({"patient": "p1"})");
  entry.subjects = {"suppliers/acme", "suppliers/zeta", "requisitions/r",
                    "uses/u",         "orders/o",       "users/wang"};
  entry.actor_user_id = "wang";
  entry.request_id = "r";
  entry.actor_institution_id = "county-hospital";
  entry.actor_roles = {"hospital_pharmacist"};
  KeepSupplierPart("acme", entry);
  EXPECT_EQ(entry.details, Json::parse(R"({"supplier": "suppliers/acme", "unit_price": "1.0000",
                            "lines": [{"item": "items/x", "order": "orders/o",
                                       "names": ["items/x"]}]})"));
  EXPECT_THAT(entry.subjects, ElementsAre("suppliers/acme", "orders/o"));
  EXPECT_EQ(entry.actor_user_id, "");
  EXPECT_EQ(entry.actor_institution_id, "county-hospital");
  EXPECT_THAT(entry.actor_roles, ElementsAre("hospital_pharmacist"));
  EXPECT_TRUE(entry.restricted.empty());
}

TEST(SupplierViewTest, NamesItsOwnPeople) {
  Entry entry = EntryWith(R"({"responder": "users/seller", "other": "users/wang"})");
  entry.actor_user_id = "seller";
  entry.actor_roles = {"supplier"};
  KeepSupplierPart("acme", entry);
  EXPECT_EQ(entry.actor_user_id, "seller");
  EXPECT_EQ(entry.details, Json::parse(R"({"responder": "users/seller"})"));
}

}  // namespace
}  // namespace qingqu::supervision
