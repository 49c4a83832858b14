#include "common/auth/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jwt.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "nlohmann/json.hpp"

#include "common/auth/key_directory.h"
#include "common/auth/test_directory.h"
#include "common/base/sodium.h"
#include "common/status/status.h"

namespace qingqu::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

const absl::Time kStart = absl::FromUnixSeconds(1'760'000'000);

std::string Base64Url(std::string_view bytes) {
  InitializeSodium();
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // the NUL that libsodium adds
  return text;
}

Principal Nurse() {
  Principal principal;
  principal.user_id = "wang";
  principal.institution_id = "county-hospital";
  principal.alliance_id = "east";
  principal.scope = Scope::kInstitution;
  principal.roles = {"department_nurse", "approver"};
  return principal;
}

Json ValidClaims() {
  return {{"iss", "qingqu"},
          {"aud", "qingqu"},
          {"sub", "wang"},
          {"scope", "county"},
          {"roles", Json::array()},
          {"jti", "1"},
          {"iat", absl::ToUnixSeconds(kStart)},
          {"exp", absl::ToUnixSeconds(kStart) + 600}};
}

struct Forgery {
  jwt_alg_t algorithm = JWT_ALG_ES256;
  std::string key = "";
  std::string key_id = "identity";
  Json claims = ValidClaims();
  Json more_headers = Json::object();
};

// What somebody else's library would sign.
std::string Forge(const Forgery& forgery) {
  jwt_t* jwt = nullptr;
  EXPECT_EQ(jwt_new(&jwt), 0);
  EXPECT_EQ(jwt_add_header(jwt, "kid", forgery.key_id.c_str()), 0);
  EXPECT_EQ(jwt_add_headers_json(jwt, forgery.more_headers.dump().c_str()), 0);
  EXPECT_EQ(jwt_add_grants_json(jwt, forgery.claims.dump().c_str()), 0);
  const auto* key = reinterpret_cast<const unsigned char*>(forgery.key.data());
  const bool is_signed = forgery.algorithm != JWT_ALG_NONE;
  EXPECT_EQ(jwt_set_alg(jwt, forgery.algorithm, is_signed ? key : nullptr,
                        is_signed ? static_cast<int>(forgery.key.size()) : 0),
            0);
  char* text = jwt_encode_str(jwt);
  EXPECT_NE(text, nullptr);
  std::string token = text == nullptr ? "" : text;
  std::free(text);
  jwt_free(jwt);
  return token;
}

class TokenTest : public testing::Test {
 protected:
  void SetUp() override {
    signer_ = NewSigner("identity");
    verifier_ = NewVerifier();
  }

  std::unique_ptr<TokenSigner> NewSigner(std::string_view key_id) {
    auto signer = TokenSigner::LoadOrCreate(directory_.path(), key_id, &clock_);
    EXPECT_TRUE(signer.ok()) << signer.status();
    return *std::move(signer);
  }

  std::unique_ptr<TokenVerifier> NewVerifier() {
    auto verifier = TokenVerifier::Create(directory_.path(), &clock_);
    EXPECT_TRUE(verifier.ok()) << verifier.status();
    return *std::move(verifier);
  }

  std::string Sign(const Principal& principal = Nurse()) {
    return signer_->Sign(principal, absl::Minutes(10)).value();
  }

  std::string IdentityKey() { return directory_.Read("identity.key.pem"); }

  // "" when the token is accepted.
  std::string ReasonOf(const std::string& token) {
    return ErrorReason(verifier_->Verify(token).status());
  }

  TestDirectory directory_;
  FakeClock clock_{kStart};
  std::unique_ptr<TokenSigner> signer_;
  std::unique_ptr<TokenVerifier> verifier_;
};

TEST_F(TokenTest, RoundTrip) {
  const std::string token = Sign();
  for (const char* pass : {"verified", "remembered"}) {
    const auto principal = verifier_->Verify(token);
    ASSERT_TRUE(principal.ok()) << pass << principal.status();
    EXPECT_EQ(principal->user_id, "wang");
    EXPECT_EQ(principal->institution_id, "county-hospital");
    EXPECT_EQ(principal->alliance_id, "east");
    EXPECT_EQ(principal->supplier_id, "");
    EXPECT_EQ(principal->scope, Scope::kInstitution);
    EXPECT_THAT(principal->roles, ElementsAre("department_nurse", "approver"));
    EXPECT_EQ(principal->acting_service, "");
  }
}

TEST_F(TokenTest, UnicodeUser) {
  Principal principal = Nurse();
  principal.user_id = "王护士\U00020BB7\"\\";
  EXPECT_EQ(verifier_->Verify(Sign(principal)).value().user_id, principal.user_id);
}

TEST_F(TokenTest, NoTwoTokensAreAlike) { EXPECT_NE(Sign(), Sign()); }

TEST_F(TokenTest, AnyChangedCharacterIsRefused) {
  const std::string token = Sign();
  ASSERT_EQ(ReasonOf(token), "");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(ReasonOf(changed), "TOKEN_INVALID") << i;
  }
}

TEST_F(TokenTest, AnotherPayloadUnderTheSameSignatureIsRefused) {
  const std::string token = Sign();
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  const std::string payload = Base64Url(ValidClaims().dump());
  EXPECT_EQ(ReasonOf(token.substr(0, first + 1) + payload + token.substr(last)), "TOKEN_INVALID");
}

TEST_F(TokenTest, VariantsOfATokenAreRefused) {
  const std::string token = Sign();
  for (const std::string& variant :
       {token + "=", token + "==", token + ".", token + " ", token + "\n", " " + token, "." + token,
        token + std::string(1, '\0'), token.substr(0, token.size() - 1),
        token.substr(0, token.rfind('.')), token.substr(0, token.rfind('.') + 1), token + "AAAA"}) {
    EXPECT_EQ(ReasonOf(variant), "TOKEN_INVALID") << variant;
  }
  for (const char* rubbish : {"", ".", "..", "...", "a.b.c", "e30.e30.e30", "Bearer x"}) {
    EXPECT_EQ(ReasonOf(rubbish), "TOKEN_INVALID") << rubbish;
  }
}

TEST_F(TokenTest, ForgedWithTheRightKeyIsAccepted) {
  // The other tests refuse variations of this one, so it must work.
  EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey()})), "");
}

TEST_F(TokenTest, AlgorithmNoneIsRefused) {
  const std::string token = Forge({.algorithm = JWT_ALG_NONE});
  EXPECT_EQ(ReasonOf(token), "TOKEN_INVALID");
  const std::string signature = Base64Url(std::string(64, 'x'));
  EXPECT_EQ(ReasonOf(token + signature), "TOKEN_INVALID");
}

TEST_F(TokenTest, HmacWithThePublicKeyAsSecretIsRefused) {
  const std::string public_pem = directory_.Read("identity.pub.pem");
  for (const jwt_alg_t algorithm : {JWT_ALG_HS256, JWT_ALG_HS384, JWT_ALG_HS512}) {
    const auto status =
        verifier_->Verify(Forge({.algorithm = algorithm, .key = public_pem})).status();
    EXPECT_EQ(ErrorReason(status), "TOKEN_INVALID");
  }
  // An HS512 MAC is as long as an ES256 signature, so the algorithm alone gives it away.
  const auto status =
      verifier_->Verify(Forge({.algorithm = JWT_ALG_HS512, .key = public_pem})).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("ES256"));
}

TEST_F(TokenTest, ForeignKeyIsRefused) {
  const TestDirectory elsewhere;
  ASSERT_TRUE(TokenSigner::LoadOrCreate(elsewhere.path(), "identity", &clock_).ok());
  EXPECT_EQ(ReasonOf(Forge({.key = elsewhere.Read("identity.key.pem")})), "TOKEN_INVALID");
}

TEST_F(TokenTest, OddHeadersAreRefused) {
  const std::string key = IdentityKey();
  EXPECT_EQ(ReasonOf(Forge({.key = key, .more_headers = {{"jku", "https://x"}}})), "");
  EXPECT_EQ(ReasonOf(Forge({.key = key, .more_headers = {{"crit", {"b64"}}}})), "TOKEN_INVALID");
  const std::string token = Forge({.key = key});
  const std::string rest = token.substr(token.find('.'));
  for (const char* header :
       {R"({"alg":"ES256"})", R"({"kid":"identity"})", R"({"alg":"es256","kid":"identity"})",
        R"({"alg":["ES256"],"kid":"identity"})", R"({"alg":"ES256","kid":1})", "[]", "", "{"}) {
    EXPECT_EQ(ReasonOf(Base64Url(header) + rest), "TOKEN_INVALID") << header;
  }
}

TEST_F(TokenTest, KeyIdsCannotLeaveTheDirectory) {
  const std::string public_pem = directory_.Read("identity.pub.pem");
  std::filesystem::create_directory(directory_.File("keys"));
  directory_.Write("x.pub.pem", public_pem);
  directory_.Write("keys/identity.pub.pem", public_pem);
  verifier_ = TokenVerifier::Create(directory_.File("keys"), &clock_).value();
  ASSERT_EQ(ReasonOf(Forge({.key = IdentityKey()})), "");
  const std::string nul_id = "identity\\u0000";
  for (const std::string& key_id :
       {std::string("../x"), std::string("../identity"), std::string("./identity"),
        directory_.File("x"), std::string("x"), std::string(), nul_id, std::string(41, 'a')}) {
    EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey(), .key_id = key_id})), "TOKEN_INVALID") << key_id;
  }
}

TEST_F(TokenTest, FindsAKeyThatComesLater) {
  EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey(), .key_id = "service-usage"})), "TOKEN_INVALID");
  const auto service = NewSigner("service-usage");
  const std::string token = service->Sign(Nurse(), absl::Minutes(1)).value();
  EXPECT_EQ(ReasonOf(token), "TOKEN_INVALID") << "looked again within a second";
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(token), "");
}

TEST_F(TokenTest, FindsAReplacedKeyAndForgetsWhatTheOldOneSigned) {
  const std::string old_token = Sign();
  ASSERT_EQ(ReasonOf(old_token), "");
  std::filesystem::remove(directory_.File("identity.key.pem"));
  const auto replacement = NewSigner("identity");
  EXPECT_EQ(ReasonOf(replacement->Sign(Nurse(), absl::Minutes(1)).value()), "");
  EXPECT_EQ(ReasonOf(old_token), "TOKEN_INVALID");
}

TEST_F(TokenTest, AKeyThatWasTakenAwayIsNotTrustedForLong) {
  const auto next = NewSigner("identity-1");
  const std::string old_token = Sign();
  const std::string new_token = next->Sign(Nurse(), absl::Hours(1)).value();
  EXPECT_EQ(ReasonOf(old_token), "");
  EXPECT_EQ(ReasonOf(new_token), "") << "both keys are good while both are there";
  ASSERT_TRUE(RemoveKeyPair(directory_.path(), "identity").ok());
  clock_.Advance(absl::Seconds(9));
  EXPECT_EQ(ReasonOf(old_token), "");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(old_token), "TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(new_token), "");
}

TEST_F(TokenTest, KeepsItsKeysWhenTheDirectoryIsBroken) {
  const std::string token = Sign();
  directory_.Write("service-usage.pub.pem", "half a key");
  EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey(), .key_id = "service-x"})), "TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(token), "");
  EXPECT_EQ(ErrorReason(TokenVerifier::Create(directory_.path(), &clock_).status()),
            "KEY_UNUSABLE");
}

TEST_F(TokenTest, ExpiresAtTheSecondOfExp) {
  const std::string remembered = Sign();
  const std::string fresh = Sign();
  ASSERT_EQ(ReasonOf(remembered), "");
  clock_.Set(kStart + absl::Minutes(10) - absl::Milliseconds(1));
  EXPECT_EQ(ReasonOf(remembered), "");
  clock_.Set(kStart + absl::Minutes(10));
  EXPECT_EQ(ReasonOf(remembered), "TOKEN_EXPIRED") << "the memory ends with the token";
  EXPECT_EQ(ReasonOf(fresh), "TOKEN_EXPIRED");
}

TEST_F(TokenTest, ForgivesAnIssuerClockThatIsHalfAMinuteAhead) {
  const std::string token = Sign();
  clock_.Set(kStart - absl::Seconds(31));
  EXPECT_EQ(ReasonOf(token), "TOKEN_INVALID");
  clock_.Set(kStart - absl::Seconds(30));
  EXPECT_EQ(ReasonOf(token), "");
}

TEST_F(TokenTest, WrongClaimsAreRefused) {
  const Json wrong_values[] = {{{"iss", "other"}},    {{"aud", "other"}},
                               {{"aud", {"qingqu"}}}, {{"scope", "system"}},
                               {{"roles", "all"}},    {{"nbf", absl::ToUnixSeconds(kStart) + 1}}};
  for (const Json& wrong : wrong_values) {
    Json claims = ValidClaims();
    claims.update(wrong);
    EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey(), .claims = claims})), "TOKEN_INVALID") << wrong;
  }
}

TEST_F(TokenTest, ServiceKeySpeaksForItsServiceOnly) {
  const auto service = NewSigner("service-usage");
  Principal principal = Nurse();
  principal.acting_service = "procurement";
  const auto verified = verifier_->Verify(service->Sign(principal, absl::Minutes(1)).value());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->acting_service, "usage");
  EXPECT_EQ(verified->user_id, "wang");

  const std::string service_key = directory_.Read("service-usage.key.pem");
  EXPECT_EQ(ReasonOf(Forge({.key = service_key})), "TOKEN_INVALID") << "posing as identity";
  EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey(), .key_id = "service-usage"})), "TOKEN_INVALID");
}

TEST_F(TokenTest, IdentityKeySpeaksForNoService) {
  Json claims = ValidClaims();
  claims["acting_service"] = "usage";
  claims["act"] = {{"sub", "service-usage"}};
  const auto verified = verifier_->Verify(Forge({.key = IdentityKey(), .claims = claims}));
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->acting_service, "");

  Principal principal = Nurse();
  principal.acting_service = "usage";
  EXPECT_EQ(ErrorReason(signer_->Sign(principal, absl::Minutes(1)).status()), "TOKEN_NOT_SIGNABLE");
}

TEST_F(TokenTest, SignsOnlyWhatWouldBeAccepted) {
  const auto reason = [&](const Principal& principal, absl::Duration lifetime) {
    return ErrorReason(signer_->Sign(principal, lifetime).status());
  };
  EXPECT_EQ(reason(Nurse(), absl::Hours(24)), "");
  EXPECT_EQ(reason(Nurse(), absl::Hours(24) + absl::Seconds(1)), "TOKEN_NOT_SIGNABLE");
  EXPECT_EQ(reason(Nurse(), absl::Milliseconds(999)), "TOKEN_NOT_SIGNABLE");
  EXPECT_EQ(reason(Nurse(), -absl::InfiniteDuration()), "TOKEN_NOT_SIGNABLE");
  EXPECT_EQ(reason(SystemPrincipal("usage"), absl::Minutes(1)), "TOKEN_NOT_SIGNABLE");
  Principal principal = Nurse();
  principal.user_id.clear();
  EXPECT_EQ(reason(principal, absl::Minutes(1)), "TOKEN_NOT_SIGNABLE");
  principal.user_id = "\xFF";
  EXPECT_EQ(reason(principal, absl::Minutes(1)), "TOKEN_NOT_SIGNABLE");
  principal = Nurse();
  principal.institution_id.clear();
  EXPECT_EQ(reason(principal, absl::Minutes(1)), "TOKEN_NOT_SIGNABLE");
}

TEST_F(TokenTest, LongTokensAreRefused) {
  Json claims = ValidClaims();
  claims["filling"] = std::string(5000, 'x');
  EXPECT_EQ(ReasonOf(Forge({.key = IdentityKey(), .claims = claims})), "");
  claims["filling"] = std::string(6200, 'x');
  const auto status = verifier_->Verify(Forge({.key = IdentityKey(), .claims = claims})).status();
  EXPECT_EQ(ErrorReason(status), "TOKEN_INVALID");
  EXPECT_THAT(std::string(status.message()), HasSubstr("8 KiB"));
}

TEST_F(TokenTest, ReloadedSignerIsTheSameSigner) {
  const auto again = NewSigner("identity");
  EXPECT_EQ(again->PublicJwk(), signer_->PublicJwk());
  EXPECT_EQ(Json::parse(again->PublicJwk())["kid"], "identity");
  EXPECT_EQ(ReasonOf(again->Sign(Nurse(), absl::Minutes(1)).value()), "");
  const auto status = TokenSigner::LoadOrCreate(directory_.path(), "../x", &clock_).status();
  EXPECT_EQ(ErrorReason(status), "KEY_UNUSABLE");
}

TEST_F(TokenTest, VerifiesFromManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 25;
  // The service's key is unknown at first, so that the threads also race for the reload.
  const auto service = NewSigner("service-usage");
  const std::string shared = Sign();
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          const auto own = service->Sign(Nurse(), absl::Minutes(1));
          if (verifier_->Verify(shared).ok()) ++accepted;
          if (own.ok() && verifier_->Verify(*own).ok()) ++accepted;
          if (!verifier_->Verify(shared + "A").ok()) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(accepted, 2 * kThreads * kRounds);
  EXPECT_EQ(refused, kThreads * kRounds);
}

}  // namespace
}  // namespace qingqu::auth
