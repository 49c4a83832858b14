#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "services/gateway/connect_protocol.h"
#include "services/gateway/gateway_metrics.h"
#include "services/gateway/http_message.h"
#include "services/gateway/log_files.h"
#include "services/gateway/static_files.h"
#include "services/gateway/transcoder.h"
#include "services/gateway/upstream.h"

namespace qingqu::gateway {

struct GatewayLimits {
  ConnectLimits connect;
  int calls_max = 256;
  // True when all requests come through the edge, whose X-Forwarded-For then names the client.
  bool edge_in_front = false;
  int64_t health_timeout_ms = 2'000;
};

// What answers a request: a method of a service, a file, the published journal, or /healthz.
// Thread-safe; outlives its calls.
class Gateway {
 public:
  Gateway(const GatewayLimits& limits, const Transcoder& transcoder, Upstream& upstream,
          std::optional<StaticFiles> static_files, std::optional<LogFiles> log_files,
          GatewayMetrics& metrics);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // `respond` is called exactly once, at once or from a thread of gRPC.
  void Handle(HttpRequest request, Respond respond);

  // From now on /healthz answers 503, so that load balancers look elsewhere.
  void StartDraining() { draining_ = true; }

 private:
  struct Running;

  void HandleCall(HttpRequest request, const Respond& respond);
  // The keys of users' tokens, as RFC 7517 writes them.
  void HandleKeys(const HttpRequest& request, const Respond& respond);
  void HandleHealth(const HttpRequest& request, const Respond& respond);
  absl::Status Admit(Running& running);
  HttpResponse Finish(const Running& running, const absl::StatusOr<std::string>& result) const;
  HttpResponse FinishRefused(const Running& running, const ConnectError& error) const;
  void Record(const Running& running, const absl::Status& status,
              const HttpResponse& response) const;

  const GatewayLimits limits_;
  const Transcoder& transcoder_;
  Upstream& upstream_;
  const std::optional<StaticFiles> static_files_;
  const std::optional<LogFiles> log_files_;
  GatewayMetrics& metrics_;
  std::atomic<int> calls_{0};
  std::atomic<bool> draining_{false};
};

}  // namespace qingqu::gateway
