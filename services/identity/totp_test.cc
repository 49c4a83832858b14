#include "services/identity/totp.h"

#include <set>

#include "gtest/gtest.h"

#include "services/identity/secret_box.h"

namespace qingqu::identity {
namespace {

// RFC 6238, appendix B; SHA-1.
TEST(TotpTest, VectorsOfTheRfc) {
  const std::string key = "12345678901234567890";
  const std::vector<std::pair<int64_t, std::string>> vectors{{59, "94287082"},
                                                             {1'111'111'109, "07081804"},
                                                             {1'111'111'111, "14050471"},
                                                             {1'234'567'890, "89005924"},
                                                             {2'000'000'000, "69279037"},
                                                             {20'000'000'000, "65353130"}};
  for (const auto& [seconds, code] : vectors) {
    const int64_t step = TotpStepAt(absl::FromUnixSeconds(seconds));
    EXPECT_EQ(TotpCode(key, step, 8), code) << seconds;
    EXPECT_EQ(TotpCode(key, step), code.substr(2)) << seconds;
  }
}

TEST(TotpTest, OneStepToEitherSideAndEachOnce) {
  const std::string key = NewTotpKey();
  EXPECT_EQ(key.size(), 20u);
  const absl::Time now = absl::FromUnixSeconds(1'790'000'010);
  const int64_t step = TotpStepAt(now);
  for (const int64_t near : {step - 1, step, step + 1}) {
    EXPECT_EQ(FindTotpStep(key, TotpCode(key, near), now, 0), near);
    EXPECT_EQ(FindTotpStep(key, TotpCode(key, near), now, near), std::nullopt) << "used";
    EXPECT_EQ(FindTotpStep(key, TotpCode(key, near), now, near + 1), std::nullopt)
        << "older than a used one";
  }
  EXPECT_EQ(FindTotpStep(key, TotpCode(key, step - 2), now, 0), std::nullopt);
  EXPECT_EQ(FindTotpStep(key, TotpCode(key, step + 2), now, 0), std::nullopt);
  for (const std::string& wrong : {std::string(), std::string("12345"), TotpCode(key, step, 8)}) {
    EXPECT_EQ(FindTotpStep(key, wrong, now, 0), std::nullopt) << wrong;
  }
}

// RFC 4648, section 10.
TEST(TotpTest, Base32OfTheRfc) {
  EXPECT_EQ(Base32(""), "");
  EXPECT_EQ(Base32("f"), "MY");
  EXPECT_EQ(Base32("fo"), "MZXQ");
  EXPECT_EQ(Base32("foo"), "MZXW6");
  EXPECT_EQ(Base32("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(Base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(OtpauthUri("li", "12345678901234567890"),
            "otpauth://totp/Qingqu:li?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Qingqu&"
            "algorithm=SHA1&digits=6&period=30");
}

TEST(TotpTest, RecoveryCodesAreKnownByTheirHash) {
  const std::vector<std::string> codes = NewRecoveryCodes();
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10u);
  const std::string& code = codes.front();
  EXPECT_EQ(code.size(), 19u);
  std::string typed = "  ";
  for (const char character : code) typed += static_cast<char>(std::toupper(character));
  EXPECT_EQ(RecoveryCodeHash(typed), RecoveryCodeHash(code));
  EXPECT_EQ(RecoveryCodeHash(code).size(), 64u);
  EXPECT_NE(RecoveryCodeHash(code), RecoveryCodeHash(codes.back()));
  EXPECT_EQ(RecoveryCodeHash("123456"), "");
}

TEST(SecretBoxTest, OpensWithItsKeyForItsOwner) {
  const SecretBox box(std::string(32, 'k'));
  const std::string sealed = box.Seal("li", std::string("secret\0bytes", 12));
  EXPECT_EQ(box.Open("li", sealed), std::string("secret\0bytes", 12));
  EXPECT_NE(box.Seal("li", std::string("secret\0bytes", 12)), sealed) << "a nonce of its own";
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(box.Open("wang", sealed), std::nullopt);
  EXPECT_EQ(SecretBox(std::string(32, 'x')).Open("li", sealed), std::nullopt);
  std::string changed = sealed;
  changed[40] = changed[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(box.Open("li", changed), std::nullopt);
  EXPECT_EQ(box.Open("li", ""), std::nullopt);
  EXPECT_EQ(box.Open("li", "not base64!"), std::nullopt);
}

}  // namespace
}  // namespace qingqu::identity
