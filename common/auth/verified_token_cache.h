#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"

#include "common/auth/principal.h"

namespace qingqu::auth {

// Whole tokens that have been verified, until they end. Holds at most `tokens_max`: room is made by
// dropping the ended ones, and if there are none, any one. Thread-safe.
class VerifiedTokenCache {
 public:
  explicit VerifiedTokenCache(size_t tokens_max) : tokens_max_(tokens_max) {}

  // std::nullopt for a token that is not there, and from the instant on at which it ends.
  std::optional<Principal> Find(std::string_view token, absl::Time now) const;
  void Insert(std::string_view token, const Principal& principal, absl::Time ends_at,
              absl::Time now);
  size_t size() const;

 private:
  struct Entry {
    Principal principal;
    absl::Time ends_at;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  void DropEnded(absl::Time now);

  const size_t tokens_max_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  absl::Time first_end_ = absl::InfiniteFuture();  // no entry ends earlier
};

}  // namespace qingqu::auth
