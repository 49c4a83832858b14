#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/distribution/ledger/lane.h"

namespace qingqu::distribution {

// What the ledger does by itself, on one thread: lets go of reservations whose time is over, and
// makes partitions ahead of time.
class Upkeep {
 public:
  struct Options {
    absl::Duration expire_every = absl::Seconds(1);
    absl::Duration partitions_every = absl::Hours(1);
    int expire_max = 500;  // reservations in one go
  };

  // All outlive the object.
  Upkeep(db::ConnectionPool* pool, const Clock* clock, Lane* lane, const Options& options);
  ~Upkeep() { Stop(); }

  void Start();
  // Returns after the work at hand.
  void Stop();

  // Lets go of what is over by the clock; how many reservations. Several processes may do it at
  // once: the id of the movement is computed from the reservation.
  absl::StatusOr<int> ExpireReservations();
  // Partitions for the ids of the next months.
  absl::Status MakePartitions();

 private:
  void Run(const std::stop_token& stop);
  CallContext SystemCall(std::string method, absl::Duration time) const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  Lane* const lane_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace qingqu::distribution
