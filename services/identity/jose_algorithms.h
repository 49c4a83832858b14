#pragma once

#include <string_view>

namespace qingqu::identity {

// Of RFC 7518 3.1, those that an issuer's token may be signed with.
inline constexpr std::string_view kRs256 = "RS256";
inline constexpr std::string_view kEs256 = "ES256";

}  // namespace qingqu::identity
