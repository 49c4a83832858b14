#include "services/catalog/organisations/organisation.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795190400);

Organisation Good() {
  return {
      .id = "kangda", .kinds = {OrganisationKind::kDistributor}, .country = "CN", .admitted = true};
}

TEST(StandingTest, ComesBackByTwoPeople) {
  const auto suspended = SuspendedOrganisation(Good(), "no answer", kNow);
  ASSERT_TRUE(suspended.ok());
  EXPECT_EQ(suspended->standing, Standing::kSuspended);
  EXPECT_EQ(suspended->standing_reason, "no answer");
  EXPECT_EQ(ErrorReason(ReinstatedOrganisation(*suspended, {"li"}, kNow).status()),
            "REINSTATEMENT_NOT_PROPOSED");
  const auto asked = ProposedForReinstatement(*suspended, {"wang", "zhang"}, kNow);
  ASSERT_TRUE(asked.ok());
  EXPECT_EQ(asked->standing, Standing::kSuspended);
  EXPECT_EQ(ErrorReason(ProposedForReinstatement(*asked, {"li"}, kNow).status()),
            "REINSTATEMENT_ALREADY_PROPOSED");
  for (const auth::Actor& actor : {auth::Actor{"wang", ""}, auth::Actor{"zhang", ""},
                                   auth::Actor{"li", "wang"}, auth::Actor{"li", "zhang"}}) {
    EXPECT_EQ(ErrorReason(ReinstatedOrganisation(*asked, actor, kNow).status()), "SAME_PERSON");
  }
  const auto back = ReinstatedOrganisation(*asked, {"li"}, kNow);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->standing, Standing::kGood);
  EXPECT_EQ(back->version, 4);
}

TEST(StandingTest, WhoSuspendsAgainRefusesTheProposal) {
  const Organisation suspended = *SuspendedOrganisation(Good(), "x", kNow);
  EXPECT_EQ(ErrorReason(SuspendedOrganisation(suspended, "x", kNow).status()),
            "ORGANISATION_NOT_APPROVED");
  const Organisation asked = *ProposedForReinstatement(suspended, {"wang"}, kNow);
  const auto refused = SuspendedOrganisation(asked, "still not", kNow);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->reinstatement_proposer.user_id, "");
}

TEST(StandingTest, TheBlacklistIsForAnybody) {
  Organisation submitted = Good();
  submitted.admitted = false;
  EXPECT_EQ(ErrorReason(SuspendedOrganisation(submitted, "x", kNow).status()),
            "ORGANISATION_NOT_APPROVED");
  const auto blacklisted = BlacklistedOrganisation(submitted, "bribes", kNow);
  ASSERT_TRUE(blacklisted.ok());
  EXPECT_EQ(ErrorReason(BlacklistedOrganisation(*blacklisted, "x", kNow).status()),
            "ORGANISATION_BLACKLISTED");
  EXPECT_EQ(ErrorReason(SuspendedOrganisation(*blacklisted, "x", kNow).status()),
            "ORGANISATION_NOT_APPROVED")
      << "which would be a way down from the blacklist";
  const Organisation asked = *ProposedForReinstatement(*blacklisted, {"wang"}, kNow);
  EXPECT_EQ(ErrorReason(SuspendedOrganisation(asked, "x", kNow).status()),
            "ORGANISATION_NOT_APPROVED");
  EXPECT_TRUE(BlacklistedOrganisation(asked, "still", kNow).ok());
  EXPECT_FALSE(ReinstatedOrganisation(asked, {"li"}, kNow)->admitted) << "as it was before";
}

TEST(StandingTest, InGoodStandingThereIsNothingToComeBackFrom) {
  EXPECT_EQ(ErrorReason(ProposedForReinstatement(Good(), {"wang"}, kNow).status()),
            "ORGANISATION_NOT_SUSPENDED");
  EXPECT_EQ(ErrorReason(ReinstatedOrganisation(Good(), {"li"}, kNow).status()),
            "ORGANISATION_NOT_SUSPENDED");
}

}  // namespace
}  // namespace qingqu::catalog
