#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace qingqu::rpc {

// A fixed number of worker threads behind a bounded queue. Work that does not fit is refused at
// once, so that overload is answered early instead of piling up. Thread-safe.
class Executor {
 public:
  struct Options {
    int threads = 4;
    size_t queue_max = 64;
  };

  explicit Executor(Options options);
  ~Executor();  // Drains, then joins.
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False when the queue is full or Drain was called; `work` will not run then.
  bool TrySubmit(std::function<void()> work);

  // Refuses new work, runs what is queued, and returns when the workers are idle for good.
  void Drain();

  size_t queue_length() const;

 private:
  void Work();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool draining_ = false;                    // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace qingqu::rpc
