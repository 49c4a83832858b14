#include "services/identity/web_key.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <optional>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

#include "common/base/base64_url.h"
#include "services/identity/jose_algorithms.h"

namespace qingqu::identity {
namespace {

using Json = nlohmann::json;

constexpr size_t kKeysMax = 32;
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr size_t kCoordinateBytes = 32;

struct Free {
  void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
  void operator()(EVP_PKEY_CTX* object) const { EVP_PKEY_CTX_free(object); }
  void operator()(EVP_MD_CTX* object) const { EVP_MD_CTX_free(object); }
  void operator()(OSSL_PARAM_BLD* object) const { OSSL_PARAM_BLD_free(object); }
  void operator()(OSSL_PARAM* object) const { OSSL_PARAM_free(object); }
  void operator()(BIGNUM* object) const { BN_free(object); }
  void operator()(ECDSA_SIG* object) const { ECDSA_SIG_free(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Owned<BIGNUM> Number(std::string_view bytes) {
  return Owned<BIGNUM>(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

Owned<EVP_PKEY> KeyFrom(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

Owned<EVP_PKEY> RsaKey(std::string_view modulus, std::string_view exponent) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  const Owned<BIGNUM> n = Number(modulus);
  const Owned<BIGNUM> e = Number(exponent);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  Owned<EVP_PKEY> key = KeyFrom("RSA", builder.get());
  if (key == nullptr || EVP_PKEY_get_bits(key.get()) < kRsaBitsMin ||
      EVP_PKEY_get_bits(key.get()) > kRsaBitsMax) {
    return nullptr;
  }
  return key;
}

Owned<EVP_PKEY> EcKey(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return nullptr;
  const std::string point = std::string(1, '\x04') + std::string(x) + std::string(y);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  Owned<EVP_PKEY> key = KeyFrom("EC", builder.get());
  if (key == nullptr) return nullptr;
  const Owned<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return check != nullptr && EVP_PKEY_public_check(check.get()) == 1 ? std::move(key) : nullptr;
}

// Two numbers of 32 bytes (RFC 7518 3.4), as OpenSSL wants them.
std::string DerOf(std::string_view signature) {
  if (signature.size() != 2 * kCoordinateBytes) return "";
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  Owned<BIGNUM> r = Number(signature.substr(0, kCoordinateBytes));
  Owned<BIGNUM> s = Number(signature.substr(kCoordinateBytes));
  if (ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return "";
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return "";
  std::string text(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

class OpenSslKey final : public WebKey {
 public:
  OpenSslKey(std::string_view algorithm, Owned<EVP_PKEY> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  std::string_view algorithm() const override { return algorithm_; }

  bool Verifies(std::string_view signed_text, std::string_view signature) const override {
    const std::string plain = algorithm_ == kEs256 ? DerOf(signature) : std::string(signature);
    if (plain.empty()) return false;
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), Bytes(plain), plain.size(), Bytes(signed_text),
                            signed_text.size()) == 1;
  }

 private:
  const std::string_view algorithm_;
  const Owned<EVP_PKEY> key_;
};

std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Null when it is of no use here.
std::shared_ptr<const WebKey> KeyOf(const Json& jwk) {
  const std::string type = TextOf(jwk, "kty");
  const std::string_view algorithm = type == "RSA" ? kRs256 : kEs256;
  const std::string stated = TextOf(jwk, "alg");
  if (!stated.empty() && stated != algorithm) return nullptr;
  if (jwk.contains("use") && TextOf(jwk, "use") != "sig") return nullptr;
  Owned<EVP_PKEY> key;
  if (type == "RSA") {
    const auto n = DecodeBase64Url(TextOf(jwk, "n"));
    const auto e = DecodeBase64Url(TextOf(jwk, "e"));
    if (n.has_value() && e.has_value() && !e->empty()) key = RsaKey(*n, *e);
  }
  if (type == "EC" && TextOf(jwk, "crv") == "P-256") {
    const auto x = DecodeBase64Url(TextOf(jwk, "x"));
    const auto y = DecodeBase64Url(TextOf(jwk, "y"));
    if (x.has_value() && y.has_value()) key = EcKey(*x, *y);
  }
  if (key == nullptr) return nullptr;
  return std::make_shared<const OpenSslKey>(algorithm, std::move(key));
}

}  // namespace

absl::StatusOr<WebKeys> ParseWebKeys(std::string_view json) {
  const Json set = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!set.is_object() || !set.contains("keys") || !set["keys"].is_array() ||
      set["keys"].size() > kKeysMax) {
    return absl::InvalidArgumentError("is no JSON Web Key Set of at most 32 keys");
  }
  WebKeys keys;
  for (const Json& jwk : set["keys"]) {
    if (!jwk.is_object()) continue;
    const std::string key_id = TextOf(jwk, "kid");
    std::shared_ptr<const WebKey> key = KeyOf(jwk);
    if (key_id.empty() || key == nullptr) continue;
    if (!keys.emplace(key_id, std::move(key)).second) {
      return absl::InvalidArgumentError("has two keys of one id");
    }
  }
  if (keys.empty()) return absl::InvalidArgumentError("has no key for RS256 or ES256");
  return keys;
}

}  // namespace qingqu::identity
