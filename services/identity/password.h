#pragma once

#include <string_view>

#include "common/status/status.h"

namespace qingqu::identity {

inline constexpr int kPasswordCharactersMin = 10;
inline constexpr int kPasswordCharactersMax = 200;

// Adds a violation when `password` is too short, too long, the user's own id (whatever the case),
// one character repeated, or one of a small list of those tried first everywhere (NIST SP 800-63B
// 5.1.1.2). No rules about kinds of characters.
void CheckPassword(std::string_view field, std::string_view user_id, std::string_view password,
                   FieldViolations& violations);

}  // namespace qingqu::identity
