#include "common/auth/verified_token_cache.h"

#include <algorithm>

namespace qingqu::auth {

std::optional<Principal> VerifiedTokenCache::Find(std::string_view token, absl::Time now) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(token);
  if (found == entries_.end() || now >= found->second.ends_at) return std::nullopt;
  return found->second.principal;
}

void VerifiedTokenCache::Insert(std::string_view token, const Principal& principal,
                                absl::Time ends_at, absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= tokens_max_) DropEnded(now);
  if (entries_.size() >= tokens_max_) entries_.erase(entries_.begin());
  entries_.insert_or_assign(std::string(token), Entry{principal, ends_at});
  first_end_ = std::min(first_end_, ends_at);
}

size_t VerifiedTokenCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void VerifiedTokenCache::DropEnded(absl::Time now) {
  // A full cache of live tokens must not be searched for each new one.
  if (now < first_end_) return;
  std::erase_if(entries_, [&](const auto& item) { return now >= item.second.ends_at; });
  first_end_ = absl::InfiniteFuture();
  for (const auto& [token, entry] : entries_) first_end_ = std::min(first_end_, entry.ends_at);
}

}  // namespace qingqu::auth
