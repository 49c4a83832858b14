#include "services/gateway/gateway_metrics.h"

namespace qingqu::gateway {
namespace {

prometheus::Gauge& OneGauge(prometheus::Registry& registry, const std::string& name,
                            const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

GatewayMetrics::GatewayMetrics(std::shared_ptr<prometheus::Registry> registry)
    : registry_(std::move(registry)),
      call_count_(prometheus::BuildCounter()
                      .Name("qingqu_gateway_calls_total")
                      .Help("Calls answered, by method and Connect code.")
                      .Register(*registry_)),
      call_seconds_(prometheus::BuildHistogram()
                        .Name("qingqu_gateway_call_seconds")
                        .Help("From the end of the request to the beginning of the answer.")
                        .Register(*registry_)),
      refusals_(prometheus::BuildCounter()
                    .Name("qingqu_gateway_refusals_total")
                    .Help("Connections and requests refused before they became a call.")
                    .Register(*registry_)),
      connections_(OneGauge(*registry_, "qingqu_gateway_connections", "Open connections.")),
      calls_(OneGauge(*registry_, "qingqu_gateway_calls_running", "Calls in flight.")) {}

void GatewayMetrics::RecordCall(std::string_view area, std::string_view method,
                                std::string_view code, absl::Duration duration) {
  static const prometheus::Histogram::BucketBoundaries kSeconds = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  call_count_.Add({{"method", std::string(method)}, {"code", std::string(code)}}).Increment();
  call_seconds_.Add({{"area", std::string(area)}}, kSeconds)
      .Observe(absl::ToDoubleSeconds(duration));
}

void GatewayMetrics::RecordRefusal(std::string_view kind) {
  refusals_.Add({{"kind", std::string(kind)}}).Increment();
}

}  // namespace qingqu::gateway
