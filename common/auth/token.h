#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/clock.h"

namespace qingqu::auth {

// ES256 JSON Web Tokens (RFC 7519, RFC 7518 3.4). One algorithm, pinned; the key is chosen by `kid`
// among the public keys in the key directory; "none" and every other algorithm are refused.
//
// Key directory: <key id>.key.pem (private, mode 0600, only where that process signs) and <key
// id>.pub.pem. The key id is "identity" or "identity-<number>" for tokens of users,
// "service-<name>" for tokens with which a service acts on behalf of a user.

inline constexpr std::string_view kIdentityKeyId = "identity";

// Signs with one private key. Thread-safe.
class TokenSigner {
 public:
  // Loads <key_id>.key.pem, or creates a P-256 key pair (files written atomically, safe when two
  // processes race) if it is not there yet.
  static absl::StatusOr<std::unique_ptr<TokenSigner>> LoadOrCreate(const std::string& keys_dir,
                                                                   std::string_view key_id,
                                                                   const Clock* clock);
  virtual ~TokenSigner() = default;
  // A token for `principal` that ends after `lifetime`. For a service key, `principal` is the user
  // it acts for, and acting_service is implied by the key.
  virtual absl::StatusOr<std::string> Sign(const Principal& principal,
                                           absl::Duration lifetime) const = 0;
  // The public key as a JWK (RFC 7517) JSON object, for publication.
  virtual std::string PublicJwk() const = 0;
};

// Verifies tokens against the directory's public keys. Thread-safe. Verified tokens are remembered
// (bounded) until they end, so that a repeated token costs a look-up.
class TokenVerifier {
 public:
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Create(const std::string& keys_dir,
                                                               const Clock* clock);
  virtual ~TokenVerifier() = default;
  // UNAUTHENTICATED with reason TOKEN_INVALID or TOKEN_EXPIRED. An unknown key id, or a signature
  // that the known key does not fit, makes it look into the directory again, at most once a second;
  // every ten seconds it looks anyway, so that a key that was taken away is not trusted any more.
  virtual absl::StatusOr<Principal> Verify(std::string_view token) const = 0;
};

}  // namespace qingqu::auth
