#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "absl/time/time.h"

namespace qingqu {

// Does something again and again on a thread of its own, with rests in between that end at once
// when it is stopped.
class BackgroundLoop {
 public:
  // One round; returns how long to rest before the next one. Stop waits for a round that does not
  // look at the token.
  using Round = std::function<absl::Duration(const std::stop_token&)>;

  BackgroundLoop() = default;
  ~BackgroundLoop() { Stop(); }
  BackgroundLoop(const BackgroundLoop&) = delete;
  BackgroundLoop& operator=(const BackgroundLoop&) = delete;

  // The first round begins at once. What `round` refers to outlives Stop.
  void Start(Round round);
  // Returns after the round at hand; at once when nothing runs. Not from within a round.
  void Stop();

 private:
  void Run(const std::stop_token& stop, const Round& round);

  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace qingqu
