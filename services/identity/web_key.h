#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::identity {

// A public key of somebody else's tokens (RFC 7517): RSA of 2048 to 8192 bits for RS256, or P-256
// for ES256. The key says which algorithm it is for, never the token. Immutable.
class WebKey {
 public:
  virtual ~WebKey() = default;
  virtual std::string_view algorithm() const = 0;  // "RS256", "ES256"
  // RFC 7515 5.2: `signature` as it stands in the token, decoded.
  virtual bool Verifies(std::string_view signed_text, std::string_view signature) const = 0;
};

// By key id.
using WebKeys = std::map<std::string, std::shared_ptr<const WebKey>, std::less<>>;

// The keys of a JSON Web Key Set that can be used here: those with an id, for signatures, of the
// kinds above; others are passed over. INVALID_ARGUMENT when it is no such set, holds none, more
// than 32, or two of one id.
absl::StatusOr<WebKeys> ParseWebKeys(std::string_view json);

}  // namespace qingqu::identity
