#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace qingqu::rpc {

// The one place where a Status becomes a gRPC status: code, message, and the payloads as
// google.rpc.Status details. What is INTERNAL, UNKNOWN without a reason or DATA_LOSS loses its text
// and details here; metadata under the key "internal" is dropped always.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The other way round, for calls from service to service.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace qingqu::rpc
