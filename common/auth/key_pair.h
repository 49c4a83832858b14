#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::auth {

// Keys on the curve P-256, for ES256 (RFC 7518 3.4). Everything here is pure computation;
// key_directory.h keeps the files. Errors are INVALID_ARGUMENT with a message that completes a
// sentence about the key.

// A new private key: PKCS#8, PEM.
absl::StatusOr<std::string> GeneratePrivateKey();

// The public key (SubjectPublicKeyInfo, PEM) of a private key. The same key gives the same bytes.
absl::StatusOr<std::string> PublicKeyOf(std::string_view private_pem);

// OK when `public_pem` is a public key on P-256.
absl::Status ValidatePublicKey(std::string_view public_pem);

// The JWK (RFC 7517, RFC 7518 6.2.1) of a public key, as a JSON object in one line.
absl::StatusOr<std::string> PublicKeyToJwk(std::string_view public_pem, std::string_view key_id);

}  // namespace qingqu::auth
