#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/call_context.h"
#include "common/base/background_loop.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/catalog/item_search.h"

namespace qingqu::catalog {

// Compares what hospitals sent with the catalogue, in the background: nobody who uploads waits for
// it, and no row is locked meanwhile. Where nothing speaks against it decides alone, and says so in
// the journal; queues the rest. Several processes may do it at once. Thread-safe.
class MappingWorker {
 public:
  struct Options {
    absl::Duration look_every = absl::Seconds(1);
  };
  // All outlive the object; `search` has the items.
  MappingWorker(db::ConnectionPool* pool, const Clock* clock, const ItemSearch* search,
                const Options& options)
      : pool_(pool), clock_(clock), search_(search), options_(options) {}
  ~MappingWorker() { Stop(); }

  void Start();
  void Stop() { loop_.Stop(); }

  // Compares all that awaits it, or nothing while the items are still being read. For Start's
  // thread and for tests.
  absl::Status Look();

 private:
  absl::StatusOr<bool> CompareSome();

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const ItemSearch* const search_;
  const Options options_;
  BackgroundLoop loop_;
};

}  // namespace qingqu::catalog
