#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "prometheus/registry.h"

namespace qingqu {

// Serves `GET /metrics` in Prometheus' text format over HTTP/1.1, one request a connection, with a
// thread of its own. For a loopback port that only the scraper reaches: no rights are asked. At
// most 16 connections, each for at most 5 s.
class MetricsListener {
 public:
  // `address` is numeric, "127.0.0.1:7190"; port 0 takes any free one. Listens when it returns.
  // Fails with UNAVAILABLE (the address is in use or not ours) or INVALID_ARGUMENT.
  static absl::StatusOr<std::unique_ptr<MetricsListener>> Start(
      std::string_view address, std::shared_ptr<prometheus::Registry> registry);
  // Closes the port and ends the thread.
  ~MetricsListener();
  MetricsListener(const MetricsListener&) = delete;
  MetricsListener& operator=(const MetricsListener&) = delete;

  int port() const;

 private:
  class Impl;
  explicit MetricsListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace qingqu
