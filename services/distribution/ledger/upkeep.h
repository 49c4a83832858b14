#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/distribution/ledger/lane.h"

namespace qingqu::distribution {

// What the ledger does by itself, on one thread: lets go of reservations whose time is over, makes
// partitions ahead of time, and watches (盘账) that balances, movements, reservations and pieces
// agree. The watch alarms and never repairs: each finding is an error in the log, and the gauge
// qingqu_ledger_findings tells how many there were (-1: the check itself failed).
class Upkeep {
 public:
  struct Options {
    absl::Duration expire_every = absl::Seconds(1);
    absl::Duration watch_every = absl::Hours(1);
    int expire_max = 500;  // reservations in one go
  };

  // All outlive the object.
  Upkeep(db::ConnectionPool* pool, const Clock* clock, Lane* lane, prometheus::Registry* metrics,
         const Options& options);
  ~Upkeep() { Stop(); }

  void Start();
  // Returns after the work at hand.
  void Stop();

  // Lets go of what is over by the clock; how many reservations. Several processes may do it at
  // once: the id of the movement is computed from the reservation.
  absl::StatusOr<int> ExpireReservations();
  // Partitions for the ids of the next months.
  absl::Status MakePartitions();
  // How many findings.
  absl::StatusOr<int> Watch();

 private:
  void Run(const std::stop_token& stop);
  CallContext SystemCall(std::string method, absl::Duration time) const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  Lane* const lane_;
  prometheus::Gauge* const findings_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace qingqu::distribution
