#include "services/identity/password_hasher.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "absl/cleanup/cleanup.h"

#include "common/base/check.h"
#include "common/base/sodium.h"
#include "common/status/status_macros.h"
#include "services/identity/errors.h"
#include "services/identity/password.h"

namespace qingqu::identity {
namespace {

constexpr absl::Duration kWaitMax = absl::Seconds(5);
// Above what any password may have; what is longer fits nothing.
constexpr size_t kPasswordBytesMax = 1024;

using Places = std::counting_semaphore<PasswordHasher::kHashingsMax>;

absl::Status TakePlace(Places& places, absl::Time deadline) {
  const absl::Duration wait = std::min(kWaitMax, deadline - absl::Now());
  if (!places.try_acquire_for(absl::ToChronoMicroseconds(wait))) return SignInBusy();
  return absl::OkStatus();
}

}  // namespace

PasswordHasher::PasswordHasher(const Options& options) : options_(options) {
  InitializeSodium();
  std::array<unsigned char, 32> secret{};
  randombytes_buf(secret.data(), secret.size());
  const std::string password(secret.begin(), secret.end());
  const absl::StatusOr<std::string> hash = Hash(password, absl::InfiniteFuture());
  QINGQU_CHECK(hash.ok());
  unknown_hash_ = *hash;
}

absl::StatusOr<std::string> PasswordHasher::Hash(std::string_view password, absl::Time deadline) {
  QINGQU_RETURN_IF_ERROR(TakePlace(places_, deadline));
  const absl::Cleanup give_back = [this] { places_.release(); };
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  const std::string text = NormalizePassword(password);
  if (crypto_pwhash_str(hash.data(), text.data(), text.size(), options_.passes,
                        options_.memory_bytes) != 0) {
    return SignInBusy();  // no memory at the moment
  }
  return std::string(hash.data());
}

absl::StatusOr<bool> PasswordHasher::Verify(std::string_view hash, std::string_view password,
                                            absl::Time deadline) {
  QINGQU_RETURN_IF_ERROR(TakePlace(places_, deadline));
  const absl::Cleanup give_back = [this] { places_.release(); };
  const bool known = !hash.empty() && password.size() <= kPasswordBytesMax;
  const std::string compared = known ? std::string(hash) : unknown_hash_;
  const std::string text = NormalizePassword(password.substr(0, kPasswordBytesMax));
  const bool fits = crypto_pwhash_str_verify(compared.c_str(), text.data(), text.size()) == 0;
  return known && fits;
}

absl::StatusOr<std::string> PasswordHasher::Fingerprint(std::string_view text,
                                                        std::string_view salt,
                                                        absl::Time deadline) {
  QINGQU_RETURN_IF_ERROR(TakePlace(places_, deadline));
  const absl::Cleanup give_back = [this] { places_.release(); };
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt_bytes{};
  crypto_generichash(salt_bytes.data(), salt_bytes.size(),
                     reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), nullptr, 0);
  std::array<unsigned char, 32> key{};
  if (crypto_pwhash(key.data(), key.size(), text.data(), text.size(), salt_bytes.data(),
                    options_.passes, options_.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return SignInBusy();
  }
  std::array<char, 2 * key.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
  return std::string(hex.data());
}

}  // namespace qingqu::identity
