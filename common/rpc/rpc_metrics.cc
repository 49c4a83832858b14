#include "common/rpc/rpc_metrics.h"

namespace qingqu::rpc {

RpcMetrics::RpcMetrics(prometheus::Registry& registry,
                       const std::map<std::string, MethodInfo, std::less<>>& methods) {
  auto& calls = prometheus::BuildCounter()
                    .Name("qingqu_rpc_calls_total")
                    .Help("Calls by method and canonical code")
                    .Register(registry);
  auto& seconds = prometheus::BuildHistogram()
                      .Name("qingqu_rpc_seconds")
                      .Help("Seconds from arrival to answer by method")
                      .Register(registry);
  const prometheus::Histogram::BucketBoundaries buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                        0.1,   0.25,   0.5,   1,    2.5,   10};
  for (const auto& [name, method] : methods) {
    Series& series = series_[method.full_name];
    series.seconds = &seconds.Add({{"method", method.full_name}}, buckets);
    for (size_t code = 0; code < series.calls_by_code.size(); ++code) {
      series.calls_by_code[code] =
          &calls.Add({{"method", method.full_name},
                      {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
    }
  }
}

void RpcMetrics::Count(const MethodInfo& method, absl::StatusCode code, absl::Duration total) {
  Series& series = series_.find(method.full_name)->second;
  series.calls_by_code.at(static_cast<size_t>(code))->Increment();
  series.seconds->Observe(absl::ToDoubleSeconds(total));
}

}  // namespace qingqu::rpc
