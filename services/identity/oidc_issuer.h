#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu::identity {

// A hospital's own sign-in, whose tokens (OpenID Connect, RFC 7519) prove who its people are.
struct OidcIssuer {
  std::string issuer;       // `iss`, letter for letter
  std::string audience;     // must be, or be in, `aud`
  std::string institution;  // the id of whose users it may speak for, and nobody else's
  std::string jwks;         // "https://…", "http://127.0.0.1…" or the path of a file
  std::string subject_claim = "sub";
  std::vector<std::string> algorithms = {"RS256", "ES256"};
};

// The issuers of --oidc_issuers_file:
//   {"issuers": [{"issuer": …, "audience": …, "institution": …, "jwks": …,
//                 "subject_claim": "sub", "algorithms": ["RS256", "ES256"]}]}
// the last two of which may be left out. INVALID_ARGUMENT OIDC_ISSUERS_INVALID, saying what is
// wrong: also for a member that is not known, another algorithm, an issuer twice, a key set over
// plain HTTP from another machine.
absl::StatusOr<std::vector<OidcIssuer>> ParseOidcIssuers(std::string_view json);
// None for an empty path.
absl::StatusOr<std::vector<OidcIssuer>> ReadOidcIssuers(const std::string& path);

}  // namespace qingqu::identity
