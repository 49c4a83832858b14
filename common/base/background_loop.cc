#include "common/base/background_loop.h"

#include <utility>

namespace qingqu {

void BackgroundLoop::Start(Round round) {
  thread_ = std::jthread(
      [this, round = std::move(round)](const std::stop_token& stop) { Run(stop, round); });
}

void BackgroundLoop::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void BackgroundLoop::Run(const std::stop_token& stop, const Round& round) {
  while (!stop.stop_requested()) {
    const absl::Duration rest = round(stop);
    if (rest <= absl::ZeroDuration()) continue;
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, absl::ToChronoNanoseconds(rest), [] { return false; });
  }
}

}  // namespace qingqu
