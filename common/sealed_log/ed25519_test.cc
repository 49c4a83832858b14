#include "common/sealed_log/ed25519.h"

#include "gtest/gtest.h"

#include "common/sealed_log/encoding.h"

namespace qingqu::sealed_log {
namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032 7.1: TEST 1, 2, 3 and SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}};

TEST(Ed25519Test, VectorsOfTheRfc) {
  for (const Vector& vector : kVectors) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::FromSeed(*BytesFromHex(vector.seed));
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(HexOf(KeyBytes(key->public_key())), vector.public_key);
    const std::string message = *BytesFromHex(vector.message);
    const std::string signature = key->Sign(message);
    EXPECT_EQ(HexOf(signature), vector.signature);
    EXPECT_TRUE(IsSignature(key->public_key(), message, signature));
    EXPECT_FALSE(IsSignature(key->public_key(), message + "x", signature));
    EXPECT_FALSE(IsSignature(key->public_key(), message, signature.substr(1)));
    EXPECT_FALSE(IsSignature(key->public_key(), message, ""));
    for (size_t i = 0; i < signature.size(); i += 5) {
      std::string wrong = signature;
      wrong[i] = static_cast<char>(wrong[i] ^ 1);
      EXPECT_FALSE(IsSignature(key->public_key(), message, wrong));
    }
  }
}

TEST(Ed25519Test, PemAndBack) {
  const absl::StatusOr<PrivateKey> key = PrivateKey::Generate();
  ASSERT_TRUE(key.ok());
  const absl::StatusOr<PrivateKey> again = PrivateKey::FromPem(key->ToPem());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), key->public_key());
  EXPECT_EQ(again->Sign("text"), key->Sign("text"));
  EXPECT_NE(PrivateKey::Generate()->public_key(), key->public_key());
}

TEST(Ed25519Test, OtherKeysAreRefused) {
  EXPECT_FALSE(PrivateKey::FromPem("").ok());
  EXPECT_FALSE(PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\n").ok());
  EXPECT_FALSE(PrivateKey::FromSeed("short").ok());
  EXPECT_FALSE(PublicKeyFromBytes("short").ok());
  // A key on P-256.
  EXPECT_FALSE(
      PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgG+nik7WjbYRI8LEb\n"
                          "MCflvYc3SeR0kMwXAyAWClLVnBShRANCAATunlvuldOZHhg8NRkrmPffxGR8YpAm\n"
                          "UdpN9RI61YDVqjQm9wtEbEKM0P3RdwSq7Jpirdysg0ocEAmQC3TIiKG8\n"
                          "-----END PRIVATE KEY-----\n")
          .ok());
}

}  // namespace
}  // namespace qingqu::sealed_log
