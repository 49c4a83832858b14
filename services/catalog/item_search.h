#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/call_context.h"
#include "common/base/background_loop.h"
#include "common/base/civil_date.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/catalog/item.h"
#include "services/catalog/mapping/matcher.h"
#include "services/catalog/search/search_index.h"

namespace qingqu::catalog {

// Keeps the items in memory as people look for them, and those that are approved as hospitals' rows
// are compared with them: reads all of them once, then those that the journal says were changed, in
// its commit-safe order, so that none is missed. Thread-safe.
class ItemSearch {
 public:
  struct Options {
    absl::Duration look_every = absl::Seconds(1);
    // Offers and lists are read as a whole when one of them has changed, but not more often.
    absl::Duration read_standings_every = absl::Seconds(5);
  };
  // `pool` and `clock` outlive the object.
  ItemSearch(db::ConnectionPool* pool, const Clock* clock, const Options& options)
      : pool_(pool), clock_(clock), options_(options) {}
  ~ItemSearch() { Stop(); }

  void Start();
  void Stop() { loop_.Stop(); }

  // One look: everything at the first, then what was changed; what is agreed and what is on whose
  // list also when the county's day has changed. For Start's thread and for tests; not
  // from two threads at once.
  absl::Status Look();

  // False until everything was read once.
  bool ready() const { return ready_; }
  const SearchIndex& index() const { return index_; }
  const MappingMatcher& matcher() const { return matcher_; }

 private:
  absl::Status LoadAll();
  absl::StatusOr<bool> LoadChanged();
  absl::Status LoadStandings();
  void Put(const Item& item);
  CallContext NewCall() const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const Options options_;
  SearchIndex index_;
  MappingMatcher matcher_;
  std::atomic<bool> ready_{false};
  // The entry of the journal up to which changes are known.
  std::string transaction_id_;
  int64_t sequence_ = 0;
  // Of the offers and the lists that are known; nothing before the first.
  std::optional<CivilDate> standings_day_;
  absl::Time standings_read_ = absl::InfinitePast();
  bool standings_changed_ = false;
  BackgroundLoop loop_;
};

}  // namespace qingqu::catalog
