#include "services/catalog/search/term_cache.h"

namespace qingqu::catalog {
namespace {

// About 32 MiB.
constexpr size_t kItemsMax = 4'000'000;
constexpr size_t kTermsMax = 10'000;

}  // namespace

std::shared_ptr<const TermMatches> TermCache::Get(const std::u32string& term) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(term);
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->second;
}

void TermCache::Put(const std::u32string& term, std::shared_ptr<const TermMatches> matches) {
  const std::lock_guard lock(mutex_);
  if (places_.contains(term) || matches->items.size() > kItemsMax) return;
  items_ += matches->items.size();
  entries_.emplace_front(term, std::move(matches));
  places_[term] = entries_.begin();
  while (items_ > kItemsMax || entries_.size() > kTermsMax) {
    items_ -= entries_.back().second->items.size();
    places_.erase(entries_.back().first);
    entries_.pop_back();
  }
}

void TermCache::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  places_.clear();
  items_ = 0;
}

}  // namespace qingqu::catalog
