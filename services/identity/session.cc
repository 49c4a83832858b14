#include "services/identity/session.h"

#include <array>

#include "common/base/sodium.h"
#include "services/identity/secret_hash.h"

namespace qingqu::identity {
namespace {

constexpr size_t kHandleBytes = 16;
constexpr size_t kSecretBytes = 32;
using TokenBytes = std::array<unsigned char, kHandleBytes + kSecretBytes>;
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr size_t kTextSize = (kHandleBytes + kSecretBytes) / 3 * 4;

RefreshToken TokenOf(const TokenBytes& bytes) {
  std::array<char, kTextSize + 1> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kBase64);
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {.text = text.data(),
          .handle_hash = SecretHash(all.substr(0, kHandleBytes)),
          .secret_hash = SecretHash(all.substr(kHandleBytes))};
}

bool Decode(std::string_view text, TokenBytes& bytes) {
  size_t size = 0;
  return text.size() == kTextSize &&
         sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                           nullptr, kBase64) == 0 &&
         size == bytes.size();
}

}  // namespace

RefreshToken NewRefreshToken() {
  InitializeSodium();
  TokenBytes bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return TokenOf(bytes);
}

RefreshToken NextRefreshToken(const RefreshToken& present) {
  TokenBytes bytes{};
  Decode(present.text, bytes);
  randombytes_buf(bytes.data() + kHandleBytes, kSecretBytes);
  return TokenOf(bytes);
}

bool ParseRefreshToken(std::string_view text, RefreshToken& token) {
  InitializeSodium();
  TokenBytes bytes{};
  if (!Decode(text, bytes)) return false;
  token = TokenOf(bytes);
  return true;
}

bool IsOver(const Session& session, absl::Time now) {
  return session.ended || now >= session.used_at + kSessionIdleMax ||
         now >= session.started_at + kSessionMax;
}

}  // namespace qingqu::identity
