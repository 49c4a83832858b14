#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "boost/asio/ip/tcp.hpp"

#include "services/gateway/gateway_metrics.h"
#include "services/gateway/http_message.h"

namespace qingqu::gateway {

struct SessionLimits {
  uint32_t header_bytes_max = 16 << 10;
  size_t url_bytes_max = 8 << 10;
  uint64_t body_bytes_max = 4 << 20;
  std::chrono::milliseconds idle_timeout{60'000};  // between two requests
  std::chrono::milliseconds header_timeout{
      10'000};  // from a request's first byte to the end of its header
  std::chrono::milliseconds body_timeout{30'000};   // for the whole body
  std::chrono::milliseconds write_timeout{30'000};  // for the whole response
};

// Memory that bodies may take over all connections. Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(size_t bytes_max) : free_(static_cast<int64_t>(bytes_max)) {}
  bool TryTake(size_t bytes);
  void Return(size_t bytes) { free_ += static_cast<int64_t>(bytes); }

 private:
  std::atomic<int64_t> free_;
};

// What the sessions of a server share. Outlives them.
struct SessionContext {
  SessionLimits limits;
  HttpHandler handler;
  ByteBudget& bodies;
  GatewayMetrics& metrics;
};

// One HTTP/1.1 connection: reads requests one after another and answers each before it looks at the
// next, so that pipelined requests are answered in order. Keeps itself alive until the connection
// is closed.
class Session {
 public:
  virtual ~Session() = default;
  // Reads requests.
  virtual void Start() = 0;
  // Answers 503 without reading, and closes.
  virtual void Refuse() = 0;
  // Closes when idle, else after the running request is answered.
  virtual void Drain() = 0;
  // Closes now.
  virtual void Abort() = 0;
};

// `on_closed` is called once, from any thread, when the connection is closed and nothing refers to
// it any more.
std::shared_ptr<Session> MakeSession(boost::asio::ip::tcp::socket socket,
                                     const SessionContext& context,
                                     std::function<void(const Session*)> on_closed);

}  // namespace qingqu::gateway
