#include "common/auth/token_claims.h"

#include <gtest/gtest.h>

#include <string>

#include "nlohmann/json.hpp"

#include "common/status/status.h"

namespace qingqu::auth {
namespace {

using Json = nlohmann::json;

constexpr int64_t kIssuedAt = 1'760'000'000;

Json ValidClaims() {
  return {{"iss", "qingqu"},        {"aud", "qingqu"},           {"sub", "wang"},
          {"scope", "institution"}, {"inst", "county-hospital"}, {"roles", {"department_nurse"}},
          {"jti", "0199c0de"},      {"iat", kIssuedAt},          {"exp", kIssuedAt + 600}};
}

std::string ReasonOf(const Json& claims) {
  return ErrorReason(DecodeClaims(claims.dump()).status());
}

TEST(TokenClaimsTest, DecodesWhatItEncodes) {
  TokenClaims claims;
  claims.principal = {.user_id = "王护士",
                      .institution_id = "county-hospital",
                      .alliance_id = "east",
                      .supplier_id = "",
                      .scope = Scope::kAlliance,
                      .roles = {"approver", "department_nurse"},
                      .acting_service = ""};
  claims.token_id = "0199c0de";
  claims.issued_at = absl::FromUnixSeconds(kIssuedAt);
  claims.ends_at = claims.issued_at + absl::Minutes(10);
  const auto decoded = DecodeClaims(EncodeClaims(claims));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->principal.user_id, "王护士");
  EXPECT_EQ(decoded->principal.institution_id, "county-hospital");
  EXPECT_EQ(decoded->principal.alliance_id, "east");
  EXPECT_EQ(decoded->principal.supplier_id, "");
  EXPECT_EQ(decoded->principal.scope, Scope::kAlliance);
  EXPECT_EQ(decoded->principal.roles, claims.principal.roles);
  EXPECT_EQ(decoded->token_id, claims.token_id);
  EXPECT_EQ(decoded->issued_at, claims.issued_at);
  EXPECT_EQ(decoded->not_before, absl::InfinitePast());
  EXPECT_EQ(decoded->ends_at, claims.ends_at);
}

TEST(TokenClaimsTest, ALimitIsKeptAndNeverOverlooked) {
  TokenClaims claims = *DecodeClaims(ValidClaims().dump());
  EXPECT_FALSE(claims.principal.enrolment_only);
  claims.principal.enrolment_only = true;
  EXPECT_TRUE(DecodeClaims(EncodeClaims(claims))->principal.enrolment_only);
  Json unknown = ValidClaims();
  unknown["only"] = "reading";
  EXPECT_EQ(ReasonOf(unknown), "TOKEN_INVALID");
  unknown["only"] = true;
  EXPECT_EQ(ReasonOf(unknown), "TOKEN_INVALID");
}

TEST(TokenClaimsTest, WhoIsConfinedToAnInstitutionStaysSo) {
  TokenClaims claims = *DecodeClaims(ValidClaims().dump());
  EXPECT_FALSE(DecodeClaims(EncodeClaims(claims))->principal.confined);
  claims.principal.confined = true;
  ASSERT_TRUE(ValidatePrincipal(claims.principal).ok());
  EXPECT_TRUE(DecodeClaims(EncodeClaims(claims))->principal.confined);
  Json unknown = Json::parse(EncodeClaims(claims));
  unknown["within"] = "department";
  EXPECT_FALSE(DecodeClaims(unknown.dump()).ok());
  claims.principal = {.user_id = "li", .scope = Scope::kCounty, .confined = true};
  EXPECT_FALSE(ValidatePrincipal(claims.principal).ok());
}

TEST(TokenClaimsTest, AStandInSaysForWhomAndWhat) {
  TokenClaims claims = *DecodeClaims(ValidClaims().dump());
  claims.principal.on_behalf_of = "zhang";
  claims.principal.delegation_id = "d1";
  const std::string whole = EncodeClaims(claims);
  EXPECT_EQ(Json::parse(whole)["only"], "delegation");
  EXPECT_FALSE(Json::parse(whole).contains("perms"));
  claims.principal.only_permissions = {"catalog.item.read", "usage.use.read"};
  const auto decoded = DecodeClaims(EncodeClaims(claims));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->principal.on_behalf_of, "zhang");
  EXPECT_EQ(decoded->principal.delegation_id, "d1");
  EXPECT_EQ(decoded->principal.only_permissions, claims.principal.only_permissions);
  EXPECT_FALSE(decoded->principal.enrolment_only);
  const auto with = [&](const char* claim, const Json& value) {
    Json changed = Json::parse(EncodeClaims(claims));
    changed[claim] = value;
    return ReasonOf(changed);
  };
  EXPECT_EQ(with("for", "zhang"), "");
  EXPECT_EQ(with("for", ""), "TOKEN_INVALID");
  EXPECT_EQ(with("for", 1), "TOKEN_INVALID");
  EXPECT_EQ(with("for", claims.principal.user_id), "TOKEN_INVALID");
  EXPECT_EQ(with("dlg", ""), "TOKEN_INVALID");
  EXPECT_EQ(with("dlg", nullptr), "TOKEN_INVALID");
  EXPECT_EQ(with("perms", "all"), "TOKEN_INVALID");
  EXPECT_EQ(with("perms", Json::array({"Catalog"})), "TOKEN_INVALID");
  EXPECT_EQ(with("perms", Json(std::vector<std::string>(65, "a.b.c"))), "TOKEN_INVALID");
  // Without the word, the other claims are none: a token of whoever it names.
  Json forgotten = Json::parse(EncodeClaims(claims));
  forgotten.erase("only");
  EXPECT_EQ(DecodeClaims(forgotten.dump())->principal.delegation_id, "");
}

TEST(TokenClaimsTest, NobodyHalfStandsIn) {
  const Principal whole = {
      .user_id = "li", .scope = Scope::kCounty, .on_behalf_of = "wang", .delegation_id = "d1"};
  EXPECT_TRUE(ValidatePrincipal(whole).ok());
  Principal half = whole;
  half.delegation_id.clear();
  EXPECT_FALSE(ValidatePrincipal(half).ok());
  half = whole;
  half.on_behalf_of.clear();
  EXPECT_FALSE(ValidatePrincipal(half).ok());
  half = whole;
  half.enrolment_only = true;
  EXPECT_FALSE(ValidatePrincipal(half).ok());
  half = {.user_id = "li", .scope = Scope::kCounty, .only_permissions = {"a.b.c"}};
  EXPECT_FALSE(ValidatePrincipal(half).ok());
}

TEST(TokenClaimsTest, WhoStandsBehindAnAct) {
  EXPECT_TRUE(ShareAPerson({"li"}, {"li"}));
  EXPECT_FALSE(ShareAPerson({"li"}, {"wang"}));
  EXPECT_TRUE(ShareAPerson({"li", "wang"}, {"wang"}));
  EXPECT_TRUE(ShareAPerson({"wang"}, {"li", "wang"}));
  EXPECT_TRUE(ShareAPerson({"li", "wang"}, {"zhao", "wang"}));
  EXPECT_FALSE(ShareAPerson({"li", "wang"}, {"zhao", "chen"}));
  EXPECT_FALSE(ShareAPerson({"li"}, {"zhao"}));
  EXPECT_FALSE(ShareAPerson({}, {"zhao"}));
  EXPECT_FALSE(ShareAPerson({}, {}));
}

TEST(TokenClaimsTest, EachRequiredClaimIsRequired) {
  ASSERT_EQ(ReasonOf(ValidClaims()), "");
  for (const char* name : {"iss", "aud", "sub", "scope", "inst", "roles", "jti", "iat", "exp"}) {
    Json claims = ValidClaims();
    claims.erase(name);
    EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << name;
  }
}

TEST(TokenClaimsTest, TypesAreStrict) {
  const Json wrong_values[] = {
      {{"iss", 1}},       {{"aud", {"qingqu"}}},   {{"sub", 7}},
      {{"sub", nullptr}}, {{"inst", 7}},           {{"alliance", {"a"}}},
      {{"supplier", 1}},  {{"scope", 1}},          {{"roles", "department_nurse"}},
      {{"roles", {1}}},   {{"roles", {nullptr}}},  {{"roles", {{"a", "b"}}}},
      {{"jti", 1}},       {{"exp", "1760000600"}}, {{"exp", 1760000600.5}},
      {{"exp", true}},    {{"exp", -1}},           {{"exp", 253402300800}},
      {{"exp", 1e300}},   {{"iat", nullptr}},      {{"nbf", "0"}},
  };
  for (const Json& wrong : wrong_values) {
    Json claims = ValidClaims();
    claims.update(wrong);
    EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << wrong;
  }
}

TEST(TokenClaimsTest, ValuesAreChecked) {
  const Json wrong_values[] = {
      {{"iss", "qingqu2"}},
      {{"aud", "other"}},
      {{"sub", ""}},
      {{"sub", std::string(257, 'a')}},
      {{"sub", std::string("a\0b", 3)}},
      {{"inst", ""}},
      {{"scope", "system"}},
      {{"scope", "System"}},
      {{"scope", ""}},
      {{"scope", "alliance"}},
      {{"scope", "supplier"}},
      {{"scope", "department"}},
      {{"scope", "department"}, {"dept", ""}},
      {{"roles", {"Department Nurse"}}},
      {{"roles", {""}}},
      {{"roles", Json(std::vector<std::string>(17, "approver"))}},
      {{"jti", ""}},
  };
  for (const Json& wrong : wrong_values) {
    Json claims = ValidClaims();
    claims.update(wrong);
    EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << wrong;
  }
}

TEST(TokenClaimsTest, TheActingServiceIsNoClaim) {
  Json claims = ValidClaims();
  claims["acting_service"] = "usage";
  claims["act"] = {{"sub", "usage"}};
  EXPECT_EQ(DecodeClaims(claims.dump()).value().principal.acting_service, "");
}

TEST(TokenClaimsTest, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"", "[]", "null", "{", "{\"iss\":\"qingqu\"", "\xFF", "{} {}"}) {
    EXPECT_EQ(ErrorReason(DecodeClaims(text).status()), "TOKEN_INVALID") << text;
  }
  EXPECT_FALSE(DecodeClaims(std::string(8000, '[')).ok());
}

TEST(TokenClaimsTest, Times) {
  const absl::Time issued_at = absl::FromUnixSeconds(kIssuedAt);
  TokenClaims claims;
  claims.issued_at = issued_at;
  claims.ends_at = issued_at + absl::Minutes(10);
  EXPECT_TRUE(CheckTimes(claims, issued_at).ok());
  EXPECT_TRUE(CheckTimes(claims, issued_at - absl::Seconds(30)).ok());
  EXPECT_EQ(ErrorReason(CheckTimes(claims, issued_at - absl::Milliseconds(30'001))),
            "TOKEN_INVALID");
  EXPECT_TRUE(CheckTimes(claims, claims.ends_at - absl::Milliseconds(1)).ok());
  EXPECT_EQ(ErrorReason(CheckTimes(claims, claims.ends_at)), "TOKEN_EXPIRED");

  claims.not_before = issued_at + absl::Seconds(5);
  EXPECT_EQ(ErrorReason(CheckTimes(claims, issued_at + absl::Seconds(4))), "TOKEN_INVALID");
  EXPECT_TRUE(CheckTimes(claims, claims.not_before).ok());

  claims.ends_at = issued_at + kTokenLifetimeMax;
  EXPECT_TRUE(CheckTimes(claims, claims.not_before).ok());
  claims.ends_at += absl::Seconds(1);
  EXPECT_EQ(ErrorReason(CheckTimes(claims, claims.not_before)), "TOKEN_INVALID");
}

}  // namespace
}  // namespace qingqu::auth
