#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qingqu::identity {

inline constexpr std::string_view kRs256 = "RS256";
inline constexpr std::string_view kEs256 = "ES256";

// Strict RFC 4648 5 without padding; nullopt for anything else.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace qingqu::identity
