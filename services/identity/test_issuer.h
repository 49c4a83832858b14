#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace qingqu::identity {

// {"keys": […]}.
std::string KeySetOf(const std::vector<nlohmann::json>& keys);

// For tests: a hospital's own sign-in system, with an RSA or a P-256 key that it makes.
class TestIssuer {
 public:
  // `algorithm`: "RS256" or "ES256".
  TestIssuer(const std::string& key_id, const std::string& algorithm, int rsa_bits = 2048);
  ~TestIssuer();

  // The public key as a JWK, and a set of it alone.
  nlohmann::json Jwk() const;
  std::string KeySet() const { return KeySetOf({Jwk()}); }

  // A token of these claims. `header` is merged over {"alg": …, "kid": …}.
  std::string Token(const nlohmann::json& claims,
                    const nlohmann::json& header = nlohmann::json::object()) const;

 private:
  struct Key;
  std::string Sign(const std::string& text) const;
  const std::string key_id_;
  const std::string algorithm_;
  std::unique_ptr<Key> key_;
};

// Base64url without padding.
std::string Base64Url(const std::string& bytes);

}  // namespace qingqu::identity
