#include <string>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/organisations/organisation_test_support.h"

// Two offices review what was submitted.

namespace qingqu::catalog {
namespace {

class ReviewTest : public ::testing::Test, protected OrganisationDatabase {
 protected:
  ReviewTest() : OrganisationDatabase(8) { ApprovedSupplier("kangda", kCreditCode); }

  absl::StatusOr<v1::Qualification> AsEquipment(const CallContext& call,
                                                const v1::Qualification& document,
                                                const std::string& rejection = "") {
    v1::ReviewAsEquipmentRequest request;
    request.mutable_review()->set_name(document.name());
    request.mutable_review()->set_etag(etag_);
    request.mutable_review()->set_reject(!rejection.empty());
    request.mutable_review()->set_reason(rejection);
    return qualifications.ReviewAsEquipment(call, request);
  }
  absl::StatusOr<v1::Qualification> AsInfectionControl(const CallContext& call,
                                                       const v1::Qualification& document) {
    v1::ReviewAsInfectionControlRequest request;
    request.mutable_review()->set_name(document.name());
    return qualifications.ReviewAsInfectionControl(call, request);
  }

  std::string etag_;
};

TEST_F(ReviewTest, CountsOnceBothOfficesApproved) {
  const auto submitted = Submit(Seller("kangda"), Licence("kangda", kClassIII));
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->state(), v1::QUALIFICATION_STATE_SUBMITTED);
  EXPECT_EQ(submitted->distributor_licence().device_class(), v1::DEVICE_CLASS_III);
  EXPECT_FALSE(submitted->in_force());
  EXPECT_EQ(Get(Li(), submitted->name())->SerializeAsString(), submitted->SerializeAsString());
  const auto half = AsEquipment(Li(), *submitted);
  ASSERT_TRUE(half.ok()) << half.status();
  EXPECT_EQ(half->state(), v1::QUALIFICATION_STATE_SUBMITTED);
  EXPECT_EQ(half->equipment_reviewer(), "users/li");
  EXPECT_FALSE(half->in_force());
  const auto whole = AsInfectionControl(Sun(), *submitted);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(whole->state(), v1::QUALIFICATION_STATE_APPROVED);
  EXPECT_TRUE(whole->in_force());
  EXPECT_EQ(Get(Li(), submitted->name())->SerializeAsString(), whole->SerializeAsString());
  EXPECT_EQ(database.Value("SELECT string_agg(event || ' ' || actor_user_id || ' ' || supplier_id,"
                           " ', ' ORDER BY sequence) FROM journal.entry WHERE event LIKE "
                           "'qualification.%'"),
            "qualification.submitted seller-of-kangda kangda, qualification.reviewed li kangda, "
            "qualification.approved sun kangda");
}

TEST_F(ReviewTest, ThreeDifferentPeople) {
  const auto submitted = Submit(Wang(), Pledge("kangda"));
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(ErrorReason(AsEquipment(AllianceApprover("wang"), *submitted).status()), "SAME_PERSON");
  CallContext for_wang = Li();
  for_wang.principal.on_behalf_of = "wang";
  for_wang.principal.delegation_id = "d1";
  EXPECT_EQ(ErrorReason(AsEquipment(for_wang, *submitted).status()), "SAME_PERSON");
  ASSERT_TRUE(AsEquipment(Li(), *submitted).ok());
  EXPECT_EQ(ErrorReason(AsInfectionControl(Li(), *submitted).status()), "SAME_PERSON");
  CallContext for_li = Sun();
  for_li.principal.on_behalf_of = "li";
  for_li.principal.delegation_id = "d2";
  EXPECT_EQ(ErrorReason(AsInfectionControl(for_li, *submitted).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(AsEquipment(Sun(), *submitted).status()), "ALREADY_REVIEWED");
  ASSERT_TRUE(AsInfectionControl(Sun(), *submitted).ok());
  EXPECT_EQ(ErrorReason(AsInfectionControl(Sun(), *submitted).status()),
            "QUALIFICATION_NOT_SUBMITTED");
}

TEST_F(ReviewTest, OneInstitutionDecidesNothing) {
  const auto submitted = Submit(Wang(), Pledge("kangda"));
  EXPECT_EQ(ErrorReason(AsEquipment(testing::CallBy("zhou", "approver"), *submitted).status()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(
                Submit(testing::CallBy("zhou", "hospital_pharmacist"), Pledge("kangda")).status()),
            "SCOPE_TOO_NARROW");
}

TEST_F(ReviewTest, InfectionControlOfTheLeadHospitalReviewsForItsAlliance) {
  AddBuyers(database);
  const auto pharmacist = [](std::string_view institution) {
    CallContext call = testing::CallBy("zhao", "hospital_pharmacist");
    call.principal.institution_id = std::string(institution);
    return call;
  };
  CallContext nurse = pharmacist("county-hospital");
  nurse.principal.scope = auth::Scope::kDepartment;
  const auto submitted = Submit(Wang(), Pledge("kangda"));
  EXPECT_EQ(ErrorReason(AsInfectionControl(pharmacist("town-hospital"), *submitted).status()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(AsInfectionControl(nurse, *submitted).status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(AsEquipment(pharmacist("county-hospital"), *submitted).status()),
            "SCOPE_TOO_NARROW");
  ASSERT_TRUE(AsEquipment(Li(), *submitted).ok());
  const auto approved = AsInfectionControl(pharmacist("county-hospital"), *submitted);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::QUALIFICATION_STATE_APPROVED);
  const auto another = Submit(Wang(), Mandate("kangda"));
  v1::BatchReviewAsInfectionControlRequest batch;
  batch.add_reviews()->set_name(another->name());
  EXPECT_EQ(
      ErrorReason(qualifications.BatchReviewAsInfectionControl(pharmacist("town-hospital"), batch)
                      .status()),
      "SCOPE_TOO_NARROW");
  const auto reviewed =
      qualifications.BatchReviewAsInfectionControl(pharmacist("county-hospital"), batch);
  ASSERT_TRUE(reviewed.ok()) << reviewed.status();
  EXPECT_EQ(reviewed->results(0).qualification().infection_control_reviewer(), "users/zhao");
  Put(database,
      "UPDATE identity.institution SET lead = false, closed_at = now() WHERE institution_id = "
      "'county-hospital'");
  EXPECT_EQ(ErrorReason(AsInfectionControl(pharmacist("county-hospital"), *submitted).status()),
            "SCOPE_TOO_NARROW");
}

TEST_F(ReviewTest, ARejectionSaysWhyAndIsFinal) {
  const auto submitted = Submit(Seller("kangda"), Pledge("kangda"));
  v1::ReviewAsEquipmentRequest without_reason;
  without_reason.mutable_review()->set_name(submitted->name());
  without_reason.mutable_review()->set_reject(true);
  EXPECT_EQ(ErrorReason(qualifications.ReviewAsEquipment(Li(), without_reason).status()),
            "INVALID_FIELD");
  const auto rejected = AsEquipment(Li(), *submitted, "盖章不清");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state(), v1::QUALIFICATION_STATE_REJECTED);
  EXPECT_EQ(rejected->reason(), "盖章不清");
  EXPECT_EQ(ErrorReason(AsInfectionControl(Sun(), *submitted).status()),
            "QUALIFICATION_NOT_SUBMITTED");
  EXPECT_EQ(database.Value("SELECT reason FROM journal.entry WHERE event = "
                           "'qualification.rejected'"),
            "盖章不清");
}

TEST_F(ReviewTest, TheSameRequestTwiceHasOneEffect) {
  const CallContext seller = Seller("kangda");
  const auto submitted = Submit(seller, Licence("kangda", kClassIII));
  EXPECT_EQ(Submit(seller, Licence("kangda", kClassIII))->SerializeAsString(),
            submitted->SerializeAsString());
  const CallContext li = Li();
  const auto half = AsEquipment(li, *submitted);
  EXPECT_EQ(AsEquipment(li, *submitted)->SerializeAsString(), half->SerializeAsString());
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry WHERE event LIKE "
                           "'qualification.%'"),
            "2");
  etag_ = "1";
  EXPECT_EQ(ErrorReason(AsEquipment(Li(), *submitted).status()), "ETAG_MISMATCH");
}

TEST_F(ReviewTest, OfTwoWhoRaceInOneOfficeOneIsTheReviewer) {
  const auto submitted = Submit(Wang(), Pledge("kangda"));
  absl::Status results[2];
  std::jthread other([&] { results[0] = AsEquipment(AllianceApprover("a"), *submitted).status(); });
  results[1] = AsEquipment(AllianceApprover("b"), *submitted).status();
  other.join();
  EXPECT_NE(results[0].ok(), results[1].ok()) << results[0] << results[1];
  EXPECT_EQ(ErrorReason(results[0].ok() ? results[1] : results[0]), "ALREADY_REVIEWED");
  // Both offices at once: one of them is the second, and sees the first.
  const auto both = Submit(Wang(), Mandate("kangda"));
  std::jthread first([&] { results[0] = AsEquipment(Li(), *both).status(); });
  results[1] = AsInfectionControl(Sun(), *both).status();
  first.join();
  EXPECT_TRUE(results[0].ok() && results[1].ok()) << results[0] << results[1];
  EXPECT_EQ(Get(Li(), both->name())->state(), v1::QUALIFICATION_STATE_APPROVED);
}

TEST_F(ReviewTest, OnePersonWhoRacesThemselfReviewsOnce) {
  const auto submitted = Submit(Wang(), Pledge("kangda"));
  absl::Status results[2];
  std::jthread other([&] { results[0] = AsEquipment(Li(), *submitted).status(); });
  results[1] = AsInfectionControl(Li(), *submitted).status();
  other.join();
  EXPECT_NE(results[0].ok(), results[1].ok()) << results[0] << results[1];
  EXPECT_EQ(ErrorReason(results[0].ok() ? results[1] : results[0]), "SAME_PERSON");
}

TEST_F(ReviewTest, ManyAtOnceEachWithItsResult) {
  v1::BatchReviewAsEquipmentRequest request;
  EXPECT_EQ(ErrorReason(qualifications.BatchReviewAsEquipment(Li(), request).status()),
            "INVALID_FIELD");
  constexpr int kCount = 1'000;
  for (int index = 0; index < kCount - 2; ++index) {
    const auto submitted = Submit(Wang(), Pledge("kangda"));
    request.add_reviews()->set_name(submitted->name());
  }
  const auto own = Submit(AllianceApprover("li"), Pledge("kangda"));
  request.add_reviews()->set_name(own->name());
  request.add_reviews()->set_name("qualifications/none");
  const CallContext li = Li();
  const auto answer = qualifications.BatchReviewAsEquipment(li, request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->results_size(), kCount);
  EXPECT_EQ(answer->results(0).qualification().equipment_reviewer(), "users/li");
  EXPECT_EQ(answer->results(kCount - 2).error().reason(), "SAME_PERSON");
  EXPECT_EQ(answer->results(kCount - 1).error().reason(), "QUALIFICATION_NOT_FOUND");
  EXPECT_EQ(answer->results(kCount - 1).error().code(), 5);
  EXPECT_EQ(qualifications.BatchReviewAsEquipment(li, request)->SerializeAsString(),
            answer->SerializeAsString());
  v1::BatchReviewAsInfectionControlRequest second;
  *second.mutable_reviews() = request.reviews();
  const auto approved = qualifications.BatchReviewAsInfectionControl(Sun(), second);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->results(kCount - 3).qualification().state(),
            v1::QUALIFICATION_STATE_APPROVED);
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.qualification WHERE kind = "
                           "'integrity_pledge' AND state = 'approved'"),
            "998");
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry WHERE event = "
                           "'qualification.approved'"),
            "998");
  *request.add_reviews() = request.reviews(0);
  EXPECT_EQ(ErrorReason(qualifications.BatchReviewAsEquipment(Li(), request).status()),
            "INVALID_FIELD")
      << "1,001, and one of them twice";
}

}  // namespace
}  // namespace qingqu::catalog
