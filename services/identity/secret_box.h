#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qingqu::identity {

// Seals what must be read again and yet must not lie open in the database: libsodium's secretbox
// (XSalsa20-Poly1305) under a key of the keys directory. Thread-safe.
class SecretBox {
 public:
  // `key`: 32 bytes.
  explicit SecretBox(std::string key);
  // Base64. `owner` is sealed in: what is moved to another owner does not open.
  std::string Seal(std::string_view owner, std::string_view secret) const;
  // nullopt when it was not sealed with this key for this owner.
  std::optional<std::string> Open(std::string_view owner, std::string_view sealed) const;

 private:
  const std::string key_;
};

}  // namespace qingqu::identity
