#include "services/cli/progress.h"

#include <algorithm>
#include <ostream>

namespace qingqu::cli {
namespace {

constexpr int64_t kBarWidth = 24;
// Carriage return and "erase to the end of the line" (ECMA-48).
constexpr std::string_view kBackToStart = "\r\x1b[K";

// "1:05" or "1:02:05".
std::string Clockwise(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string ProgressLine(const ProgressState& state, absl::Duration elapsed,
                         const Catalogue& catalogue) {
  const int64_t total = std::max<int64_t>(1, state.bytes_total);
  const int64_t done = std::clamp<int64_t>(state.bytes_done, 0, total);
  const auto filled = static_cast<size_t>(done * kBarWidth / total);
  const std::string bar = fmt::format("[{}{}]", std::string(filled, '#'),
                                      std::string(static_cast<size_t>(kBarWidth) - filled, '.'));
  const int64_t milliseconds = std::max<int64_t>(1, absl::ToInt64Milliseconds(elapsed));
  std::string line = catalogue.Format(Message::kProgress, bar, done * 100 / total, state.rows_done,
                                      state.rows_done * 1000 / milliseconds);
  if (done > 0) {
    const absl::Duration left = elapsed * (total - done) / done;
    line += catalogue.Format(Message::kProgressTime, Clockwise(left));
  }
  return line;
}

ProgressBar::ProgressBar(std::ostream& output, bool visible, const Clock& clock,
                         const Catalogue& catalogue)
    : output_(output),
      visible_(visible),
      clock_(clock),
      catalogue_(catalogue),
      start_(clock.Now()) {}

void ProgressBar::Show(const ProgressState& state) {
  if (!visible_) return;
  output_ << kBackToStart << ProgressLine(state, clock_.Now() - start_, catalogue_);
  output_.flush();
  drawn_ = true;
}

void ProgressBar::Clear() {
  if (!drawn_) return;
  output_ << kBackToStart;
  output_.flush();
  drawn_ = false;
}

}  // namespace qingqu::cli
