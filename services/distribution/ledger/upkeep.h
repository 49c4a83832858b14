#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"

#include "common/base/background_loop.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/distribution/ledger/lane.h"

namespace qingqu::distribution {

// The id under which a reservation is let go of, with the time when it ended. Of version 8 (RFC
// 9562), which nobody may post: who reserves must not take the id in advance. The same for all
// processes, and another in each hour, so that one refusal is not the last word.
std::string ExpiryId(const std::string& reservation_id, absl::Time expires_at, absl::Time now);

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
  Upkeep(db::ConnectionPool* pool, const Clock* clock, Lane* lane, prometheus::Registry* metrics,
         const Options& options);
  ~Upkeep() { Stop(); }

  void Start();
  // Returns after the work at hand.
  void Stop() { loop_.Stop(); }

  // Lets go of what is over by the clock; how many reservations. What cannot be let go of is
  // counted (qingqu_ledger_expiry_failures_total) and passed by. Several processes may do it at
  // once.
  absl::StatusOr<int> ExpireReservations();
  // Partitions for the ids of the next months.
  absl::Status MakePartitions();

 private:
  struct Overdue;
  // The next of them that are over at the time of the call; moves `after` on to the last.
  absl::StatusOr<std::vector<Overdue>> ListOverdue(const CallContext& call, Overdue& after);
  // How many were let go of; all or none unless OK.
  absl::StatusOr<int> Expire(const CallContext& call, const std::vector<Overdue>& reservations);
  CallContext SystemCall(std::string method, absl::Duration time) const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  Lane* const lane_;
  prometheus::Counter* const failures_;
  const Options options_;
  BackgroundLoop loop_;
};

}  // namespace qingqu::distribution
