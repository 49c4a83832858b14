#include "services/identity/test_issuer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "common/base/check.h"
#include "common/base/sodium.h"

namespace qingqu::identity {
namespace {

constexpr int kCoordinateBytes = 32;

std::string NumberOf(EVP_PKEY* key, const char* name, int bytes_min) {
  BIGNUM* number = nullptr;
  QINGQU_CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(static_cast<size_t>(std::max(BN_num_bytes(number), bytes_min)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(number);
  return bytes;
}

// RFC 7518 3.4.
std::string TwoNumbers(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  std::string both(2 * kCoordinateBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(both.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + kCoordinateBytes, kCoordinateBytes);
  ECDSA_SIG_free(pair);
  return both;
}

}  // namespace

struct TestIssuer::Key {
  EVP_PKEY* key = nullptr;
};

TestIssuer::TestIssuer(const std::string& key_id, const std::string& algorithm, int rsa_bits)
    : key_id_(key_id), algorithm_(algorithm), key_(std::make_unique<Key>()) {
  key_->key =
      algorithm == "RS256" ? EVP_RSA_gen(static_cast<unsigned int>(rsa_bits)) : EVP_EC_gen("P-256");
  QINGQU_CHECK(key_->key != nullptr);
}

TestIssuer::~TestIssuer() { EVP_PKEY_free(key_->key); }

nlohmann::json TestIssuer::Jwk() const {
  nlohmann::json jwk = {{"kid", key_id_}, {"alg", algorithm_}, {"use", "sig"}};
  if (algorithm_ == "RS256") {
    jwk["kty"] = "RSA";
    jwk["n"] = Base64Url(NumberOf(key_->key, OSSL_PKEY_PARAM_RSA_N, 0));
    jwk["e"] = Base64Url(NumberOf(key_->key, OSSL_PKEY_PARAM_RSA_E, 0));
    return jwk;
  }
  jwk["kty"] = "EC";
  jwk["crv"] = "P-256";
  jwk["x"] = Base64Url(NumberOf(key_->key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes));
  jwk["y"] = Base64Url(NumberOf(key_->key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes));
  return jwk;
}

std::string TestIssuer::Sign(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_->key);
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                 text.size());
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return algorithm_ == "RS256" ? signature : TwoNumbers(signature);
}

std::string TestIssuer::Token(const nlohmann::json& claims, const nlohmann::json& header) const {
  nlohmann::json whole = {{"alg", algorithm_}, {"kid", key_id_}};
  whole.update(header);
  const std::string text = Base64Url(whole.dump()) + "." + Base64Url(claims.dump());
  return text + "." + Base64Url(Sign(text));
}

std::string KeySetOf(const std::vector<nlohmann::json>& keys) {
  nlohmann::json set;
  set["keys"] = keys;
  return set.dump();
}

std::string Base64Url(const std::string& bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();
  return text;
}

}  // namespace qingqu::identity
