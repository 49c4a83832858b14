#include "common/privacy/pseudonym.h"

#include <sys/stat.h>

#include <set>

#include "gtest/gtest.h"

#include "common/auth/test_directory.h"
#include "common/privacy/people_view.h"

namespace qingqu::privacy {
namespace {

class PseudonymTest : public ::testing::Test {
 protected:
  static PseudonymKey KeyIn(const std::string& folder) {
    auto key = PseudonymKey::LoadOrCreate(folder);
    EXPECT_TRUE(key.ok()) << key.status();
    return *std::move(key);
  }
  static auth::Principal Reader(const std::string& role, auth::Scope scope,
                                const std::string& institution_id = "") {
    return {.user_id = "u", .institution_id = institution_id, .scope = scope, .roles = {role}};
  }

  auth::TestDirectory directory_;
  const Person doctor_{.kind = PersonKind::kDoctor, .institution_id = "west", .id = "D7"};
};

TEST_F(PseudonymTest, OnePersonHasOnePseudonym) {
  const PseudonymKey key = KeyIn(directory_.File("keys"));
  const std::string pseudonym = key.PseudonymOf(doctor_);
  EXPECT_TRUE(IsPseudonym(pseudonym)) << pseudonym;
  EXPECT_EQ(KeyIn(directory_.File("keys")).PseudonymOf(doctor_), pseudonym) << "after a restart";
  std::set<std::string> others{pseudonym};
  Person other = doctor_;
  other.institution_id = "east";
  others.insert(key.PseudonymOf(other));
  other = doctor_;
  other.kind = PersonKind::kPatient;
  others.insert(key.PseudonymOf(other));
  other = doctor_;
  other.id = "D8";
  others.insert(key.PseudonymOf(other));
  others.insert(KeyIn(directory_.File("elsewhere")).PseudonymOf(doctor_));
  EXPECT_EQ(others.size(), 5u);
}

// HMAC-SHA-256 of RFC 4231 is libsodium's; what is fixed here is what goes into it. Computed with
// Python's hmac: hmac(hmac(32 bytes of 01, b"west"), b"doctors/D7").
TEST_F(PseudonymTest, IsTheHmacThatTheHeaderPromises) {
  std::string digits;
  for (int i = 0; i < 32; ++i) digits += "01";
  const std::string folder = directory_.path();
  directory_.Write("pseudonym.key", digits + "\n");
  ASSERT_EQ(chmod(directory_.File("pseudonym.key").c_str(), 0600), 0);
  EXPECT_EQ(KeyIn(folder).PseudonymOf(doctor_), "~be3c469ce0be9f646c40e958393de057");
}

TEST_F(PseudonymTest, TheKeyIsTheOwnersAlone) {
  const std::string folder = directory_.File("keys");
  const std::string path = folder + "/pseudonym.key";
  KeyIn(folder);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_FALSE(PseudonymKey::LoadOrCreate(folder).ok());
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(PseudonymKey::LoadOrCreate(folder).ok());
}

TEST_F(PseudonymTest, AKeyThatIsNoneIsNotReplaced) {
  for (const char* content : {"", "abc", "zz", "0101"}) {
    directory_.Write("pseudonym.key", content);
    ASSERT_EQ(chmod(directory_.File("pseudonym.key").c_str(), 0600), 0);
    EXPECT_FALSE(PseudonymKey::LoadOrCreate(directory_.path()).ok()) << content;
  }
}

TEST_F(PseudonymTest, WhoSeesWhat) {
  using auth::Scope;
  const auto sight = [](const auth::Principal& principal) { return SightOf(principal, "west"); };
  EXPECT_EQ(sight(Reader("department_nurse", Scope::kInstitution, "west")), Sight::kName);
  EXPECT_EQ(sight(Reader("discipline_inspector", Scope::kInstitution, "west")), Sight::kName);
  EXPECT_EQ(sight(Reader("discipline_inspector", Scope::kInstitution, "east")), Sight::kPseudonym);
  EXPECT_EQ(sight(Reader("discipline_inspector", Scope::kCounty)), Sight::kPseudonym);
  EXPECT_EQ(sight(Reader("discipline_inspector", Scope::kCounty, "west")), Sight::kPseudonym)
      << "who acts for the county is outside";
  EXPECT_EQ(sight(Reader("insurance_bureau", Scope::kCounty)), Sight::kPseudonym);
  EXPECT_EQ(sight(Reader("department_nurse", Scope::kInstitution, "east")), Sight::kNothing);
  for (const char* role : {"bureau_administrator", "market_supervision", "operator", "supplier",
                           "hospital_pharmacist", "approver", "procurement_officer"}) {
    EXPECT_EQ(sight(Reader(role, Scope::kInstitution, "west")), Sight::kNothing) << role;
    EXPECT_FALSE(MaySeePeople(Reader(role, Scope::kInstitution, "west"))) << role;
  }
  EXPECT_EQ(SightOf(Reader("department_nurse", Scope::kInstitution, ""), ""), Sight::kNothing);
  auth::Principal acting = Reader("department_nurse", Scope::kInstitution, "west");
  acting.acting_service = "usage";
  EXPECT_EQ(sight(acting), Sight::kNothing);
}

TEST(PersonNameTest, IsFoundAnywhereInText) {
  for (const char* text : {"doctors/D7", "uses/x doctors/D7", "(Patients/P-1)", "DOCTORS/"}) {
    EXPECT_TRUE(MentionsPerson(text)) << text;
  }
  for (const char* text : {"", "doctors", "uses/doctor-1", "the doctors are in"}) {
    EXPECT_FALSE(MentionsPerson(text)) << text;
  }
}

TEST_F(PseudonymTest, APseudonymStaysWhatItIs) {
  const PseudonymKey key = KeyIn(directory_.File("keys"));
  const std::string pseudonym = key.PseudonymOf(doctor_);
  const auto inspector = Reader("discipline_inspector", auth::Scope::kCounty);
  Person shown = doctor_;
  EXPECT_EQ(PeopleView(inspector, &key).Show(shown), pseudonym);
  EXPECT_EQ(PeopleView(inspector, nullptr).Show(shown), "");
  shown.id = pseudonym;
  EXPECT_EQ(PeopleView(inspector, &key).Show(shown), pseudonym);
  for (const char* other :
       {"", "~", "7f", "~0123456789abcdef0123456789abcdeg", "x0123456789abcdef0123456789abcdef"}) {
    EXPECT_FALSE(IsPseudonym(other)) << other;
  }
}

}  // namespace
}  // namespace qingqu::privacy
