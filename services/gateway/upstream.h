#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "common/rpc/process_tls.h"
#include "common/rpc/service_addresses.h"

namespace qingqu::gateway {

struct UpstreamOptions {
  rpc::TlsFiles tls;
  int response_bytes_max = 32 << 20;
};

struct UpstreamCall {
  std::string area;            // must be one of the addresses
  std::string method;          // "/qingqu.catalog.v1.CatalogService/GetItem"
  std::string request;         // protobuf, binary
  int64_t timeout_ms = 0;      // from now
  std::string authorization;   // printable ASCII; "" for none
  std::string traceparent;     // well-formed
  std::string client_address;  // whom the gateway calls for; "" when it does not know
  // SHA-256 of the certificate that the client showed to the edge; "" for none.
  std::string client_certificate = "";
};

// The answer's bytes, or the service's error with its details as payloads. An error that gRPC
// itself made, or an INTERNAL one, carries a fixed text: addresses and stack details of ours are
// nobody's business outside.
using UpstreamDone = std::function<void(absl::StatusOr<std::string>)>;

// gRPC connections to the services, one for each address. Thread-safe.
class Upstream {
 public:
  Upstream(const ServiceAddresses& addresses, const UpstreamOptions& options);
  // Cancels what is still running and waits for it.
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // `done` is called once, on a thread of gRPC: it must not block.
  void Call(UpstreamCall call, UpstreamDone done);

  // Asks each address for its health (grpc.health.v1). `done` gets, for each area, whether it
  // serves, within `timeout_ms`; on a thread of gRPC.
  void CheckHealth(int64_t timeout_ms, std::function<void(std::map<std::string, bool>)> done);

  // Cancels all running calls. Those made later run as usual.
  void CancelAll();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qingqu::gateway
