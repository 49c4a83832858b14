#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::auth {

// The files of the key directory (see token.h): <key id>.key.pem and <key id>.pub.pem. Errors are
// FAILED_PRECONDITION KEY_UNUSABLE with the path. Safe against other processes that do the same.

inline constexpr size_t kPublicKeysMax = 64;

// True for "identity", "identity-<number>" (1 to 999999) and "service-<name>" of at most 40
// characters out of [a-z0-9-]. Nothing else
// becomes part of a path, and no key of another name is trusted.
bool IsKeyId(std::string_view key_id);
// "usage" for "service-usage"; "" for "identity" and "identity-7".
std::string_view ServiceOfKey(std::string_view key_id);

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};

// The key pair `key_id`, created (with the directory) if it is not there. All who race for it get
// the same pair. A private key that others than its owner may read is refused. The public file is
// written again when it does not fit the private one, so that a crash between the two heals.
absl::StatusOr<KeyPair> LoadOrCreateKeyPair(const std::string& keys_dir, std::string_view key_id);

// Takes both files away; fine when they are not there. Verifiers go on with what they have until
// they read the directory again, at most ten seconds later.
absl::Status RemoveKeyPair(const std::string& keys_dir, std::string_view key_id);

// 32 random bytes that <name>.secret holds in hex, created (with the directory) if it is not there.
// All who race for it get the same. `name` as the part after "service-" in a key id.
absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& keys_dir, std::string_view name);

// Key id → public key in PEM.
using PublicKeys = std::map<std::string, std::string, std::less<>>;

// All public keys of the directory, at most kPublicKeysMax. One unusable key file is an error of
// the whole.
absl::StatusOr<PublicKeys> LoadPublicKeys(const std::string& keys_dir);

}  // namespace qingqu::auth
