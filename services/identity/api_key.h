#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace qingqu::identity {

inline constexpr int kActiveApiKeysMax = 2;
inline constexpr absl::Duration kApiKeyLifetimeDefault = absl::Hours(24 * 90);
inline constexpr absl::Duration kApiKeyLifetimeMax = absl::Hours(24 * 366);
inline constexpr int kCertificatesMax = 4;

// "qk_<16 hex digits>_<43 characters of base64url>": the first part names the key, the second is 32
// random bytes, of which only a hash (BLAKE2b-256, hex) is kept.
struct ApiKeyText {
  std::string text;
  std::string handle;
  std::string secret_hash;
};
ApiKeyText NewApiKey();
// nullopt when `text` is no API key at all.
std::optional<ApiKeyText> ParseApiKey(std::string_view text);

// A key as it is kept. A revoked one's revoked_at is later than the epoch, and so is last_used_at
// once it was used.
struct ApiKey {
  std::string handle;
  std::string user_id;
  std::string secret_hash;
  absl::Time created_at;
  absl::Time expires_at;
  absl::Time revoked_at = absl::UnixEpoch();
  absl::Time last_used_at = absl::UnixEpoch();
};
bool IsActive(const ApiKey& key, absl::Time now);

// SHA-256 of a certificate in lower-case hex; colons and capitals are fine. "" when `text` is none.
std::string CertificateFingerprint(std::string_view text);
// True when the client is bound to no certificate, or has shown one that it is bound to. `shown`:
// as CallContext::client_certificate.
bool CertificateFits(std::span<const std::string> bound, std::string_view shown);

}  // namespace qingqu::identity
