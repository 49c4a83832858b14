#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace qingqu::cli {

// Hands values from one thread to another and holds at most `capacity` of them. Thread-safe.
template <typename Value>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  // Waits for room. False, and nothing is kept, once the queue is closed.
  bool Push(Value value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || values_.size() < capacity_; });
    if (closed_) return false;
    values_.push_back(std::move(value));
    changed_.notify_all();
    return true;
  }

  // Waits for a value; nothing once the queue is closed and empty.
  std::optional<Value> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !values_.empty(); });
    if (values_.empty()) return std::nullopt;
    std::optional<Value> value = std::move(values_.front());
    values_.pop_front();
    changed_.notify_all();
    return value;
  }

  // Either side may say that it is done; what was pushed before can still be popped.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Value> values_;  // guarded by mutex_
  bool closed_ = false;       // guarded by mutex_
};

}  // namespace qingqu::cli
