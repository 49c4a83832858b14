#include "services/identity/secret_hash.h"

#include <array>

#include "common/base/sodium.h"

namespace qingqu::identity {

std::string SecretHash(std::string_view bytes) {
  InitializeSodium();
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  std::array<char, 2 * digest.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

}  // namespace qingqu::identity
