#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qingqu {

// Strict RFC 4648 5 without padding: each content has one text, so that nobody makes variants of a
// token. nullopt for anything else.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace qingqu
