#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

#include "common/rpc/method_registry.h"

namespace qingqu::rpc {

// Counts calls by method and code (qingqu_rpc_calls_total) and their seconds by method
// (qingqu_rpc_seconds). Thread-safe.
class RpcMetrics {
 public:
  RpcMetrics(prometheus::Registry& registry,
             const std::map<std::string, MethodInfo, std::less<>>& methods);
  void Count(const MethodInfo& method, absl::StatusCode code, absl::Duration total);

 private:
  struct Series {
    std::array<prometheus::Counter*, 17> calls_by_code{};
    prometheus::Histogram* seconds = nullptr;
  };
  std::map<std::string, Series, std::less<>> series_;  // by full name; fixed after construction
};

}  // namespace qingqu::rpc
