#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/sealed_log/note.h"

namespace qingqu::sealed_log {

struct NamedKey {
  std::string name;
  PrivateKey key;
};

// The key pair in `folder`: <stem>.key.pem and, for whoever wants to verify, <stem>.vkey, a line of
// FormatVerifierKey. Made (with the folder) if it is not there; all who race for it get the same.
// Errors are FAILED_PRECONDITION with the path; a private key that others than its owner may read
// is one. `name` and `type` say under which name the key signs.
absl::StatusOr<NamedKey> LoadOrCreateKey(const std::string& folder, std::string_view stem,
                                         std::string_view name,
                                         SignatureType type = SignatureType::kEd25519);

// A verifier key out of a file of one line.
absl::StatusOr<VerifierKey> LoadVerifierKey(const std::string& path);

}  // namespace qingqu::sealed_log
