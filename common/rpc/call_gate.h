#pragma once

#include <condition_variable>
#include <mutex>

namespace qingqu::rpc {

// Lets a process's calls to its own services through until the process stops: gRPC 1.51 crashes
// when a call begins on an in-process channel whose server is shutting down. Thread-safe.
class CallGate {
 public:
  // One call, from before it begins until it has ended.
  class Pass {
   public:
    // `gate` may be null: then every call goes through.
    explicit Pass(CallGate* gate) : gate_(gate), open_(gate == nullptr || gate->Enter()) {}
    ~Pass() {
      if (gate_ != nullptr && open_) gate_->Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    // False: the process stops, and the call must not begin.
    bool open() const { return open_; }

   private:
    CallGate* const gate_;
    const bool open_;
  };

  // No call begins any more. Returns when those that began have ended; each has a deadline.
  void Close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    ended_.wait(lock, [this] { return calls_ == 0; });
  }

 private:
  bool Enter() {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    ++calls_;
    return true;
  }
  void Leave() {
    const std::lock_guard lock(mutex_);
    if (--calls_ == 0) ended_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  int calls_ = 0;        // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
};

}  // namespace qingqu::rpc
