#include "services/gateway/gateway_server.h"

#include <optional>
#include <utility>
#include <vector>

#include "prometheus/registry.h"

#include "common/metrics/metrics_listener.h"
#include "common/status/status_macros.h"

namespace qingqu::gateway {
namespace {

// What cancelled calls get to write their answers.
constexpr std::chrono::milliseconds kCancelPatience{1'000};

std::vector<std::string> AreasOf(const ServiceAddresses& services) {
  std::vector<std::string> areas;
  for (const auto& [area, address] : services) areas.push_back(area);
  return areas;
}

}  // namespace

class GatewayServer::Impl {
 public:
  Impl(const GatewayOptions& options, Transcoder transcoder,
       std::optional<StaticFiles> static_files, std::optional<LogFiles> log_files)
      : transcoder_(std::move(transcoder)),
        upstream_(std::make_unique<Upstream>(options.services, options.upstream)),
        gateway_(options.limits, transcoder_, *upstream_, std::move(static_files),
                 std::move(log_files), metrics_) {}

  // Running calls refer to the HTTP server's connections, so they end before it goes.
  ~Impl() {
    if (http_ != nullptr) http_->Stop();
    upstream_.reset();
  }

  absl::Status Listen(const GatewayOptions& options) {
    if (!options.metrics_listen.empty()) {
      QINGQU_ASSIGN_OR_RETURN(metrics_listener_,
                              MetricsListener::Start(options.metrics_listen, registry_));
    }
    const auto handler = [this](HttpRequest request, Respond respond) {
      gateway_.Handle(std::move(request), std::move(respond));
    };
    QINGQU_ASSIGN_OR_RETURN(http_, HttpServer::Start(options.http, handler, metrics_));
    return absl::OkStatus();
  }

  bool Stop(std::chrono::milliseconds drain) {
    gateway_.StartDraining();
    const bool drained = http_->Drain(drain);
    if (!drained) {
      upstream_->CancelAll();
      http_->Drain(kCancelPatience);
    }
    http_->Stop();
    return drained;
  }

  int port() const { return http_->port(); }
  int metrics_port() const { return metrics_listener_ ? metrics_listener_->port() : 0; }

 private:
  const std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  GatewayMetrics metrics_{registry_};
  const Transcoder transcoder_;
  std::unique_ptr<Upstream> upstream_;
  Gateway gateway_;
  std::unique_ptr<MetricsListener> metrics_listener_;
  std::unique_ptr<HttpServer> http_;
};

GatewayServer::GatewayServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GatewayServer::~GatewayServer() = default;

absl::StatusOr<std::unique_ptr<GatewayServer>> GatewayServer::Start(const GatewayOptions& options) {
  QINGQU_ASSIGN_OR_RETURN(Transcoder transcoder, Transcoder::Create(AreasOf(options.services)));
  std::optional<StaticFiles> static_files;
  if (!options.static_dir.empty()) {
    QINGQU_ASSIGN_OR_RETURN(static_files, StaticFiles::Load(options.static_dir));
  }
  std::optional<LogFiles> log_files;
  if (!options.log_dir.empty()) log_files.emplace(options.log_dir);
  auto impl = std::make_unique<Impl>(options, std::move(transcoder), std::move(static_files),
                                     std::move(log_files));
  QINGQU_RETURN_IF_ERROR(impl->Listen(options));
  return std::unique_ptr<GatewayServer>(new GatewayServer(std::move(impl)));
}

int GatewayServer::port() const { return impl_->port(); }
int GatewayServer::metrics_port() const { return impl_->metrics_port(); }

bool GatewayServer::Stop(std::chrono::milliseconds drain) { return impl_->Stop(drain); }

}  // namespace qingqu::gateway
