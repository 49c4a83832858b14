#include "common/rpc/answer_view.h"

#include "gtest/gtest.h"

#include "common/auth/test_directory.h"
#include "common/privacy/people_view.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "qingqu/usage/v1/usage_service.pb.h"

namespace qingqu::rpc {
namespace {

class AnswerViewTest : public ::testing::Test {
 protected:
  static auth::Principal By(const std::string& role, auth::Scope scope = auth::Scope::kInstitution,
                            const std::string& institution_id = "west") {
    return {.user_id = "u", .institution_id = institution_id, .scope = scope, .roles = {role}};
  }
  static usage::v1::ListUsesResponse Uses() {
    usage::v1::ListUsesResponse response;
    for (const char* institution : {"institutions/west", "institutions/east"}) {
      usage::v1::Use& use = *response.add_uses();
      use.set_name("uses/1");
      use.set_institution(institution);
      use.set_patient_pseudonym("P-12345678");
      use.set_procedure("PCI");
      use.set_doctor("D7");
    }
    return response;
  }
  usage::v1::ListUsesResponse Shaped(const auth::Principal& principal, bool doctor_level = true) {
    usage::v1::ListUsesResponse response = Uses();
    ShapeAnswer({.principal = &principal, .pseudonyms = &key_, .doctor_level = doctor_level},
                response);
    return response;
  }

  auth::TestDirectory directory_;
  privacy::PseudonymKey key_ = *privacy::PseudonymKey::LoadOrCreate(directory_.path());
};

TEST_F(AnswerViewTest, WithinTheInstitutionPeopleAreAsTheyAre) {
  const auto response = Shaped(By("department_nurse"));
  EXPECT_EQ(response.uses(0).patient_pseudonym(), "P-12345678");
  EXPECT_EQ(response.uses(0).doctor(), "D7");
  EXPECT_EQ(response.uses(0).procedure(), "PCI");
  EXPECT_EQ(response.uses(1).patient_pseudonym(), "") << "another institution's";
  EXPECT_EQ(response.uses(1).doctor(), "");
}

TEST_F(AnswerViewTest, OutsideTheyArePseudonyms) {
  for (const char* role : {"discipline_inspector", "insurance_bureau"}) {
    const auto response = Shaped(By(role, auth::Scope::kCounty, ""));
    for (const usage::v1::Use& use : response.uses()) {
      EXPECT_EQ(use.name(), "uses/1");
      EXPECT_TRUE(privacy::IsPseudonym(use.patient_pseudonym())) << use.DebugString();
      EXPECT_TRUE(privacy::IsPseudonym(use.doctor())) << use.DebugString();
    }
    EXPECT_NE(response.uses(0).doctor(), response.uses(1).doctor()) << "of two institutions";
    EXPECT_EQ(response.uses(0).doctor(),
              key_.PseudonymOf(
                  {.kind = privacy::PersonKind::kDoctor, .institution_id = "west", .id = "D7"}));
  }
  const auto insurer = Shaped(By("insurance_bureau", auth::Scope::kCounty, ""));
  EXPECT_EQ(insurer.uses(0).procedure(), "");
}

TEST_F(AnswerViewTest, OthersSeeNobody) {
  for (const char* role : {"operator", "supplier", "hospital_pharmacist", "bureau_administrator",
                           "market_supervision", "approver", "procurement_officer"}) {
    for (const auto scope : {auth::Scope::kInstitution, auth::Scope::kCounty}) {
      const auto response = Shaped(By(role, scope));
      EXPECT_EQ(response.uses(0).name(), "uses/1");
      EXPECT_EQ(response.uses(0).patient_pseudonym() + response.uses(0).doctor(), "") << role;
      EXPECT_EQ(response.uses(0).procedure(), "") << role;
    }
  }
}

TEST_F(AnswerViewTest, AMethodThatIsNotDeclaredNamesNobody) {
  const auto response = Shaped(By("department_nurse"), false);
  EXPECT_EQ(response.uses(0).patient_pseudonym() + response.uses(0).doctor(), "");
  supervision::v1::ListEntriesResponse entries;
  entries.add_entries()->set_name("entries/1");
  entries.mutable_entries(0)->add_subjects("doctors/D7");
  (*entries.mutable_entries(0)->mutable_details()->mutable_fields())["doctor"].set_string_value(
      "D7");
  const auth::Principal inspector = By("discipline_inspector");
  supervision::v1::ListEntriesResponse declared = entries;
  ShapeAnswer({.principal = &inspector, .pseudonyms = &key_, .doctor_level = true}, declared);
  EXPECT_EQ(declared.entries(0).subjects_size(), 1) << "shown by the service itself";
  ShapeAnswer({.principal = &inspector, .pseudonyms = &key_}, entries);
  EXPECT_EQ(entries.entries(0).name(), "entries/1");
  EXPECT_EQ(entries.entries(0).subjects_size(), 0);
  EXPECT_FALSE(entries.entries(0).has_details());
}

TEST_F(AnswerViewTest, WithoutAKeyNothingStandsInPlaceOfAPseudonym) {
  usage::v1::ListUsesResponse response = Uses();
  const auth::Principal inspector = By("discipline_inspector", auth::Scope::kCounty, "");
  ShapeAnswer({.principal = &inspector, .doctor_level = true}, response);
  EXPECT_EQ(response.uses(0).doctor(), "");
}

}  // namespace
}  // namespace qingqu::rpc
