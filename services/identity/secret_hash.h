#pragma once

#include <string>
#include <string_view>

namespace qingqu::identity {

// BLAKE2b-256 in lower-case hex: what is kept of a secret that is random, so that no slow hash is
// needed.
std::string SecretHash(std::string_view bytes);

}  // namespace qingqu::identity
