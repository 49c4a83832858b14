#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/call_context.h"
#include "common/base/background_loop.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"

namespace qingqu::catalog {

// Tells in the journal, once for each document or registration and threshold (90, 30 and 7 days
// before its last day, and when it has expired), so that followers get it. Nothing is blocked or
// released by it, and the list of warnings does without it. Thread-safe; in several processes each
// warning is told by one of them.
class ExpiryWatch {
 public:
  struct Options {
    absl::Duration look_every = absl::Minutes(10);
  };
  // `pool` and `clock` outlive the object.
  ExpiryWatch(db::ConnectionPool* pool, const Clock* clock, const Options& options)
      : pool_(pool), clock_(clock), options_(options) {}
  ~ExpiryWatch() { Stop(); }

  void Start();
  void Stop() { loop_.Stop(); }

  // One look: tells all that is due. For Start's thread and for tests.
  absl::Status Look();

 private:
  CallContext NewCall() const;

  db::ConnectionPool* const pool_;
  const Clock* const clock_;
  const Options options_;
  BackgroundLoop loop_;
};

}  // namespace qingqu::catalog
