#include "common/auth/key_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "nlohmann/json.hpp"

namespace qingqu::auth {
namespace {

using testing::HasSubstr;

// A key on another curve, P-384.
constexpr std::string_view kForeignPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEY3BA5Cv6F07yC6ckdshbqVz59M9okH8I\n"
    "FhTAJ9Jatm3qXBNqIEDcjSwGzz59iznvDp0zmKUSH6TE36ifI2RHwUncKgvkSXoh\n"
    "d+sjp/Lb+aLbNC8ADorWOSWoxqa+FoQy\n"
    "-----END PUBLIC KEY-----\n";

// Made with `openssl ecparam -name prime256v1 -genkey`, whose x and y are the last 64 bytes of its
// DER form; x starts with a zero byte, which must stay.
constexpr std::string_view kKnownPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAG7kTnVTdDvx271mtbYyKqxib4fo\n"
    "Q27q14mz3hB1C5e0iRo41pi2Hp/W88F9Dt6XiXYXV32CfLgH7P2TBVgh8w==\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kKnownX = "AG7kTnVTdDvx271mtbYyKqxib4foQ27q14mz3hB1C5c";
constexpr std::string_view kKnownY = "tIkaONaYth6f1vPBfQ7el4l2F1d9gny4B-z9kwVYIfM";

TEST(KeyPairTest, GeneratedKeysDiffer) {
  const auto first = GeneratePrivateKey();
  const auto second = GeneratePrivateKey();
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok());
  EXPECT_THAT(*first, HasSubstr("-----BEGIN PRIVATE KEY-----"));
  EXPECT_NE(*first, *second);
}

TEST(KeyPairTest, PublicKeyIsAFunctionOfThePrivateOne) {
  const std::string private_pem = GeneratePrivateKey().value();
  const auto public_pem = PublicKeyOf(private_pem);
  ASSERT_TRUE(public_pem.ok()) << public_pem.status();
  EXPECT_EQ(*public_pem, PublicKeyOf(private_pem).value());
  EXPECT_TRUE(ValidatePublicKey(*public_pem).ok());
  EXPECT_NE(*public_pem, PublicKeyOf(GeneratePrivateKey().value()).value());
}

TEST(KeyPairTest, RefusesWhatIsNoKeyOnP256) {
  EXPECT_FALSE(ValidatePublicKey("").ok());
  EXPECT_FALSE(
      ValidatePublicKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----").ok());
  EXPECT_FALSE(ValidatePublicKey(GeneratePrivateKey().value()).ok());
  EXPECT_FALSE(PublicKeyOf("secret").ok());
  const absl::Status foreign = ValidatePublicKey(kForeignPublicKey);
  EXPECT_EQ(foreign.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(foreign.message()), HasSubstr("P-256"));
}

TEST(KeyPairTest, JwkHoldsTheCoordinates) {
  const auto jwk = PublicKeyToJwk(kKnownPublicKey, "identity");
  ASSERT_TRUE(jwk.ok()) << jwk.status();
  const nlohmann::json expected = {{"kty", "EC"},    {"crv", "P-256"},    {"use", "sig"},
                                   {"alg", "ES256"}, {"kid", "identity"}, {"x", kKnownX},
                                   {"y", kKnownY}};
  EXPECT_EQ(nlohmann::json::parse(*jwk), expected);
}

}  // namespace
}  // namespace qingqu::auth
