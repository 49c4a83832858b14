#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::sealed_log {

// Signatures of RFC 8032 5.1, by OpenSSL. Errors are INVALID_ARGUMENT with a message that completes
// a sentence about the key.

inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;
using PublicKey = std::array<uint8_t, kPublicKeyBytes>;

// INVALID_ARGUMENT unless there are 32 bytes.
absl::StatusOr<PublicKey> PublicKeyFromBytes(std::string_view bytes);
// The key's bytes; valid as long as `key`.
std::string_view KeyBytes(const PublicKey& key);

bool IsSignature(const PublicKey& key, std::string_view message, std::string_view signature);

// Copies share the key, which is wiped with the last of them. Thread-safe.
class PrivateKey {
 public:
  static absl::StatusOr<PrivateKey> Generate();
  // `seed`: the 32 bytes that RFC 8032 calls the private key.
  static absl::StatusOr<PrivateKey> FromSeed(std::string_view seed);
  // PKCS#8 without a pass phrase.
  static absl::StatusOr<PrivateKey> FromPem(std::string_view pem);

  std::string ToPem() const;
  const PublicKey& public_key() const { return public_key_; }
  // 64 bytes. The same message gives the same signature.
  std::string Sign(std::string_view message) const;

 private:
  struct Held;
  static absl::StatusOr<PrivateKey> FromHeld(std::shared_ptr<Held> held);

  std::shared_ptr<const Held> held_;
  PublicKey public_key_{};
};

}  // namespace qingqu::sealed_log
