#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/distribution/distribution_test_support.h"

namespace qingqu::distribution {
namespace {

class LocationStoreTest : public DistributionTest {
 protected:
  struct Owner {
    std::string alliance;
    std::string institution;
    std::string department;
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
    return handlers_.CreateLocation(call, request);
  }
  CallContext Administrator() const { return By("admin", "bureau_administrator"); }
};

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
      ErrorReason(Create(Administrator(), "x", static_cast<v1::LocationKind>(4), {}).status()),
      "INVALID_FIELD");
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

}  // namespace
}  // namespace qingqu::distribution
