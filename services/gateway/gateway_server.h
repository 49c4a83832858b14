#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "common/rpc/service_addresses.h"
#include "services/gateway/gateway.h"
#include "services/gateway/http_server.h"
#include "services/gateway/upstream.h"

namespace qingqu::gateway {

struct GatewayOptions {
  HttpServerOptions http;
  GatewayLimits limits;
  UpstreamOptions upstream;
  ServiceAddresses services;
  std::string metrics_listen;  // "" for no metrics
  std::string static_dir;      // "" for no files
  std::string log_dir;         // "" for no published journal
};

// The whole gateway, wired.
class GatewayServer {
 public:
  // Serves when it returns; the services need not be there yet. Fails with one line that says what
  // is wrong.
  static absl::StatusOr<std::unique_ptr<GatewayServer>> Start(const GatewayOptions& options);
  // Stops at once.
  ~GatewayServer();

  int port() const;
  // 0 when there are no metrics.
  int metrics_port() const;

  // Stops accepting, lets running calls finish for up to `drain`, cancels the rest, and ends. True
  // when nothing had to be cancelled.
  bool Stop(std::chrono::milliseconds drain);

 private:
  class Impl;
  explicit GatewayServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace qingqu::gateway
