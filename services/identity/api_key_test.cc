#include "services/identity/api_key.h"

#include <vector>

#include "gtest/gtest.h"

namespace qingqu::identity {
namespace {

TEST(ApiKeyTest, IsReadAsItWasMade) {
  const ApiKeyText made = NewApiKey();
  EXPECT_EQ(made.text.size(), 63u);
  EXPECT_TRUE(made.text.starts_with("qk_" + made.handle + "_"));
  const auto read = ParseApiKey(made.text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->handle, made.handle);
  EXPECT_EQ(read->secret_hash, made.secret_hash);
  const ApiKeyText other = NewApiKey();
  EXPECT_NE(other.handle, made.handle);
  EXPECT_NE(other.secret_hash, made.secret_hash);
}

TEST(ApiKeyTest, AnythingElseIsNone) {
  const std::string text = NewApiKey().text;
  std::string capital = text;
  capital[3] = 'A';
  std::string joined = text;
  joined[19] = '-';
  for (const std::string& wrong : {std::string(), std::string("qk_"), text + "x", text.substr(1),
                                   capital, joined, text.substr(0, 62) + "=", "pk" + text.substr(2),
                                   text.substr(0, 30) + '\0' + text.substr(31)}) {
    EXPECT_FALSE(ParseApiKey(wrong).has_value()) << wrong;
  }
}

TEST(ApiKeyTest, IsActiveUntilItEndsOrIsRevoked) {
  const absl::Time now = absl::FromUnixSeconds(1'790'000'000);
  ApiKey key{.expires_at = now + absl::Seconds(1)};
  EXPECT_TRUE(IsActive(key, now));
  EXPECT_FALSE(IsActive(key, now + absl::Seconds(1)));
  key.revoked_at = now;
  EXPECT_FALSE(IsActive(key, now));
}

TEST(ApiKeyTest, CertificatesAreNamedByTheirFingerprint) {
  const std::string fingerprint(64, 'a');
  EXPECT_EQ(CertificateFingerprint(fingerprint), fingerprint);
  std::string with_colons;
  for (int byte = 0; byte < 32; ++byte) with_colons += byte == 0 ? "AA" : ":AA";
  EXPECT_EQ(CertificateFingerprint(with_colons), fingerprint);
  for (const std::string& wrong : {std::string(), std::string(63, 'a'), std::string(64, 'g')}) {
    EXPECT_EQ(CertificateFingerprint(wrong), "");
  }
}

TEST(ApiKeyTest, WhoIsBoundMustShowOneOfThem) {
  const std::vector<std::string> bound{std::string(64, 'a'), std::string(64, 'b')};
  EXPECT_TRUE(CertificateFits({}, ""));
  EXPECT_TRUE(CertificateFits({}, std::string(64, 'c')));
  EXPECT_TRUE(CertificateFits(bound, std::string(64, 'b')));
  EXPECT_FALSE(CertificateFits(bound, std::string(64, 'c')));
  EXPECT_FALSE(CertificateFits(bound, ""));
}

}  // namespace
}  // namespace qingqu::identity
