#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qingqu::catalog {

// Which items have a term, and how well.
struct TermMatches {
  std::vector<std::pair<uint32_t, float>> items;
  bool loose = false;
};

// The matches of the terms that were asked for last: who types asks for the same terms with each
// key. Thread-safe.
class TermCache {
 public:
  // Null when it is not there.
  std::shared_ptr<const TermMatches> Get(const std::u32string& term);
  void Put(const std::u32string& term, std::shared_ptr<const TermMatches> matches);
  void Clear();

 private:
  using Entry = std::pair<std::u32string, std::shared_ptr<const TermMatches>>;

  std::mutex mutex_;
  std::list<Entry> entries_;  // guarded by mutex_; the last used first
  std::unordered_map<std::u32string, std::list<Entry>::iterator> places_;  // guarded by mutex_
  size_t items_ = 0;  // guarded by mutex_; in all entries
};

}  // namespace qingqu::catalog
