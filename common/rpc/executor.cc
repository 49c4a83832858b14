#include "common/rpc/executor.h"

#include <utility>

namespace qingqu::rpc {

Executor::Executor(Options options) : options_(options) {
  workers_.reserve(static_cast<size_t>(options_.threads));
  for (int index = 0; index < options_.threads; ++index) workers_.emplace_back([this] { Work(); });
}

Executor::~Executor() { Drain(); }

bool Executor::TrySubmit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (draining_ || queue_.size() >= options_.queue_max) return false;
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void Executor::Drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
}

size_t Executor::queue_length() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Executor::Work() {
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return draining_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace qingqu::rpc
