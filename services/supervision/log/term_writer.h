#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"

namespace qingqu::supervision {

// Writes the terms of sealed tiles, behind sealing. One process at a time does it; what has no
// terms yet is searched all the same, only slower. Both outlive the object.
class TermWriter {
 public:
  TermWriter(db::ConnectionPool* pool, const Clock* clock) : pool_(pool), clock_(clock) {}

  // The next full tiles, up to `tiles_max`; how many.
  absl::StatusOr<int> Write(int tiles_max);

 private:
  db::ConnectionPool* const pool_;
  const Clock* const clock_;
};

}  // namespace qingqu::supervision
