#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"

namespace qingqu::auth {

// The payload of a token (RFC 7519 4.1), a JSON object:
//
//   iss, aud   "qingqu"                     sub    user id
//   iat, exp   whole Unix seconds           nbf    the same, optional
//   jti        id of the token              scope  as ScopeName; never "system"
//   roles      array of role names          inst, alliance, supplier, dept  ids, left out when
//                                                   empty
//   only       "enrolment" for Principal::enrolment_only, "delegation" for who acts by one, else
//   left
//              out; who does not know the value refuses the token
//   within     "institution" for Principal::confined, else left out
//   for, dlg   with "delegation" alone: on whose behalf (user id), and the delegation's id
//   perms      with "delegation" alone: Principal::only_permissions, left out when empty
struct TokenClaims {
  Principal principal;  // acting_service is not part of the payload: the key says it
  std::string token_id;
  absl::Time issued_at;
  absl::Time not_before = absl::InfinitePast();
  absl::Time ends_at;
};

inline constexpr absl::Duration kTokenLifetimeMax = absl::Hours(24);
// By how much the issuer's clock may be ahead of ours.
inline constexpr absl::Duration kIssuerClockLeeway = absl::Seconds(30);

// OK when a token may speak for `principal`: it has a user, the id that its scope is about, at most
// 16 roles named [a-z_]{1,40}, texts of at most 256 bytes that PostgreSQL can hold, and is not the
// system; who acts for another, and not only to enrol, by a delegation with an id, of at most 64
// permissions. A role that this process does not know yet is let through, and grants nothing.
// INVALID_ARGUMENT otherwise, saying what is wrong.
absl::Status ValidatePrincipal(const Principal& principal);

// The JSON of `claims`, whose principal is valid.
std::string EncodeClaims(const TokenClaims& claims);

// UNAUTHENTICATED TOKEN_INVALID for anything that EncodeClaims does not write; claims that are not
// listed above are ignored.
absl::StatusOr<TokenClaims> DecodeClaims(std::string_view json);

// UNAUTHENTICATED: TOKEN_EXPIRED from the second `exp` on; TOKEN_INVALID before `nbf`, before `iat`
// less the leeway, or when it would live longer than kTokenLifetimeMax.
absl::Status CheckTimes(const TokenClaims& claims, absl::Time now);

}  // namespace qingqu::auth
