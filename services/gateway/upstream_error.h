#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace qingqu::gateway {

// What the client may know of a failed call. A service's own error (one with an ErrorInfo of ours)
// keeps its message and details, but for google.rpc.DebugInfo, and for the text of INTERNAL. What
// gRPC's runtime reports (UNAVAILABLE with the address that refused, a broken stream) gets a fixed
// text and reason.
absl::Status FromUpstream(const grpc::Status& status);

}  // namespace qingqu::gateway
