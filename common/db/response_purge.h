#pragma once

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/background_loop.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"

namespace qingqu::db {

// How long the response to a request id is kept, at least: so long a client may repeat a request
// and get its first answer (proto/README.md).
inline constexpr absl::Duration kResponsesKept = absl::Hours(24 * 90);

// Removes the responses of one service that were kept long enough, so that the table `idempotency`
// does not grow for ever: a little at a time, beside the calls. Several processes may do it at
// once: rows that another one is removing are left to it.
class ResponsePurge {
 public:
  struct Options {
    std::string service;  // "catalog"
    const Clock* clock = nullptr;
    absl::Duration interval = absl::Minutes(10);
    int batch_max = 500;     // rows in one transaction
    int batches_max = 1000;  // in one round
  };

  // `pool` and the clock outlive the object.
  ResponsePurge(ConnectionPool* pool, Options options)
      : pool_(pool), options_(std::move(options)) {}
  ~ResponsePurge() { Stop(); }

  // A round at once, and one after each interval, on a thread of its own.
  void Start();
  // Returns after the batch at hand.
  void Stop() { loop_.Stop(); }

  // One round; how many rows were removed. For Start's thread and for tests.
  absl::StatusOr<int64_t> PurgeOnce(const std::stop_token& stop = {});

 private:
  absl::StatusOr<int64_t> PurgeBatch();

  ConnectionPool* pool_;
  const Options options_;
  BackgroundLoop loop_;
};

}  // namespace qingqu::db
