#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/supervision/log/publisher.h"
#include "services/supervision/log/sealer.h"
#include "services/supervision/log/term_writer.h"

namespace qingqu::supervision {

// Keeps the sealed journal: one thread seals, another brings the folder up to what is sealed,
// writes the terms by which entries are found, merges the index of subjects, thins old checkpoints
// and counts. Publishing never holds sealing up, but a folder that contradicts the database stops
// it.
class LogKeeper {
 public:
  struct Options {
    Sealer::Options sealer;
    std::string folder;  // empty: nothing is published
    absl::Duration poll_every = absl::Milliseconds(200);
    absl::Duration count_every = absl::Seconds(5);
    absl::Duration merge_every = absl::Seconds(2);  // the journal's index of subjects
    absl::Duration thin_every = absl::Hours(1);
    absl::Duration keep_all = absl::Hours(24 * 7);  // checkpoints, before they are thinned
  };

  // All outlive the object. The pool is better not shared: sealing keeps a connection.
  LogKeeper(db::ConnectionPool* pool, const Clock* clock, prometheus::Registry* metrics,
            Options options);
  ~LogKeeper();

  void Start();
  // Returns after the work at hand.
  void Stop();

  // Waits until the log has more than `size` entries, at most `at_most`; the size as far as known.
  uint64_t WaitForGrowth(uint64_t size, absl::Duration at_most);

  // Removes old checkpoints now; how many.
  absl::StatusOr<int64_t> ThinCheckpoints();

 private:
  struct Metrics;
  void SealAlways(const std::stop_token& stop);
  void PublishAlways(const std::stop_token& stop);
  void CountAndThin();
  // Else the writer who fills the index's pending list up waits until all of it is merged.
  void MergeSubjects();
  // True when there are more terms to write.
  bool WriteTerms();
  bool Halted() const;
  void Pause(const std::stop_token& stop);

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const Options options_;
  const std::unique_ptr<Metrics> metrics_;
  Sealer sealer_;
  Publisher publisher_;
  TermWriter term_writer_;
  absl::Time counted_at_ = absl::InfinitePast();
  absl::Time thinned_at_ = absl::InfinitePast();
  absl::Time merged_at_ = absl::InfinitePast();
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  uint64_t size_ = 0;  // guarded by mutex_
  // Guarded by mutex_: the folder contradicts the database, or it is not known yet.
  bool halted_ = false;
  bool contradicted_ = false;  // of the publishing thread: the folder did, and is not whole since
  std::jthread sealing_;
  std::jthread publishing_;
};

}  // namespace qingqu::supervision
