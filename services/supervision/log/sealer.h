#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "common/sealed_log/ed25519.h"
#include "services/supervision/log/log_store.h"

namespace qingqu::supervision {

// Seals the journal: makes leaves of the entries whose order is final, and signs a checkpoint over
// them, all in one transaction. Any number of processes may try; one at a time does it. Before it
// signs it looks whether the last checkpoint is one that this key signed, whether the tiles still
// lead to its root, and whether it goes on from what this object has seen (DATA_LOSS when not).
// Whoever puts tables back to an older checkpoint, wipes the published folder and starts the
// process anew is found by witnesses only.
class Sealer {
 public:
  struct Options {
    std::string origin;  // the log's identity; signs as this name
    sealed_log::PrivateKey key;
    int entries_max = 4096;               // of one round
    int64_t bytes_max = 4 * 1024 * 1024;  // of one round's entries, as they are stored
    absl::Duration time_max = absl::Seconds(60);
    // For tests of crashes: asked at each step; false ends the round there, as a crash would.
    std::function<bool(std::string_view step)> go_on = nullptr;
  };

  // Both outlive the object.
  Sealer(db::ConnectionPool* pool, const Clock* clock, Options options);

  struct Round {
    uint64_t size = 0;                           // of the log now, as far as known
    int sealed = 0;                              // entries of this round
    bool full = false;                           // there may be more than it took
    absl::Time oldest = absl::InfiniteFuture();  // when the first of them was written
  };
  // One round. Does nothing when there is nothing to seal or another process seals just now.
  absl::StatusOr<Round> Seal();

  const Options& options() const { return options_; }

 private:
  class Growth;
  absl::StatusOr<Round> SealIn(pqxx::transaction_base& tx, LogHead& head) const;
  // FAILED_PRECONDITION: a log of another origin; DATA_LOSS: the head is not what was signed, or
  // the log is not what it was at the last look.
  absl::Status CheckHead(pqxx::transaction_base& tx, const LogHead& head) const;
  absl::StatusOr<LogHead> Sign(const Growth& growth) const;
  absl::Status Step(std::string_view step) const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const Options options_;
  LogHead head_;  // as of the last round, so that an idle look needs no transaction
};

// A call of the platform's own, for the log's work.
CallContext LogCall(const Clock& clock, std::string method, absl::Duration time);

}  // namespace qingqu::supervision
