#include "services/identity/totp.h"

#include <openssl/hmac.h>

#include <array>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/sodium.h"
#include "services/identity/secret_hash.h"

namespace qingqu::identity {
namespace {

constexpr size_t kKeyBytes = 20;
constexpr size_t kRecoveryBytes = 10;
constexpr size_t kRecoveryCharacters = 16;
constexpr size_t kGroup = 4;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

char LowerAscii(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                              : character;
}

std::string RandomBytes(size_t count) {
  InitializeSodium();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace

std::string NewTotpKey() { return RandomBytes(kKeyBytes); }

std::string TotpCode(std::string_view key, int64_t step, int digits) {
  std::array<unsigned char, 8> counter{};
  for (size_t index = 0; index < counter.size(); ++index) {
    counter[index] = static_cast<unsigned char>(static_cast<uint64_t>(step) >> (8 * (7 - index)));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  QINGQU_CHECK(HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(),
                    counter.size(), mac.data(), &size) != nullptr);
  // RFC 4226 5.3, dynamic truncation.
  const size_t offset = mac[size - 1] & 0xf;
  uint32_t value = 0;
  for (size_t index = 0; index < 4; ++index) value = value << 8 | mac[offset + index];
  value &= 0x7fffffff;
  uint32_t modulus = 1;
  for (int digit = 0; digit < digits; ++digit) modulus *= 10;
  return fmt::format("{:0{}}", value % modulus, digits);
}

int64_t TotpStepAt(absl::Time time) {
  return absl::ToUnixSeconds(time) / absl::ToInt64Seconds(kTotpStep);
}

std::optional<int64_t> FindTotpStep(std::string_view key, std::string_view code, absl::Time now,
                                    int64_t last_step) {
  InitializeSodium();
  if (code.size() != static_cast<size_t>(kTotpDigits)) return std::nullopt;
  std::optional<int64_t> found;
  const int64_t present = TotpStepAt(now);
  for (int64_t step = present - 1; step <= present + 1; ++step) {
    const std::string expected = TotpCode(key, step);
    const bool fits = sodium_memcmp(expected.data(), code.data(), expected.size()) == 0;
    if (fits && step > last_step && !found.has_value()) found = step;
  }
  return found;
}

std::string Base32(std::string_view bytes) {
  std::string text;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char byte : bytes) {
    buffer = buffer << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 5; bits -= 5) text += kAlphabet[buffer >> (bits - 5) & 31];
    buffer &= (1u << bits) - 1;
  }
  if (bits > 0) text += kAlphabet[buffer << (5 - bits) & 31];
  return text;
}

std::string OtpauthUri(std::string_view user_id, std::string_view key) {
  // A user id needs no escaping: [a-z0-9-].
  return fmt::format(
      "otpauth://totp/Qingqu:{}?secret={}&issuer=Qingqu&algorithm=SHA1&digits={}&period={}",
      user_id, Base32(key), kTotpDigits, absl::ToInt64Seconds(kTotpStep));
}

std::vector<std::string> NewRecoveryCodes() {
  std::vector<std::string> codes;
  while (codes.size() < static_cast<size_t>(kRecoveryCodes)) {
    std::string code;
    for (const char character : Base32(RandomBytes(kRecoveryBytes))) {
      if (code.size() % (kGroup + 1) == kGroup) code += '-';
      code += LowerAscii(character);
    }
    codes.push_back(code);
  }
  return codes;
}

std::string RecoveryCodeHash(std::string_view code) {
  std::string plain;
  for (const char character : code) {
    if (character == '-' || character == ' ') continue;
    plain += LowerAscii(character);
  }
  if (plain.size() != kRecoveryCharacters) return "";
  return SecretHash(plain);
}

}  // namespace qingqu::identity
