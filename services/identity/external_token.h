#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/identity/oidc_issuer.h"
#include "services/identity/web_key.h"

namespace qingqu::identity {

inline constexpr size_t kExternalTokenBytesMax = 16 * 1024;
inline constexpr absl::Duration kExternalTokenAgeMax = absl::Minutes(10);
inline constexpr absl::Duration kExternalClockLeeway = absl::Seconds(30);

// A token of somebody else, read and not believed yet.
struct ExternalToken {
  std::string algorithm;
  std::string key_id;
  std::string issuer;
  std::string payload;      // JSON
  std::string signed_text;  // header and payload as they stand in the token
  std::string signature;
};

// Errors of all here are UNAUTHENTICATED EXTERNAL_TOKEN_REFUSED with `because`: TOO_LONG,
// MALFORMED, ALGORITHM, KEY_UNKNOWN, SIGNATURE, ISSUER, AUDIENCE, EXPIRED, NOT_YET_VALID, TOO_OLD,
// SUBJECT. ALREADY_USED comes later, when somebody signs in with it.

absl::StatusOr<ExternalToken> ParseExternalToken(std::string_view token);
// The algorithm is one that the issuer may use, and the one that the key is for; the signature
// fits.
absl::Status CheckSignature(const ExternalToken& token, const OidcIssuer& issuer,
                            const WebKeys& keys);
// Issuer, audience and times; whom the token speaks for.
absl::StatusOr<std::string> SubjectOf(const ExternalToken& token, const OidcIssuer& issuer,
                                      absl::Time now);

}  // namespace qingqu::identity
