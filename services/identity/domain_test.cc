#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "services/identity/organisation.h"
#include "services/identity/password.h"
#include "services/identity/password_hasher.h"
#include "services/identity/session.h"
#include "services/identity/user.h"

namespace qingqu::identity {
namespace {

using auth::Scope;

User UserOf(Scope scope, std::vector<std::string> roles) {
  User user{.user_id = "li", .display_name = "李", .roles = std::move(roles), .scope = scope};
  if (scope == Scope::kInstitution || scope == Scope::kDepartment) {
    user.institution_id = "county-hospital";
  }
  if (scope == Scope::kDepartment) user.department_id = "ward";
  if (scope == Scope::kAlliance) user.alliance_id = "east";
  if (scope == Scope::kSupplier) user.supplier_id = "acme";
  return user;
}

bool IsFine(const User& user) {
  FieldViolations violations;
  CheckUser(user, violations);
  return violations.empty();
}

TEST(UserTest, EachRoleGoesWithItsScopesOnly) {
  const std::map<std::string_view, std::set<Scope>> scopes_of_role{
      {"hospital_pharmacist", {Scope::kInstitution, Scope::kDepartment}},
      {"department_nurse", {Scope::kInstitution, Scope::kDepartment}},
      {"procurement_officer", {Scope::kAlliance}},
      {"approver", {Scope::kInstitution, Scope::kAlliance}},
      {"operator", {Scope::kAlliance}},
      {"supplier", {Scope::kSupplier}},
      {"insurance_bureau", {Scope::kCounty}},
      {"market_supervision", {Scope::kCounty}},
      {"discipline_inspector", {Scope::kCounty}},
      {"bureau_administrator", {Scope::kCounty}}};
  for (const std::string_view role : auth::AllRoles()) {
    for (const Scope scope : {Scope::kInstitution, Scope::kAlliance, Scope::kCounty,
                              Scope::kSupplier, Scope::kDepartment}) {
      EXPECT_EQ(IsFine(UserOf(scope, {std::string(role)})), scopes_of_role.at(role).contains(scope))
          << role << " " << auth::ScopeName(scope);
    }
  }
}

TEST(UserTest, CombinesOnlyRolesThatMayBeOnePerson) {
  EXPECT_TRUE(IsFine(UserOf(Scope::kInstitution, {"approver", "department_nurse"})));
  EXPECT_TRUE(IsFine(UserOf(Scope::kAlliance, {"approver", "procurement_officer"})));
  EXPECT_FALSE(IsFine(UserOf(Scope::kCounty, {"bureau_administrator", "discipline_inspector"})));
  EXPECT_FALSE(IsFine(UserOf(Scope::kSupplier, {"approver", "supplier"})));
  EXPECT_FALSE(IsFine(UserOf(Scope::kAlliance, {"operator", "supplier"})));
  EXPECT_FALSE(IsFine(UserOf(Scope::kInstitution, {})));
}

TEST(UserTest, BelongsWhereItsScopeSays) {
  User nurse = UserOf(Scope::kInstitution, {"department_nurse"});
  nurse.institution_id.clear();
  EXPECT_FALSE(IsFine(nurse));
  User clerk = UserOf(Scope::kAlliance, {"operator"});
  clerk.institution_id = "county-hospital";
  EXPECT_TRUE(IsFine(clerk));
  clerk.supplier_id = "acme";
  EXPECT_FALSE(IsFine(clerk));
  User seller = UserOf(Scope::kSupplier, {"supplier"});
  seller.alliance_id = "east";
  EXPECT_FALSE(IsFine(seller));
  User ward_nurse = UserOf(Scope::kDepartment, {"department_nurse"});
  ward_nurse.department_id.clear();
  EXPECT_FALSE(IsFine(ward_nurse)) << "an empty department must never be taken for all of them";
  ward_nurse.department_id = "ward";
  ward_nurse.institution_id.clear();
  EXPECT_FALSE(IsFine(ward_nurse));
  User inspector = UserOf(Scope::kCounty, {"discipline_inspector"});
  inspector.institution_id = "county-hospital";
  EXPECT_FALSE(IsFine(inspector));
}

TEST(OrganisationTest, DisplayNamesAreOneLine) {
  const auto is_fine = [](const std::string& name) {
    FieldViolations violations;
    CheckDisplayName("display_name", name, violations);
    return violations.empty();
  };
  EXPECT_TRUE(is_fine("县人民医院"));
  std::string longest;
  for (int count = 0; count < 100; ++count) longest += "医";
  EXPECT_TRUE(is_fine(longest));
  EXPECT_FALSE(is_fine(longest + "院"));
  EXPECT_FALSE(is_fine(""));
  EXPECT_FALSE(is_fine(" a"));
  EXPECT_FALSE(is_fine("a\nb"));
  EXPECT_FALSE(is_fine("\xff"));
}

bool PasswordIsFine(const std::string& password,
                    const PasswordOwner& owner = {.user_id = "li", .display_name = "李护士"}) {
  FieldViolations violations;
  CheckPassword("password", owner, password, violations);
  return violations.empty();
}

TEST(PasswordTest, HasALengthInCharacters) {
  const std::string fine = "tulip gravel 蓝色 kettle moss harbour";
  EXPECT_TRUE(PasswordIsFine(fine));
  EXPECT_FALSE(PasswordIsFine("tulip 7 gravel"));
  EXPECT_TRUE(PasswordIsFine("tulip 71 gravel"));
  EXPECT_TRUE(
      PasswordIsFine("阳光下的老轮椅推过了三座石桥"
                     "去"))
      << "15 characters of three bytes";
  EXPECT_FALSE(PasswordIsFine("阳光下的老轮椅推过了三座石桥"));
  std::string longest;
  while (longest.size() < kPasswordCharactersMax) longest += fmt::format("{} x", longest.size());
  longest.resize(kPasswordCharactersMax);
  EXPECT_TRUE(PasswordIsFine(longest));
  EXPECT_FALSE(PasswordIsFine(longest + "y"));
  const PasswordOwner approver{.user_id = "li", .second_factor_required = true};
  EXPECT_TRUE(PasswordIsFine("vb7-kx2q", approver)) << "8 beside a second factor";
  EXPECT_FALSE(PasswordIsFine("vb7-kx2", approver));
  EXPECT_FALSE(PasswordIsFine("vb7-kx2q"));
  EXPECT_FALSE(PasswordIsFine(std::string("tulip gravel kettle\0", 20)));
}

TEST(PasswordTest, IsNotAmongTheFirstGuesses) {
  for (const char* guess :
       {"aaaaaaaaaaaaaaaa", "一一一一一一一一一一一一一一一一", "123456789012345",
        "Password1234567", "passwordpassword", "iloveyou iloveyou", "qwertyuiopasdfgh",
        "abcdefghijklmnop", "P@ssw0rdP@ssw0rd", "letmeinletmeinletmein"}) {
    EXPECT_FALSE(PasswordIsFine(guess)) << guess;
  }
  EXPECT_TRUE(PasswordIsFine("alllowercasewithoutdigits")) << "no rules of composition";
}

TEST(PasswordTest, IsNotBuiltAroundNames) {
  const PasswordOwner wang{.user_id = "wang-xiaohong", .display_name = "王小红 Hongmei"};
  for (const char* name :
       {"Wang-Xiaohong-2026", "xiaohongxiaohong7", "qingqu2026qingqu", "QINGQU-Ward-11",
        "清渠清渠清渠清渠清渠清渠平台", "王小红王小红王小红王小红王小红", "hongmei.wang.1988"}) {
    EXPECT_FALSE(PasswordIsFine(name, wang)) << name;
  }
  EXPECT_TRUE(PasswordIsFine("wang tulip gravel kettle", wang)) << "a name among other words";
}

TEST(PasswordTest, IsComparedInOneForm) {
  EXPECT_EQ(NormalizePassword("ｐａｓｓ　１"), "pass 1");
  EXPECT_EQ(NormalizePassword("e\u0301"), "\u00e9");
  EXPECT_EQ(NormalizePassword("\xff"), "\xff");
  PasswordHasher hasher({.passes = 1, .memory_bytes = 64 * 1024});
  const auto hash = hasher.Hash("caf\u00e9 tulip gravel", absl::InfiniteFuture());
  EXPECT_TRUE(*hasher.Verify(*hash, "cafe\u0301 ｔｕｌｉｐ gravel", absl::InfiniteFuture()));
  EXPECT_FALSE(*hasher.Verify(*hash, "cafe tulip gravel", absl::InfiniteFuture()));
}

TEST(PasswordHasherTest, FitsOnlyWhatWasHashed) {
  PasswordHasher hasher({.passes = 1, .memory_bytes = 64 * 1024});
  const absl::Time later = absl::InfiniteFuture();
  const std::string hash = hasher.Hash("correct horse", later).value();
  EXPECT_THAT(hash, ::testing::StartsWith("$argon2id$v=19$m=64,t=1"));
  EXPECT_NE(hash, hasher.Hash("correct horse", later).value());
  EXPECT_TRUE(hasher.Verify(hash, "correct horse", later).value());
  EXPECT_FALSE(hasher.Verify(hash, "correct hors", later).value());
  EXPECT_FALSE(hasher.Verify("", "correct horse", later).value());
  EXPECT_FALSE(hasher.Verify(hash, std::string(100'000, 'x'), later).value());
  EXPECT_EQ(hasher.Fingerprint("a", "salt", later).value(),
            hasher.Fingerprint("a", "salt", later).value());
  EXPECT_NE(hasher.Fingerprint("a", "salt", later).value(),
            hasher.Fingerprint("b", "salt", later).value());
  EXPECT_NE(hasher.Fingerprint("a", "salt", later).value(),
            hasher.Fingerprint("a", "other", later).value());
}

TEST(PasswordHasherTest, UsesWhatLibsodiumCallsInteractive) {
  PasswordHasher hasher({});
  EXPECT_THAT(hasher.Hash("correct horse", absl::InfiniteFuture()).value(),
              ::testing::StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
}

TEST(PasswordHasherTest, RefusesWhenNoPlaceBecomesFree) {
  // Each takes far longer than the deadline, and only two may compute at once.
  PasswordHasher hasher({.passes = 40, .memory_bytes = 32 * 1024 * 1024});
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::vector<std::jthread> threads;
  for (int index = 0; index < 8; ++index) {
    threads.emplace_back([&] {
      const auto hash = hasher.Hash("correct horse", absl::Now() + absl::Milliseconds(1));
      ++(hash.ok() ? done : refused);
      EXPECT_EQ(ErrorReason(hash.status()), hash.ok() ? "" : "SIGN_IN_BUSY");
    });
  }
  threads.clear();
  EXPECT_GE(done, 1);
  EXPECT_GE(refused, 1);
}

TEST(RefreshTokenTest, KeepsItsHandleAndChangesItsSecret) {
  const RefreshToken first = NewRefreshToken();
  const RefreshToken second = NextRefreshToken(first);
  EXPECT_EQ(first.handle_hash, second.handle_hash);
  EXPECT_NE(first.secret_hash, second.secret_hash);
  EXPECT_NE(first.handle_hash, NewRefreshToken().handle_hash);
  RefreshToken parsed;
  ASSERT_TRUE(ParseRefreshToken(second.text, parsed));
  EXPECT_EQ(parsed.handle_hash, second.handle_hash);
  EXPECT_EQ(parsed.secret_hash, second.secret_hash);
  EXPECT_FALSE(ParseRefreshToken("", parsed));
  EXPECT_FALSE(ParseRefreshToken(second.text + "A", parsed));
  EXPECT_FALSE(ParseRefreshToken(second.text.substr(1) + "!", parsed));
}

TEST(SessionTest, EndsWhenIdleAndWhenOld) {
  const absl::Time start = absl::FromUnixSeconds(1'790'000'000);
  Session session{.started_at = start, .used_at = start};
  EXPECT_FALSE(IsOver(session, start + absl::Hours(12) - absl::Nanoseconds(1)));
  EXPECT_TRUE(IsOver(session, start + absl::Hours(12)));
  session.used_at = start + absl::Hours(24 * 30 - 1);
  EXPECT_FALSE(IsOver(session, start + absl::Hours(24 * 30) - absl::Nanoseconds(1)));
  EXPECT_TRUE(IsOver(session, start + absl::Hours(24 * 30)));
  session.ended = true;
  EXPECT_TRUE(IsOver(session, start));
}

}  // namespace
}  // namespace qingqu::identity
