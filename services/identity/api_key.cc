#include "services/identity/api_key.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"

#include "common/base/sodium.h"
#include "services/identity/secret_hash.h"

namespace qingqu::identity {
namespace {

constexpr std::string_view kPrefix = "qk_";
constexpr size_t kHandleBytes = 8;
constexpr size_t kHandleDigits = 2 * kHandleBytes;
constexpr size_t kSecretBytes = 32;
constexpr size_t kSecretCharacters = 43;
constexpr size_t kSecretAt = kPrefix.size() + kHandleDigits + 1;
constexpr size_t kFingerprintDigits = 64;
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

using Secret = std::array<unsigned char, kSecretBytes>;

bool IsHexDigit(char character) {
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
}

std::string Hex(const unsigned char* bytes, size_t size) {
  std::string hex(2 * size + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, size);
  hex.pop_back();
  return hex;
}

std::string HashOf(const Secret& secret) {
  return SecretHash({reinterpret_cast<const char*>(secret.data()), secret.size()});
}

}  // namespace

ApiKeyText NewApiKey() {
  InitializeSodium();
  std::array<unsigned char, kHandleBytes> handle{};
  Secret secret{};
  randombytes_buf(handle.data(), handle.size());
  randombytes_buf(secret.data(), secret.size());
  std::array<char, kSecretCharacters + 1> text{};
  sodium_bin2base64(text.data(), text.size(), secret.data(), secret.size(), kBase64);
  ApiKeyText key{.handle = Hex(handle.data(), handle.size()), .secret_hash = HashOf(secret)};
  key.text = fmt::format("{}{}_{}", kPrefix, key.handle, text.data());
  return key;
}

std::optional<ApiKeyText> ParseApiKey(std::string_view text) {
  InitializeSodium();
  if (text.size() != kSecretAt + kSecretCharacters || !text.starts_with(kPrefix) ||
      text[kSecretAt - 1] != '_') {
    return std::nullopt;
  }
  const std::string handle(text.substr(kPrefix.size(), kHandleDigits));
  if (!std::all_of(handle.begin(), handle.end(), IsHexDigit)) return std::nullopt;
  Secret secret{};
  size_t size = 0;
  if (sodium_base642bin(secret.data(), secret.size(), text.data() + kSecretAt, kSecretCharacters,
                        nullptr, &size, nullptr, kBase64) != 0 ||
      size != secret.size()) {
    return std::nullopt;
  }
  return ApiKeyText{.text = std::string(text), .handle = handle, .secret_hash = HashOf(secret)};
}

bool IsActive(const ApiKey& key, absl::Time now) {
  return key.revoked_at == absl::UnixEpoch() && now < key.expires_at;
}

std::string CertificateFingerprint(std::string_view text) {
  std::string fingerprint;
  for (const char character : text) {
    if (character == ':') continue;
    fingerprint +=
        character >= 'A' && character <= 'F' ? static_cast<char>(character - 'A' + 'a') : character;
  }
  const bool proper = fingerprint.size() == kFingerprintDigits &&
                      std::all_of(fingerprint.begin(), fingerprint.end(), IsHexDigit);
  return proper ? fingerprint : "";
}

bool CertificateFits(std::span<const std::string> bound, std::string_view shown) {
  return bound.empty() || std::find(bound.begin(), bound.end(), shown) != bound.end();
}

}  // namespace qingqu::identity
