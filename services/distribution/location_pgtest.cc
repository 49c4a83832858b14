#include <algorithm>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

using ::testing::HasSubstr;

class LocationStoreTest : public DistributionTest {
 protected:
  struct Owner {
    std::string alliance;
    std::string institution;
    std::string department;
    std::string parent;
    int shelf_life_days_min = 0;
  };
  absl::StatusOr<v1::Location> Create(const CallContext& call, const std::string& id,
                                      v1::LocationKind kind, const Owner& owner) {
    v1::CreateLocationRequest request;
    request.set_location_id(id);
    request.mutable_location()->set_display_name("A store");
    request.mutable_location()->set_kind(kind);
    request.mutable_location()->set_alliance(owner.alliance);
    request.mutable_location()->set_institution(owner.institution);
    request.mutable_location()->set_department(owner.department);
    request.mutable_location()->set_parent(owner.parent);
    request.mutable_location()->set_shelf_life_days_min(owner.shelf_life_days_min);
    return handlers_.CreateLocation(call, request);
  }
  CallContext Administrator() const { return By("admin", "bureau_administrator"); }
  CallContext TownPharmacist() const {
    return By("pharmacist-town", "hospital_pharmacist", "town-clinic");
  }
};

constexpr v1::LocationKind kStore = v1::LOCATION_KIND_INSTITUTION_STORE;
constexpr v1::LocationKind kDepartment = v1::LOCATION_KIND_DEPARTMENT;
constexpr v1::LocationKind kCabinet = v1::LOCATION_KIND_CABINET;
constexpr v1::LocationKind kTheatre = v1::LOCATION_KIND_OPERATING_ROOM;

TEST_F(LocationStoreTest, EachKindHasItsOwner) {
  const auto central = Create(Administrator(), "new-central", v1::LOCATION_KIND_CENTRAL_STORE,
                              {.alliance = "alliances/east"});
  ASSERT_TRUE(central.ok()) << central.status();
  EXPECT_EQ(central->institution(), "institutions/county-hospital") << "the lead hospital keeps it";
  const auto kept =
      Create(Administrator(), "kept", v1::LOCATION_KIND_CENTRAL_STORE,
             {.alliance = "alliances/east", .institution = "institutions/town-clinic"});
  EXPECT_EQ(kept->institution(), "institutions/town-clinic");
  const auto store = Create(Pharmacist(), "new-store", v1::LOCATION_KIND_INSTITUTION_STORE,
                            {.institution = "institutions/county-hospital"});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(store->alliance(), "alliances/east");
  const auto ward = Create(Operator(), "new-ward", v1::LOCATION_KIND_DEPARTMENT,
                           {.department = "departments/radiology"});
  ASSERT_TRUE(ward.ok()) << ward.status();
  EXPECT_EQ(ward->institution(), "institutions/county-hospital");
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE event = 'location.created'"), 4);
  EXPECT_EQ(Count("SELECT count(*) FROM distribution_pub.location"), 11);
}

TEST_F(LocationStoreTest, WhatIsMissingOrNotYoursIsNotFound) {
  const auto reason = [&](const CallContext& call, v1::LocationKind kind, const Owner& owner) {
    return ErrorReason(Create(call, "x", kind, owner).status());
  };
  EXPECT_EQ(reason(Administrator(), v1::LOCATION_KIND_CENTRAL_STORE, {.alliance = "alliances/no"}),
            "ALLIANCE_NOT_FOUND");
  EXPECT_EQ(reason(Administrator(), v1::LOCATION_KIND_CENTRAL_STORE,
                   {.alliance = "alliances/east", .institution = "institutions/west-hospital"}),
            "INSTITUTION_NOT_FOUND");
  EXPECT_EQ(reason(Administrator(), v1::LOCATION_KIND_INSTITUTION_STORE,
                   {.institution = "institutions/no"}),
            "INSTITUTION_NOT_FOUND");
  EXPECT_EQ(reason(Administrator(), v1::LOCATION_KIND_DEPARTMENT, {.department = "departments/no"}),
            "DEPARTMENT_NOT_FOUND");
  EXPECT_EQ(reason(Operator(), v1::LOCATION_KIND_CENTRAL_STORE, {.alliance = "alliances/west"}),
            "ALLIANCE_NOT_FOUND");
  EXPECT_EQ(reason(Pharmacist(), v1::LOCATION_KIND_INSTITUTION_STORE,
                   {.institution = "institutions/town-clinic"}),
            "INSTITUTION_NOT_FOUND");
  EXPECT_EQ(
      reason(Pharmacist(), v1::LOCATION_KIND_DEPARTMENT, {.department = "departments/town-ward"}),
      "DEPARTMENT_NOT_FOUND");
}

TEST_F(LocationStoreTest, AHospitalMakesNoCentralStore) {
  const Owner east{.alliance = "alliances/east"};
  EXPECT_EQ(ErrorReason(Create(Pharmacist(), "x", v1::LOCATION_KIND_CENTRAL_STORE, east).status()),
            "ALLIANCE_NOT_FOUND");
  EXPECT_TRUE(Create(Operator(), "x", v1::LOCATION_KIND_CENTRAL_STORE, east).ok());
}

TEST_F(LocationStoreTest, ADepartmentHasOneLocation) {
  const auto second = Create(Pharmacist(), "second", v1::LOCATION_KIND_DEPARTMENT,
                             {.department = "departments/surgery"});
  EXPECT_EQ(ErrorReason(second.status()), "LOCATION_EXISTS");
  EXPECT_THAT(std::string(second.status().message()),
              ::testing::HasSubstr("departments/surgery has a location already"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.location WHERE location_id = 'second'"), 0);
}

TEST_F(LocationStoreTest, AnIdIsTakenOnceAndARequestCountsOnce) {
  EXPECT_EQ(ErrorReason(Create(Administrator(), "central", v1::LOCATION_KIND_CENTRAL_STORE,
                               {.alliance = "alliances/east"})
                            .status()),
            "LOCATION_EXISTS");
  const CallContext call = Administrator();
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_TRUE(
        Create(call, "again", v1::LOCATION_KIND_CENTRAL_STORE, {.alliance = "alliances/east"})
            .ok());
  }
}

TEST_F(LocationStoreTest, WrongFieldsAreNamed) {
  const auto refused = Create(Administrator(), "No", v1::LOCATION_KIND_CENTRAL_STORE,
                              {.department = "departments/surgery"});
  EXPECT_EQ(ErrorReason(refused.status()), "INVALID_FIELD");
  EXPECT_EQ(BadLines(refused.status()).size(), 3U);
  EXPECT_EQ(ErrorReason(Create(Administrator(), "x", v1::LOCATION_KIND_UNSPECIFIED, {}).status()),
            "INVALID_FIELD");
  EXPECT_EQ(
      ErrorReason(Create(Administrator(), "x", static_cast<v1::LocationKind>(6), {}).status()),
      "INVALID_FIELD");
}

TEST_F(LocationStoreTest, CabinetsAndOperatingRoomsLieInADepartment) {
  for (const v1::LocationKind kind : {kCabinet, kTheatre}) {
    const std::string id = "new-" + std::to_string(kind);
    const auto created =
        Create(Pharmacist(), id, kind, {.parent = "locations/ward", .shelf_life_days_min = 30});
    ASSERT_TRUE(created.ok()) << created.status();
    EXPECT_EQ(created->kind(), kind);
    EXPECT_EQ(created->parent(), "locations/ward");
    EXPECT_EQ(created->department(), "departments/surgery");
    EXPECT_EQ(created->institution(), "institutions/county-hospital");
    EXPECT_EQ(created->alliance(), "alliances/east");
    EXPECT_EQ(created->shelf_life_days_min(), 30);
    v1::ListLocationsRequest request;
    const auto listed = handlers_.ListLocations(Nurse(), request);
    ASSERT_TRUE(listed.ok()) << listed.status();
    const auto found = std::ranges::find(listed->locations(), created->name(), &v1::Location::name);
    ASSERT_NE(found, listed->locations().end());
    EXPECT_EQ(found->SerializeAsString(), created->SerializeAsString());
  }
  const auto without = Create(Pharmacist(), "x", kCabinet, {});
  EXPECT_EQ(ErrorReason(without.status()), "INVALID_FIELD");
  EXPECT_THAT(std::string(without.status().message()), ::testing::HasSubstr("location.parent"));
  EXPECT_EQ(Count("SELECT count(*) FROM journal.entry WHERE subjects @> ARRAY['locations/ward']"),
            2);
}

TEST_F(LocationStoreTest, AParentThatIsNotThereOrNotYoursIsNotFound) {
  const auto reason = [&](const CallContext& call, v1::LocationKind kind, const Owner& owner) {
    return ErrorReason(Create(call, "x", kind, owner).status());
  };
  const std::string missing = "LOCATION_NOT_FOUND";
  EXPECT_EQ(reason(Pharmacist(), kCabinet, {.parent = "locations/no"}), missing);
  EXPECT_EQ(reason(Pharmacist(), kCabinet, {.parent = "locations/town-ward"}), missing);
  EXPECT_EQ(reason(Pharmacist(), kTheatre, {.parent = "locations/west-store"}), missing);
  EXPECT_EQ(reason(Pharmacist(), kDepartment,
                   {.department = "departments/radiology", .parent = "locations/town-store"}),
            missing);
  EXPECT_EQ(
      reason(Pharmacist(), kStore,
             {.institution = "institutions/county-hospital", .parent = "locations/west-central"}),
      missing);
  EXPECT_EQ(reason(Operator(), kCabinet, {.parent = "locations/west-store"}), missing);
}

TEST_F(LocationStoreTest, AParentOfTheWrongLevelOrOwnerIsNamed) {
  const auto refusal = [&](const CallContext& call, v1::LocationKind kind, const Owner& owner) {
    const absl::Status status = Create(call, "x", kind, owner).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("location.parent"));
    return std::string(status.message());
  };
  refusal(Pharmacist(), kCabinet, {.parent = "locations/store"});
  refusal(TownPharmacist(), kCabinet, {.parent = "locations/central"});
  refusal(Pharmacist(), kDepartment,
          {.department = "departments/radiology", .parent = "locations/central"});
  refusal(Pharmacist(), kStore,
          {.institution = "institutions/county-hospital", .parent = "locations/store"});
  refusal(Administrator(), v1::LOCATION_KIND_CENTRAL_STORE,
          {.alliance = "alliances/east", .parent = "locations/central"});
  EXPECT_THAT(refusal(Operator(), kDepartment,
                      {.department = "departments/radiology", .parent = "locations/town-store"}),
              ::testing::HasSubstr("same institution"));
  EXPECT_THAT(
      refusal(Administrator(), kStore,
              {.institution = "institutions/county-hospital", .parent = "locations/west-central"}),
      ::testing::HasSubstr("same alliance"));
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.location WHERE location_id = 'x'"), 0);
}

TEST_F(LocationStoreTest, ThePlaceAboveIsFoundWhenThereIsJustOne) {
  const auto radiology =
      Create(Pharmacist(), "radiology", kDepartment, {.department = "departments/radiology"});
  ASSERT_TRUE(radiology.ok()) << radiology.status();
  EXPECT_EQ(radiology->parent(), "locations/store");
  const Owner county{.institution = "institutions/county-hospital"};
  EXPECT_EQ(Create(Pharmacist(), "second-store", kStore, county)->parent(), "locations/central");
  ASSERT_TRUE(Create(Operator(), "second-central", v1::LOCATION_KIND_CENTRAL_STORE,
                     {.alliance = "alliances/east"})
                  .ok());
  EXPECT_EQ(Create(Pharmacist(), "third-store", kStore, county)->parent(), "")
      << "two central stores";
  database_.Execute(
      "SET session_replication_role = replica; INSERT INTO identity.department VALUES "
      "('oncology', 'county-hospital', 'east', 'Oncology', now())");
  const Owner oncology{.department = "departments/oncology"};
  EXPECT_EQ(Create(Pharmacist(), "oncology", kDepartment, oncology)->parent(), "")
      << "three stores of the hospital";
}

TEST_F(LocationStoreTest, AShelfLifeIsWithinReason) {
  for (const int days : {-1, 3651}) {
    const auto refused = Create(Pharmacist(), "x", kCabinet,
                                {.parent = "locations/ward", .shelf_life_days_min = days});
    EXPECT_EQ(ErrorReason(refused.status()), "INVALID_FIELD") << days;
  }
  EXPECT_TRUE(
      Create(Pharmacist(), "x", kCabinet, {.parent = "locations/ward", .shelf_life_days_min = 3650})
          .ok());
}

// What the database refuses when the code's checks are skipped.
TEST_F(LocationStoreTest, TheTreeHoldsInTheDatabase) {
  const auto refusal = [&](const std::string& values) {
    try {
      database_.Execute(
          "SELECT journal.append('location.created', 'test', '', 'locations/x', '{}', '', '', '', "
          "'', '{}', "
          "'{}'); INSERT INTO distribution.location (location_id, kind, alliance_id, "
          "institution_id, department_id, parent_location_id, display_name, created_at) VALUES "
          "('x', " +
          values + ", 'X', now())");
    } catch (const pqxx::sql_error& refused) {
      return std::string(refused.what());
    }
    database_.Execute(
        "SET session_replication_role = replica; "
        "DELETE FROM distribution.location WHERE location_id = 'x'");
    return std::string();
  };
  using ::testing::HasSubstr;
  EXPECT_EQ(refusal("'cabinet', 'east', 'county-hospital', 'surgery', 'ward'"), "");
  EXPECT_THAT(refusal("'cabinet', 'east', 'county-hospital', 'surgery', NULL"),
              HasSubstr("location_cabinet_check"));
  EXPECT_THAT(refusal("'cabinet', 'east', 'county-hospital', 'surgery', 'store'"),
              HasSubstr("location_parent_fkey"));
  EXPECT_THAT(refusal("'cabinet', 'east', 'county-hospital', 'radiology', 'ward'"),
              HasSubstr("location_parent_department_fkey"));
  EXPECT_THAT(refusal("'operating_room', 'east', 'town-clinic', 'surgery', 'ward'"),
              HasSubstr("location_parent_institution_fkey"));
  EXPECT_THAT(refusal("'institution_store', 'west', 'west-hospital', NULL, 'central'"),
              HasSubstr("location_parent_fkey"));
  EXPECT_THAT(refusal("'central_store', 'east', 'county-hospital', NULL, 'west-central'"),
              HasSubstr("location_parent_check"));
  EXPECT_EQ(refusal("'institution_store', 'east', 'town-clinic', NULL, 'central'"), "");
}

TEST_F(LocationStoreTest, GoodsGoToACabinetAndAreUsedThere) {
  StockGauze(10, {{.lot = "A", .expiry = "2027-06-30"}});
  ASSERT_TRUE(Create(Pharmacist(), "cabinet", kCabinet, {.parent = "locations/ward"}).ok());
  ASSERT_TRUE(Create(Pharmacist(), "theatre", kTheatre, {.parent = "locations/ward"}).ok());
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 8}});
  ASSERT_TRUE(sent.ok() && Arrive(Pharmacist(), sent->name()).ok());
  int number = 0;
  for (const char* place : {"cabinet", "theatre"}) {
    const auto further = Send(Pharmacist(), "store", place, {{"gauze", 3}});
    ASSERT_TRUE(further.ok()) << further.status();
    const auto arrived = Arrive(Nurse(), further->name());
    ASSERT_TRUE(arrived.ok()) << arrived.status();
    const auto used =
        Use(Nurse(), "uses/u" + std::to_string(++number), place, {Line("gauze", "A", 2)});
    EXPECT_TRUE(used.ok()) << used.status();
    EXPECT_EQ(OnHand(place, "gauze"), 1);
  }
  ExpectSoundLedger();
}

TEST_F(LocationStoreTest, LocationsAreListedPageByPage) {
  v1::ListLocationsRequest request;
  request.set_page_size(3);
  std::vector<std::string> names;
  do {
    const auto page = handlers_.ListLocations(Nurse(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& location : page->locations()) names.push_back(location.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), 7U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(LocationStoreTest, IsChangedWithAReason) {
  v1::UpdateLocationRequest update;
  update.mutable_location()->set_name("locations/store");
  update.mutable_location()->set_display_name("耗材库");
  update.mutable_location()->set_shelf_life_days_min(30);
  update.mutable_update_mask()->add_paths("display_name");
  EXPECT_EQ(ErrorReason(handlers_.UpdateLocation(Pharmacist(), update).status()), "INVALID_FIELD")
      << "without a reason";
  update.set_reason("更名");
  const auto changed = handlers_.UpdateLocation(Pharmacist(), update);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->display_name(), "耗材库");
  EXPECT_EQ(changed->shelf_life_days_min(), 0) << "not named by the mask";
  update.mutable_location()->set_etag("1");
  EXPECT_EQ(ErrorReason(handlers_.UpdateLocation(Pharmacist(), update).status()), "ETAG_MISMATCH");
  update.mutable_location()->set_etag("2");
  EXPECT_EQ(ErrorReason(handlers_.UpdateLocation(TownPharmacist(), update).status()),
            "LOCATION_NOT_FOUND");
  update.mutable_update_mask()->add_paths("kind");
  EXPECT_EQ(ErrorReason(handlers_.UpdateLocation(Pharmacist(), update).status()), "INVALID_FIELD");
  EXPECT_EQ(database_.Value("SELECT concat_ws(' ', reason, details->'before'->>'display_name',"
                            " details->'after'->>'display_name') FROM journal.entry"
                            " WHERE event = 'location.changed'"),
            "更名 Store 耗材库");
}

TEST_F(LocationStoreTest, ClosesForGoodWhenItIsEmpty) {
  StockGauze(10, {{.lot = "A", .expiry = "2027-06-30"}});
  const auto close = [&](const CallContext& call, const std::string& id) {
    v1::CloseLocationRequest request;
    request.set_name("locations/" + id);
    request.set_reason("撤库");
    return handlers_.CloseLocation(call, request);
  };
  EXPECT_EQ(ErrorReason(close(TownPharmacist(), "store").status()), "LOCATION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(close(Pharmacist(), "central").status()), "LOCATION_NOT_FOUND")
      << "the alliance's";
  const auto stocked = close(Operator(), "central");
  EXPECT_EQ(ErrorReason(stocked.status()), "LOCATION_IN_USE");
  EXPECT_THAT(ErrorDetails(stocked.status())["open"], HasSubstr("items/gauze"));
  const auto sent = Send(Operator(), "central", "store", {{"gauze", 5}});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(ErrorDetails(close(Pharmacist(), "store").status())["open"], sent->name());
  ASSERT_TRUE(Arrive(Pharmacist(), sent->name()).ok());
  EXPECT_EQ(ErrorDetails(close(Pharmacist(), "store").status())["open"], "items/gauze");
  const auto back = Send(Pharmacist(), "store", "central", {{"gauze", 5}});
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ErrorDetails(close(Pharmacist(), "store").status())["open"], back->name());
  ASSERT_TRUE(Arrive(Operator(), back->name()).ok());
  const auto closed = close(Pharmacist(), "store");
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_TRUE(closed->has_close_time());
  EXPECT_EQ(ErrorReason(close(Pharmacist(), "store").status()), "LOCATION_CLOSED");
  EXPECT_EQ(ErrorReason(Send(Operator(), "central", "store", {{"gauze", 1}}).status()),
            "LOCATION_NOT_FOUND");
  EXPECT_EQ(database_.Value("SELECT closed FROM distribution_pub.location"
                            " WHERE location_id = 'store'"),
            "t");
  EXPECT_EQ(ErrorReason(Create(Pharmacist(), "store", kStore,
                               {.institution = "institutions/county-hospital"})
                            .status()),
            "LOCATION_EXISTS");
}

TEST_F(LocationStoreTest, NothingIsSentWhereItClosesMeanwhile) {
  StockGauze(50, {{.lot = "A", .expiry = "2027-06-30"}});
  for (int round = 0; round < 5; ++round) {
    const std::string id = "store-" + std::to_string(round);
    ASSERT_TRUE(
        Create(Pharmacist(), id, kStore, {.institution = "institutions/county-hospital"}).ok());
    bool closed = false;
    bool sent = false;
    {
      std::jthread one([&] {
        v1::CloseLocationRequest request;
        request.set_name("locations/" + id);
        request.set_reason("撤库");
        closed = handlers_.CloseLocation(Pharmacist(), request).ok();
      });
      std::jthread two([&] { sent = Send(Operator(), "central", id, {{"gauze", 1}}).ok(); });
    }
    EXPECT_NE(closed, sent);
  }
  ExpectSoundLedger();
}

TEST_F(LocationStoreTest, NothingBeginsBelowAPlaceThatClosesMeanwhile) {
  const auto closes = [&](const std::string& id) {
    v1::CloseLocationRequest request;
    request.set_name("locations/" + id);
    request.set_reason("撤库");
    return handlers_.CloseLocation(Pharmacist(), request).ok();
  };
  for (int round = 0; round < 8; ++round) {
    const std::string ward = "ward-" + std::to_string(round);
    const std::string cabinet = "cabinet-" + std::to_string(round);
    ASSERT_TRUE(
        Create(Pharmacist(), ward, kDepartment, {.department = "departments/radiology"}).ok());
    bool closed = false;
    bool begun = false;
    {
      std::jthread one([&] { closed = closes(ward); });
      std::jthread two([&] {
        begun = Create(Pharmacist(), cabinet, kCabinet, {.parent = "locations/" + ward}).ok();
      });
    }
    EXPECT_NE(closed, begun);
    // A department has one open location at a time.
    if (begun) {
      ASSERT_TRUE(closes(cabinet) && closes(ward));
    }
  }
}

TEST_F(LocationStoreTest, WhatIsOnItsWayWithoutADocumentKeepsBothEndsOpen) {
  database_.Execute(
      "SET session_replication_role = replica;"
      "INSERT INTO distribution.account (kind, location_id, item_id, lot_id, serial, owner,"
      " condition, alliance_id, on_hand, changed_at) VALUES ('transit', 'transit/store/central',"
      " 'gauze', gen_random_uuid(), '', 'institutions/county-hospital', 'available', 'east', 3,"
      " now())");
  for (const auto& [call, id] :
       {std::pair(Pharmacist(), "store"), std::pair(Operator(), "central")}) {
    v1::CloseLocationRequest request;
    request.set_name(std::string("locations/") + id);
    request.set_reason("撤库");
    const absl::Status refused = handlers_.CloseLocation(call, request).status();
    EXPECT_EQ(ErrorReason(refused), "LOCATION_IN_USE") << id;
    EXPECT_THAT(ErrorDetails(refused)["open"], HasSubstr("items/gauze")) << id;
  }
}

TEST_F(LocationStoreTest, NothingBeginsInAClosedUnit) {
  database_.Execute(
      "SET session_replication_role = replica;"
      "UPDATE identity.department SET closed_at = now() WHERE department_id = 'radiology'");
  EXPECT_EQ(
      ErrorReason(Create(Pharmacist(), "late", kDepartment, {.department = "departments/radiology"})
                      .status()),
      "UNIT_CLOSED");
}

}  // namespace
}  // namespace qingqu::distribution
