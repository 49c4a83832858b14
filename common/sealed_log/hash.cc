#include "common/sealed_log/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "common/base/check.h"
#include "common/sealed_log/encoding.h"
#include "common/status/status_macros.h"

namespace qingqu::sealed_log {
namespace {

constexpr std::string_view kLeafPrefix("\0", 1);
constexpr std::string_view kNodePrefix("\1", 1);

struct OpenSslDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};

// To look an algorithm up costs OpenSSL more than to hash a node, so each thread does it once.
class Hasher {
 public:
  Hasher() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    QINGQU_CHECK(algorithm_ != nullptr && context_ != nullptr);
  }

  Hash Of(std::string_view first, std::string_view second, std::string_view third) {
    Hash hash{};
    QINGQU_CHECK(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1);
    for (const std::string_view part : {first, second, third}) {
      QINGQU_CHECK(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
    }
    QINGQU_CHECK(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD, OpenSslDeleter> algorithm_;
  std::unique_ptr<EVP_MD_CTX, OpenSslDeleter> context_;
};

Hash HashOf(std::string_view first, std::string_view second = {}, std::string_view third = {}) {
  thread_local Hasher hasher;
  return hasher.Of(first, second, third);
}

}  // namespace

Hash Sha256(std::string_view bytes) { return HashOf(bytes); }

Hash LeafHash(std::string_view leaf) { return HashOf(kLeafPrefix, leaf); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return HashOf(kNodePrefix, BytesOf(left), BytesOf(right));
}

Hash EmptyRoot() { return HashOf({}); }

std::string_view BytesOf(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

absl::StatusOr<Hash> HashFromBytes(std::string_view bytes) {
  if (bytes.size() != kHashBytes) {
    return absl::InvalidArgumentError("is not a hash, which has 32 bytes");
  }
  Hash hash{};
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::string ToHex(const Hash& hash) { return HexOf(BytesOf(hash)); }

absl::StatusOr<Hash> HashFromHex(std::string_view text) {
  if (text.size() != 2 * kHashBytes) {
    return absl::InvalidArgumentError("is not a hash, which has 64 hexadecimal digits");
  }
  QINGQU_ASSIGN_OR_RETURN(const std::string bytes, BytesFromHex(text));
  return HashFromBytes(bytes);
}

}  // namespace qingqu::sealed_log
