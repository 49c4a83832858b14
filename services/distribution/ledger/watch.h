#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"

namespace qingqu::distribution {

// The watch (盘账): looks, on a thread of its own, whether balances, movements, reservations and
// pieces agree. Each round looks at all accounts, and walks through what was posted since the last
// round that found nothing; once a day, and as long as something is wrong, through everything. It
// alarms and never repairs: each finding is an error in the log, and the gauge
// qingqu_ledger_findings tells how many there were (-1: the check itself failed). Of several
// processes one does the round, and the others tell what it found.
class LedgerWatch {
 public:
  struct Options {
    absl::Duration every = absl::Hours(1);
    absl::Duration prove_every = absl::Hours(24);  // walks through everything
    absl::Duration time_max = absl::Minutes(30);   // of one statement
  };

  // All outlive the object. The pool is better not shared: a round keeps a connection.
  LedgerWatch(db::ConnectionPool* pool, const Clock* clock, prometheus::Registry* metrics,
              const Options& options);
  ~LedgerWatch() { Stop(); }

  void Start();
  // Cancels a round that goes on. The object does no more rounds then.
  void Stop();

  // One round, unless somebody else does one or did one less than half of `every` ago. How many
  // findings there were, then or now; nothing while somebody else does the first one.
  absl::StatusOr<std::optional<int>> Check();

 private:
  struct State;
  void Run(const std::stop_token& stop);
  absl::StatusOr<std::optional<int>> CheckIn(pqxx::transaction_base& tx, absl::Time now);
  std::optional<State> ReadState(pqxx::transaction_base& tx);
  bool WaitForPosters(pqxx::transaction_base& tx);
  // False when the object stops: then nothing may be asked on the connection any more.
  bool Goes() const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  prometheus::Gauge* const findings_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  pqxx::connection_base* running_ = nullptr;  // guarded by mutex_; where a round goes on
  bool stopping_ = false;                     // guarded by mutex_
  std::jthread thread_;
};

}  // namespace qingqu::distribution
