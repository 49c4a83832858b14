#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "services/gateway/gateway_metrics.h"
#include "services/gateway/http_message.h"
#include "services/gateway/session.h"

namespace qingqu::gateway {

struct HttpServerOptions {
  std::string listen = "127.0.0.1:7180";  // a numeric address and a port; port 0: any free one
  int threads = 2;
  size_t connections_max = 1'024;
  size_t body_memory_bytes_max = 256 << 20;  // of all requests being read or answered
  SessionLimits session;
};

// An HTTP/1.1 server that hands each request to a handler. Connections above the limit are answered
// 503 and closed.
class HttpServer {
 public:
  // Listens when it returns. Fails with UNAVAILABLE (the address is in use or not ours) or
  // INVALID_ARGUMENT. `metrics` must outlive the server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                           HttpHandler handler,
                                                           GatewayMetrics& metrics);
  // Stops at once. Handlers may still respond until the server is destroyed; nobody reads it.
  ~HttpServer();

  int port() const;

  // Stops accepting and closes idle connections; the others are closed when their request is
  // answered. True when all are closed within `patience`. May be called again.
  bool Drain(std::chrono::milliseconds patience);

  // Closes all connections and ends the threads.
  void Stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace qingqu::gateway
