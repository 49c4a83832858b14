#pragma once

#include <memory>
#include <string>

namespace qingqu::testing {

// All that this process logs while the object is there, of every level. It is made before, and
// outlives, every thread that logs: the logger's list of sinks is not guarded.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  // Thread-safe.
  std::string Text() const;

 private:
  class Sink;
  const std::shared_ptr<Sink> sink_;
};

}  // namespace qingqu::testing
