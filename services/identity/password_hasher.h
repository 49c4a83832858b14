#pragma once

#include <cstddef>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace qingqu::identity {

// Argon2id (RFC 9106) through libsodium. At most kHashingsMax run at once, so that a storm of
// sign-ins takes at most that many times the memory of one and leaves a processor to others; the
// memory goes back to the system after each. Thread-safe.
class PasswordHasher {
 public:
  // Defaults: crypto_pwhash_*_INTERACTIVE of libsodium 1.0.18, 64 MiB and 2 passes.
  struct Options {
    unsigned long long passes = 2;
    size_t memory_bytes = 64 * 1024 * 1024;
  };
  static constexpr int kHashingsMax = 2;

  explicit PasswordHasher(const Options& options);

  // Passwords are hashed and compared in the form of NormalizePassword.

  // "$argon2id$…" with a salt of its own. UNAVAILABLE SIGN_IN_BUSY when no place became free until
  // `deadline` (system clock) or for 5 seconds.
  absl::StatusOr<std::string> Hash(std::string_view password, absl::Time deadline);

  // True when `hash` was made from `password`. An empty `hash` takes as long as any other and fits
  // nothing.
  absl::StatusOr<bool> Verify(std::string_view hash, std::string_view password,
                              absl::Time deadline);

  // The same for the same text and salt: tells one password from another without being worth more
  // to a thief than its hash. Hex.
  absl::StatusOr<std::string> Fingerprint(std::string_view text, std::string_view salt,
                                          absl::Time deadline);

 private:
  const Options options_;
  std::counting_semaphore<kHashingsMax> places_{kHashingsMax};
  // What an unknown user's password is compared with; nothing fits it.
  std::string unknown_hash_;
};

}  // namespace qingqu::identity
