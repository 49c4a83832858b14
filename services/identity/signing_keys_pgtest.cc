#include <filesystem>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "common/base/sodium.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

class SigningKeysTest : public ::testing::Test, protected TestIdentity {
 protected:
  SigningKeysTest() {
    MakeOrganisation();
    MakeNurse("li");
    verifier_ = *auth::TokenVerifier::Create(keys.path(), &clock);
  }
  absl::StatusOr<v1::SigningKey> Rotate(absl::Duration ahead = absl::ZeroDuration(),
                                        bool revoke = false) {
    v1::RotateSigningKeyRequest request;
    if (ahead != absl::ZeroDuration()) {
      request.mutable_activate_time()->set_seconds(absl::ToUnixSeconds(clock.Now() + ahead));
    }
    request.set_revoke_present(revoke);
    return credentials.RotateSigningKey(Admin(), request);
  }
  std::string Token() { return SignIn("li", kPassword)->access_token(); }
  static std::string KeyIdOf(const std::string& token) {
    const std::string header = token.substr(0, token.find('.'));
    std::string json(header.size(), '\0');
    size_t size = 0;
    sodium_base642bin(reinterpret_cast<unsigned char*>(json.data()), json.size(), header.data(),
                      header.size(), nullptr, &size, nullptr,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    json.resize(size);
    return nlohmann::json::parse(json)["kid"];
  }
  std::string ReasonOf(const std::string& token) {
    return ErrorReason(verifier_->Verify(token).status());
  }
  std::string KeyIds() {
    std::string ids;
    const auto set = nlohmann::json::parse(credentials.GetJsonWebKeys(Nobody(), {})->json());
    for (const auto& key : set["keys"]) {
      EXPECT_EQ(key["alg"], "ES256");
      EXPECT_FALSE(key.contains("d")) << "no private part";
      ids += (ids.empty() ? "" : " ") + key["kid"].get<std::string>();
    }
    return ids;
  }

  std::unique_ptr<auth::TokenVerifier> verifier_;
};

TEST_F(SigningKeysTest, NobodyIsSignedOutByARotation) {
  const std::string before = Token();
  EXPECT_EQ(KeyIdOf(before), "identity");
  EXPECT_EQ(KeyIds(), "identity");
  const auto rotated = Rotate();
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->key_id(), "identity-1");
  const std::string after = Token();
  EXPECT_EQ(KeyIdOf(after), "identity-1");
  EXPECT_EQ(ReasonOf(after), "") << "found by a verifier that began before";
  EXPECT_EQ(ReasonOf(before), "");
  EXPECT_EQ(KeyIds(), "identity identity-1");
  clock.Advance(absl::Minutes(10));
  EXPECT_EQ(ReasonOf(before), "TOKEN_EXPIRED");
  clock.Advance(absl::Minutes(1));
  Token();
  EXPECT_EQ(KeyIds(), "identity-1") << "its last token has ended";
  EXPECT_FALSE(std::filesystem::exists(keys.File("identity.key.pem")));
  EXPECT_EQ(database.Value("SELECT resource || ' ' || actor_user_id FROM journal.entry "
                           "WHERE event = 'signing_key.rotated'"),
            "signingKeys/identity-1 admin");
}

TEST_F(SigningKeysTest, EightAreTrustedAtATime) {
  for (int made = 1; made < 8; ++made) ASSERT_TRUE(Rotate().ok()) << made;
  EXPECT_EQ(ErrorReason(Rotate().status()), "TOO_MANY_SIGNING_KEYS");
  EXPECT_EQ(ErrorReason(Rotate(absl::Hours(1)).status()), "TOO_MANY_SIGNING_KEYS");
  ASSERT_TRUE(Rotate(absl::ZeroDuration(), true).ok()) << "a stolen key can always be revoked";
  EXPECT_EQ(KeyIds(), "identity-8");
  for (int made = 1; made < 8; ++made) ASSERT_TRUE(Rotate().ok()) << made;
  EXPECT_EQ(ErrorReason(Rotate().status()), "TOO_MANY_SIGNING_KEYS");
  clock.Advance(absl::Minutes(12));
  EXPECT_TRUE(Rotate().ok()) << "their last tokens have ended";
}

TEST_F(SigningKeysTest, AnotherProcessTakesTheNewKeyUpWithinASecond) {
  const auto other =
      SigningKeys::Create({.keys_dir = keys.path(), .clock = &clock, .pool = &pool()});
  ASSERT_TRUE(other.ok());
  const auth::Principal nurse = testing::CallBy("li", "department_nurse").principal;
  EXPECT_EQ(KeyIdOf(*(*other)->Sign(nurse, absl::Minutes(1))), "identity");
  ASSERT_TRUE(Rotate().ok());
  clock.Advance(absl::Seconds(1));
  const std::string token = *(*other)->Sign(nurse, absl::Minutes(1));
  EXPECT_EQ(KeyIdOf(token), "identity-1");
  EXPECT_EQ(ReasonOf(token), "");
  EXPECT_EQ(Rotate()->key_id(), "identity-2");
}

TEST_F(SigningKeysTest, AKeyCanBePublishedBeforeItSigns) {
  ASSERT_TRUE(Rotate(absl::Hours(1)).ok());
  EXPECT_EQ(KeyIds(), "identity identity-1");
  EXPECT_EQ(KeyIdOf(Token()), "identity");
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(KeyIdOf(Token()), "identity-1");
  EXPECT_EQ(KeyIds(), "identity identity-1") << "tokens of the last minutes are out";
  EXPECT_EQ(ErrorReason(Rotate(-absl::Seconds(1)).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Rotate(absl::Hours(24 * 31)).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Rotate(absl::Hours(1), true).status()), "INVALID_FIELD");
}

TEST_F(SigningKeysTest, AStolenKeyIsNotTrustedAfterTenSeconds) {
  const auto signed_in = SignIn("li", kPassword);
  EXPECT_EQ(ReasonOf(signed_in->access_token()), "");
  ASSERT_TRUE(Rotate(absl::ZeroDuration(), true).ok());
  const std::string after = Token();
  clock.Advance(absl::Seconds(10));
  EXPECT_EQ(ReasonOf(signed_in->access_token()), "TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(after), "");
  EXPECT_EQ(KeyIds(), "identity-1");
  const auto refreshed = Refresh(signed_in->refresh_token());
  ASSERT_TRUE(refreshed.ok()) << "sessions go on";
  EXPECT_EQ(ReasonOf(refreshed->access_token()), "");
}

}  // namespace
}  // namespace qingqu::identity
