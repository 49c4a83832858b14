#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace qingqu::gateway {

// What the gateway counts. Labels come from the descriptors and from fixed lists, never from a
// request. Thread-safe.
class GatewayMetrics {
 public:
  explicit GatewayMetrics(std::shared_ptr<prometheus::Registry> registry);

  // `code` is "ok" or a Connect code; `area` and `method` are "unknown" when there is no such
  // method.
  void RecordCall(std::string_view area, std::string_view method, std::string_view code,
                  absl::Duration duration);
  // What was refused before it became a call: "connections", "header", "body", "memory", "request".
  void RecordRefusal(std::string_view kind);
  prometheus::Gauge& connections() { return connections_; }
  prometheus::Gauge& calls() { return calls_; }

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>& call_count_;
  prometheus::Family<prometheus::Histogram>& call_seconds_;
  prometheus::Family<prometheus::Counter>& refusals_;
  prometheus::Gauge& connections_;
  prometheus::Gauge& calls_;
};

}  // namespace qingqu::gateway
