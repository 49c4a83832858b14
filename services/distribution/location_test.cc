#include "services/distribution/location.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

Location Place(std::string id, LocationKind kind, std::string institution_id,
               std::string alliance_id = "east") {
  return {.location_id = std::move(id),
          .kind = kind,
          .alliance_id = std::move(alliance_id),
          .institution_id = std::move(institution_id)};
}

const Location kCentral = Place("central", LocationKind::kCentralStore, "lead");
const Location kStore = Place("store", LocationKind::kInstitutionStore, "town");
const Location kWard = Place("ward", LocationKind::kDepartment, "town");
const Location kCabinet = Place("cabinet", LocationKind::kCabinet, "town");
const Location kTheatre = Place("theatre", LocationKind::kOperatingRoom, "town");
const Location kOtherStore = Place("other", LocationKind::kInstitutionStore, "other");
const Location kWestStore = Place("west", LocationKind::kInstitutionStore, "far", "west");

auth::Principal Of(auth::Scope scope, std::string institution_id, std::string role) {
  return {.user_id = "u",
          .institution_id = std::move(institution_id),
          .alliance_id = "east",
          .scope = scope,
          .roles = {std::move(role)}};
}

const auth::Principal kOperator = Of(auth::Scope::kAlliance, "", "operator");
const auth::Principal kCounty = Of(auth::Scope::kCounty, "", "bureau_administrator");
const auth::Principal kPharmacist = Of(auth::Scope::kInstitution, "town", "hospital_pharmacist");
const auth::Principal kLead = Of(auth::Scope::kInstitution, "lead", "hospital_pharmacist");
const auth::Principal kNurse = Of(auth::Scope::kInstitution, "town", "department_nurse");

std::string Route(const auth::Principal& principal, const Location& from, const Location& to) {
  return ErrorReason(CheckRoute(principal, from, to));
}

TEST(LocationTest, RoutesOfTheOperator) {
  EXPECT_EQ(Route(kOperator, kCentral, kStore), "");
  EXPECT_EQ(Route(kOperator, kStore, kOtherStore), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Route(kOperator, kStore, kCentral), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Route(kOperator, kWard, kStore), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Route(kOperator, kCentral, kWestStore), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Route(kOperator, kWestStore, kCentral), "LOCATION_NOT_FOUND");
}

TEST(LocationTest, RoutesOfAPharmacist) {
  EXPECT_EQ(Route(kPharmacist, kStore, kWard), "");
  EXPECT_EQ(Route(kPharmacist, kWard, kStore), "");
  EXPECT_EQ(Route(kPharmacist, kStore, kCentral), "");
  EXPECT_EQ(Route(kPharmacist, kStore, kOtherStore), "ROUTE_NOT_ALLOWED");
  EXPECT_EQ(Route(kPharmacist, kCentral, kStore), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Route(kPharmacist, kOtherStore, kStore), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Route(kLead, kCentral, kStore), "") << "the institution that keeps the central store";
  EXPECT_EQ(Route(kLead, kCentral, kWestStore), "LOCATION_NOT_FOUND");
}

TEST(LocationTest, WhoSeesOneDepartmentWorksInThatAlone) {
  Location ward = kWard;
  Location cabinet = kCabinet;
  ward.department_id = cabinet.department_id = "surgery";
  Location other_ward = kWard;
  other_ward.location_id = "other-ward";
  other_ward.department_id = "medicine";
  auth::Principal nurse = Of(auth::Scope::kDepartment, "town", "department_nurse");
  nurse.department_id = "surgery";
  EXPECT_TRUE(WorksAt(nurse, ward) && WorksAt(nurse, cabinet) && MayUseUp(nurse, cabinet));
  for (const Location& place : {kStore, other_ward, kCentral, kOtherStore}) {
    EXPECT_FALSE(WorksAt(nurse, place)) << place.location_id;
    EXPECT_FALSE(IsOnSideOf(nurse, place)) << place.location_id;
    EXPECT_FALSE(MayCreate(nurse, place)) << place.location_id;
    EXPECT_EQ(ErrorReason(CheckDestination(nurse, place)), "NOT_AT_DESTINATION");
    EXPECT_EQ(Route(nurse, place, ward), "LOCATION_NOT_FOUND") << place.location_id;
  }
  EXPECT_TRUE(CheckDestination(nurse, ward).ok());
  EXPECT_TRUE(MayCreate(nurse, cabinet));
  EXPECT_FALSE(MayCreate(nurse, ward)) << "its institution's to make";
  EXPECT_EQ(Route(nurse, ward, cabinet), "");
  EXPECT_EQ(Route(nurse, ward, kStore), "");
  EXPECT_EQ(Route(nurse, ward, kCentral), "");
  EXPECT_EQ(Route(nurse, ward, other_ward), "ROUTE_NOT_ALLOWED");
  EXPECT_EQ(Route(nurse, ward, kOtherStore), "ROUTE_NOT_ALLOWED");
  nurse.department_id.clear();
  EXPECT_FALSE(WorksAt(nurse, kStore)) << "of no department, as she is";
}

TEST(LocationTest, GoodsAreReceivedWhereTheyArrive) {
  EXPECT_TRUE(CheckDestination(kNurse, kWard).ok());
  EXPECT_TRUE(CheckDestination(kNurse, kCabinet).ok());
  EXPECT_TRUE(CheckDestination(kNurse, kTheatre).ok());
  EXPECT_EQ(ErrorReason(CheckDestination(kOperator, kTheatre)), "NOT_AT_DESTINATION");
  EXPECT_EQ(ErrorReason(CheckDestination(kNurse, kStore)), "NOT_AT_DESTINATION");
  EXPECT_TRUE(CheckDestination(kPharmacist, kStore).ok());
  EXPECT_EQ(ErrorReason(CheckDestination(kPharmacist, kCentral)), "NOT_AT_DESTINATION");
  EXPECT_TRUE(CheckDestination(kLead, kCentral).ok());
  EXPECT_TRUE(CheckDestination(kOperator, kCentral).ok());
  EXPECT_EQ(ErrorReason(CheckDestination(kOperator, kStore)), "NOT_AT_DESTINATION");
  EXPECT_EQ(ErrorReason(CheckDestination(kOperator, kWard)), "NOT_AT_DESTINATION");
  EXPECT_EQ(ErrorReason(CheckDestination(kCounty, kCentral)), "NOT_AT_DESTINATION");
  EXPECT_EQ(ErrorReason(CheckDestination(kOperator, kWestStore)), "NOT_AT_DESTINATION");
}

TEST(LocationTest, NobodyUsesUpWhatIsTheAlliances) {
  const auth::Principal nurse = Of(auth::Scope::kInstitution, "lead", "department_nurse");
  EXPECT_FALSE(MayUseUp(nurse, kCentral)) << "her hospital keeps it, but does not own it";
  EXPECT_FALSE(MayUseUp(nurse, kWard));
  EXPECT_TRUE(MayUseUp(kNurse, kWard));
  EXPECT_TRUE(MayUseUp(kNurse, kStore));
  EXPECT_TRUE(MayUseUp(kNurse, kCabinet));
  EXPECT_TRUE(MayUseUp(kNurse, kTheatre));
  EXPECT_FALSE(MayUseUp(kOperator, kWard));
}

TEST(LocationTest, ACentralStoreIsMadeByTheAlliance) {
  EXPECT_FALSE(MayCreate(kLead, kCentral));
  EXPECT_TRUE(MayCreate(kOperator, kCentral));
  EXPECT_TRUE(MayCreate(kCounty, kCentral));
  EXPECT_FALSE(MayCreate(kOperator, kWestStore));
  EXPECT_TRUE(MayCreate(kPharmacist, kStore));
  EXPECT_FALSE(MayCreate(kPharmacist, kOtherStore));
  EXPECT_FALSE(MayCreate(Of(auth::Scope::kSupplier, "", "supplier"), kStore));
}

TEST(LocationTest, TheSideOfAPlace) {
  EXPECT_TRUE(IsOnSideOf(kPharmacist, kCentral)) << "the whole alliance's";
  EXPECT_TRUE(IsOnSideOf(kPharmacist, kWard));
  EXPECT_FALSE(IsOnSideOf(kPharmacist, kOtherStore));
  EXPECT_TRUE(IsOnSideOf(kOperator, kOtherStore));
  EXPECT_FALSE(IsOnSideOf(kOperator, kWestStore));
  EXPECT_TRUE(IsOnSideOf(kCounty, kWestStore));
  EXPECT_FALSE(IsOnSideOf(Of(auth::Scope::kSupplier, "", "supplier"), kCentral));
}

// Whatever the two kinds are: one level up fits, nothing else.
TEST(LocationTest, AParentIsOneLevelUp) {
  const std::vector<Location> places{kCentral, kStore, kWard, kCabinet, kTheatre};
  const std::vector<int> levels{0, 1, 2, 3, 3};
  for (size_t parent = 0; parent < places.size(); ++parent) {
    for (size_t child = 0; child < places.size(); ++child) {
      EXPECT_EQ(CheckParent(places[parent], places[child]).ok(),
                levels[parent] + 1 == levels[child])
          << places[parent].location_id << " above " << places[child].location_id;
    }
  }
}

TEST(LocationTest, AParentIsOfTheSameAllianceInstitutionAndDepartment) {
  const auto refusal = [](const Location& parent, const Location& child) {
    return std::string(CheckParent(parent, child).message());
  };
  EXPECT_THAT(refusal(Place("c", LocationKind::kCentralStore, "far", "west"), kStore),
              ::testing::HasSubstr("same alliance"));
  EXPECT_EQ(refusal(kCentral, kStore), "") << "the keeper of the central store is another";
  EXPECT_THAT(refusal(kOtherStore, kWard), ::testing::HasSubstr("same institution"));
  Location elsewhere = kCabinet;
  elsewhere.department_id = "surgery";
  EXPECT_THAT(refusal(kWard, elsewhere), ::testing::HasSubstr("same department"));
  EXPECT_EQ(ErrorReason(CheckParent(kStore, kCabinet)), "INVALID_FIELD");
}

TEST(LocationTest, OwnersAndWhoSeesWhat) {
  EXPECT_EQ(OwnerAt(kTheatre), "institutions/town");
  EXPECT_EQ(SeenBy(kCabinet), "town");

  EXPECT_EQ(OwnerAt(kCentral), "alliances/east");
  EXPECT_EQ(OwnerAt(kWard), "institutions/town");
  EXPECT_EQ(SeenBy(kCentral), "");
  EXPECT_EQ(SeenBy(kStore), "town");
}

}  // namespace
}  // namespace qingqu::distribution
