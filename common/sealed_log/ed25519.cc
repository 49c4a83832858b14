#include "common/sealed_log/ed25519.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/strings.h"

namespace qingqu::sealed_log {
namespace {

struct OpenSslDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

absl::Status Failure(std::string_view problem) {
  // OpenSSL keeps failures in a queue of the thread, where they would confuse the next caller.
  ERR_clear_error();
  return absl::InvalidArgumentError(ToAbsl(problem));
}

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Without it OpenSSL would ask the terminal for the pass phrase of an encrypted key.
int NoPassPhrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

}  // namespace

struct PrivateKey::Held {
  OpenSslPtr<EVP_PKEY> key;
};

absl::StatusOr<PublicKey> PublicKeyFromBytes(std::string_view bytes) {
  if (bytes.size() != kPublicKeyBytes) {
    return absl::InvalidArgumentError("is not a public key, which has 32 bytes");
  }
  PublicKey key{};
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

std::string_view KeyBytes(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

bool IsSignature(const PublicKey& key, std::string_view message, std::string_view signature) {
  const OpenSslPtr<EVP_PKEY> verifier(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const OpenSslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool holds =
      verifier != nullptr && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, verifier.get()) == 1 &&
      EVP_DigestVerify(context.get(), Unsigned(signature), signature.size(), Unsigned(message),
                       message.size()) == 1;
  if (!holds) ERR_clear_error();
  return holds;
}

absl::StatusOr<PrivateKey> PrivateKey::FromHeld(std::shared_ptr<Held> held) {
  if (held->key == nullptr || EVP_PKEY_get_base_id(held->key.get()) != EVP_PKEY_ED25519) {
    return Failure("is not an unencrypted private Ed25519 key in PEM");
  }
  PrivateKey key;
  size_t size = key.public_key_.size();
  if (EVP_PKEY_get_raw_public_key(held->key.get(), key.public_key_.data(), &size) != 1 ||
      size != kPublicKeyBytes) {
    return Failure("has no public part");
  }
  key.held_ = std::move(held);
  return key;
}

absl::StatusOr<PrivateKey> PrivateKey::Generate() {
  auto held = std::make_shared<Held>();
  held->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return FromHeld(std::move(held));
}

absl::StatusOr<PrivateKey> PrivateKey::FromSeed(std::string_view seed) {
  auto held = std::make_shared<Held>();
  held->key.reset(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Unsigned(seed), seed.size()));
  return FromHeld(std::move(held));
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(std::string_view pem) {
  const OpenSslPtr<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto held = std::make_shared<Held>();
  held->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassPhrase, nullptr));
  return FromHeld(std::move(held));
}

std::string PrivateKey::ToPem() const {
  const OpenSslPtr<BIO> bio(BIO_new(BIO_s_secmem()));
  QINGQU_CHECK(bio != nullptr && PEM_write_bio_PrivateKey(bio.get(), held_->key.get(), nullptr,
                                                          nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

std::string PrivateKey::Sign(std::string_view message) const {
  const OpenSslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  QINGQU_CHECK(context != nullptr &&
               EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, held_->key.get()) ==
                   1 &&
               EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                              &size, Unsigned(message), message.size()) == 1 &&
               size == kSignatureBytes);
  return signature;
}

}  // namespace qingqu::sealed_log
