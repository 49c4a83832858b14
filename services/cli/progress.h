#pragma once

#include <cstdint>
#include <iosfwd>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "common/base/clock.h"
#include "services/cli/messages.h"

namespace qingqu::cli {

// How far a long work got.
struct ProgressState {
  int64_t bytes_done = 0;
  int64_t bytes_total = 0;
  int64_t rows_done = 0;
};

// A bar that redraws itself in place: share done, rows a second, time left. Not thread-safe.
class ProgressBar {
 public:
  // Draws nothing unless `visible`.
  ProgressBar(std::ostream& output, bool visible, const Clock& clock, const Catalogue& catalogue);
  ~ProgressBar() { Clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(const ProgressState& state);
  // Removes the bar, so that other lines can be written.
  void Clear();

 private:
  std::ostream& output_;
  const bool visible_;
  const Clock& clock_;
  const Catalogue catalogue_;
  const absl::Time start_;
  bool drawn_ = false;
};

// The line that a bar shows after `elapsed`.
std::string ProgressLine(const ProgressState& state, absl::Duration elapsed,
                         const Catalogue& catalogue);

}  // namespace qingqu::cli
