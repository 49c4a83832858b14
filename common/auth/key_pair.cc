#include "common/auth/key_pair.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "nlohmann/json.hpp"

#include "common/base/sodium.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"

namespace qingqu::auth {
namespace {

constexpr std::string_view kCurve = "prime256v1";  // OpenSSL's name of P-256
constexpr size_t kCoordinateBytes = 32;

struct OpenSslDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

absl::Status Failure(std::string_view problem) {
  // OpenSSL keeps failures in a queue of the thread, where they would confuse the next caller.
  ERR_clear_error();
  return absl::InvalidArgumentError(ToAbsl(problem));
}

OpenSslPtr<BIO> Reading(std::string_view text) {
  return OpenSslPtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string Written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

// Without it OpenSSL would ask the terminal for the pass phrase of an encrypted key.
int NoPassPhrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

absl::Status CheckCurve(const EVP_PKEY* key) {
  std::array<char, 32> curve{};
  size_t length = 0;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
      EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &length) != 1 ||
      std::string_view(curve.data(), length) != kCurve) {
    return Failure("is not on the curve P-256");
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenSslPtr<EVP_PKEY>> ParsePublicKey(std::string_view public_pem) {
  const OpenSslPtr<BIO> bio = Reading(public_pem);
  OpenSslPtr<EVP_PKEY> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassPhrase, nullptr));
  if (key == nullptr) return Failure("is not a public key in PEM");
  QINGQU_RETURN_IF_ERROR(CheckCurve(key.get()));
  return key;
}

absl::StatusOr<std::string> Coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return Failure("has no coordinates");
  const OpenSslPtr<BIGNUM> number(raw);
  std::array<unsigned char, kCoordinateBytes> bytes{};
  if (BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) < 0) {
    return Failure("has a coordinate of more than 32 bytes");
  }
  InitializeSodium();
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<char, sodium_base64_ENCODED_LEN(kCoordinateBytes, kVariant)> text{};
  return std::string(
      sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant));
}

}  // namespace

absl::StatusOr<std::string> GeneratePrivateKey() {
  const OpenSslPtr<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kCurve.data()));
  const OpenSslPtr<BIO> bio(BIO_new(BIO_s_secmem()));
  if (key == nullptr || bio == nullptr ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Failure("cannot be made");
  }
  return Written(bio.get());
}

absl::StatusOr<std::string> PublicKeyOf(std::string_view private_pem) {
  const OpenSslPtr<BIO> in = Reading(private_pem);
  const OpenSslPtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, NoPassPhrase, nullptr));
  if (key == nullptr) return Failure("is not an unencrypted private key in PEM");
  QINGQU_RETURN_IF_ERROR(CheckCurve(key.get()));
  const OpenSslPtr<BIO> out(BIO_new(BIO_s_mem()));
  if (out == nullptr || PEM_write_bio_PUBKEY(out.get(), key.get()) != 1) {
    return Failure("has no public part");
  }
  return Written(out.get());
}

absl::Status ValidatePublicKey(std::string_view public_pem) {
  return ParsePublicKey(public_pem).status();
}

absl::StatusOr<std::string> PublicKeyToJwk(std::string_view public_pem, std::string_view key_id) {
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePublicKey(public_pem));
  QINGQU_ASSIGN_OR_RETURN(const std::string x, Coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X));
  QINGQU_ASSIGN_OR_RETURN(const std::string y, Coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
  const nlohmann::json jwk = {{"kty", "EC"},
                              {"crv", "P-256"},
                              {"x", x},
                              {"y", y},
                              {"use", "sig"},
                              {"alg", "ES256"},
                              {"kid", std::string(key_id)}};
  return jwk.dump();
}

}  // namespace qingqu::auth
