#include "services/catalog/organisations/qualification.h"

#include "gtest/gtest.h"

#include "common/status/status.h"
#include "services/catalog/licence_number.h"

namespace qingqu::catalog {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795190400);  // 2026-11-21 00:00 in the county
constexpr ReviewOffice kEquipment = ReviewOffice::kEquipment;
constexpr ReviewOffice kInfectionControl = ReviewOffice::kInfectionControl;

CivilDate Day(std::string_view text) { return *CivilDate::Parse(text); }

Qualification Pledge() {
  return {.id = "q1",
          .organisation_id = "kangda",
          .kind = QualificationKind::kIntegrityPledge,
          .valid_from = Day("2026-01-01"),
          .expire_date = Day("2026-11-21"),
          .submitter = {.user_id = "seller", .on_behalf_of = "boss"},
          .created_at = kNow,
          .updated_at = kNow};
}

absl::StatusOr<Qualification> Approve(const Qualification& qualification, ReviewOffice office,
                                      const auth::Actor& reviewer, absl::Time now = kNow) {
  return Reviewed(qualification, {.office = office, .reviewer = reviewer}, now);
}

Qualification Approved() {
  return *Approve(*Approve(Pledge(), kEquipment, {"li"}), kInfectionControl, {"sun"});
}

TEST(ReviewTest, TwoOfficesMakeItApprovedInEitherOrder) {
  for (const auto& [first, second] :
       {std::pair{kEquipment, kInfectionControl}, std::pair{kInfectionControl, kEquipment}}) {
    const auto half = Approve(Pledge(), first, {"li"});
    ASSERT_TRUE(half.ok()) << half.status();
    EXPECT_EQ(half->state, QualificationState::kSubmitted);
    EXPECT_FALSE(IsInForce(*half, Day("2026-11-21"))) << "one review is not enough";
    const auto whole = Approve(*half, second, {"sun"});
    ASSERT_TRUE(whole.ok()) << whole.status();
    EXPECT_EQ(whole->state, QualificationState::kApproved);
    EXPECT_EQ(whole->version, 3);
  }
}

TEST(ReviewTest, NobodyHasTwoHandsInIt) {
  for (const auth::Actor& actor : {auth::Actor{"seller", ""}, auth::Actor{"boss", ""},
                                   auth::Actor{"li", "seller"}, auth::Actor{"li", "boss"}}) {
    EXPECT_EQ(ErrorReason(Approve(Pledge(), kEquipment, actor).status()), "SAME_PERSON");
  }
  const Qualification half = *Approve(Pledge(), kEquipment, {"li", "zhao"});
  for (const auth::Actor& actor : {auth::Actor{"li", ""}, auth::Actor{"zhao", ""},
                                   auth::Actor{"sun", "li"}, auth::Actor{"sun", "zhao"}}) {
    EXPECT_EQ(ErrorReason(Approve(half, kInfectionControl, actor).status()), "SAME_PERSON");
  }
  EXPECT_EQ(ErrorReason(Approve(half, kEquipment, {"sun"}).status()), "ALREADY_REVIEWED");
}

TEST(ReviewTest, ARejectionIsFinal) {
  const auto rejected = Reviewed(
      Pledge(), {.office = kEquipment, .reviewer = {"li"}, .reject = true, .reason = "x"}, kNow);
  ASSERT_TRUE(rejected.ok());
  EXPECT_EQ(rejected->state, QualificationState::kRejected);
  EXPECT_EQ(rejected->reason, "x");
  EXPECT_EQ(ErrorReason(Approve(*rejected, kInfectionControl, {"sun"}).status()),
            "QUALIFICATION_NOT_SUBMITTED");
  EXPECT_EQ(ErrorReason(Withdrawn(*rejected, "x", kNow).status()), "QUALIFICATION_NOT_SUBMITTED");
  EXPECT_EQ(ErrorReason(SuspendedFromToday(*rejected, "x", kNow).status()),
            "QUALIFICATION_NOT_APPROVED");
  EXPECT_EQ(ErrorReason(CheckRenewable(*rejected)), "QUALIFICATION_NOT_RENEWABLE");
}

TEST(ReviewTest, WhatIsOverCanOnlyBeRejected) {
  const absl::Time midnight = kNow + absl::Hours(24);
  EXPECT_TRUE(Approve(Pledge(), kEquipment, {"li"}, midnight - absl::Microseconds(1)).ok());
  EXPECT_EQ(ErrorReason(Approve(Pledge(), kEquipment, {"li"}, midnight).status()),
            "QUALIFICATION_EXPIRED");
  EXPECT_TRUE(Reviewed(Pledge(),
                       {.office = kEquipment, .reviewer = {"li"}, .reject = true, .reason = "x"},
                       midnight)
                  .ok());
}

TEST(ReviewTest, TheLicenceOfAProposedSupplierIsApprovedWithIt) {
  Qualification founding = Pledge();
  founding.founding = true;
  EXPECT_EQ(ErrorReason(Approve(founding, kEquipment, {"li"}).status()),
            "QUALIFICATION_NOT_SUBMITTED");
  EXPECT_EQ(ErrorReason(Withdrawn(founding, "x", kNow).status()), "QUALIFICATION_NOT_SUBMITTED");
}

TEST(InForceTest, FollowsTheDates) {
  Qualification document = Approved();
  EXPECT_FALSE(IsInForce(document, Day("2025-12-31")));
  EXPECT_TRUE(IsInForce(document, Day("2026-01-01")));
  EXPECT_TRUE(IsInForce(document, Day("2026-11-21")));
  EXPECT_FALSE(IsInForce(document, Day("2026-11-22")));
  document.superseded_from = Day("2026-11-01");
  EXPECT_TRUE(IsInForce(document, Day("2026-10-31")));
  EXPECT_FALSE(IsInForce(document, Day("2026-11-01")));
  EXPECT_EQ(ErrorReason(CheckRenewable(document)), "QUALIFICATION_NOT_RENEWABLE");
}

TEST(InForceTest, ASuspensionEndsItFromTodayOn) {
  const auto suspended = SuspendedFromToday(Approved(), "recalled", kNow);
  ASSERT_TRUE(suspended.ok());
  EXPECT_TRUE(IsInForce(*suspended, Day("2026-11-20"))) << "it held until then";
  EXPECT_FALSE(IsInForce(*suspended, Day("2026-11-21")));
  EXPECT_EQ(ErrorReason(SuspendedFromToday(*suspended, "x", kNow).status()),
            "QUALIFICATION_NOT_APPROVED");
  EXPECT_TRUE(CheckRenewable(*suspended).ok());
}

TEST(ProductionLicenceTest, IsReadInItsOwnForm) {
  const auto licence = ParseProductionLicenceNumber("苏食药监械生产许２０１５０００１号");
  ASSERT_TRUE(licence.ok()) << licence.status();
  EXPECT_EQ(licence->text, "苏食药监械生产许20150001号");
  EXPECT_EQ(licence->highest_class, DeviceClass::kIII);
  EXPECT_EQ(ParseProductionLicenceNumber("粤深药监械生产备20140002号")->highest_class,
            DeviceClass::kI);
  for (const char* text : {"鲁济食药监械经营许20190001号", "苏食药监械生产许2015001号",
                           "食药监械生产许20150001号", "苏食药监械生产20150001号", ""}) {
    EXPECT_FALSE(ParseProductionLicenceNumber(text).ok()) << text;
  }
  EXPECT_FALSE(ParseLicenceNumber("苏食药监械生产许20150001号").ok());
}

}  // namespace
}  // namespace qingqu::catalog
