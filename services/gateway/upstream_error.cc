#include "services/gateway/upstream_error.h"

#include <string>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "common/base/strings.h"
#include "common/status/status.h"

namespace qingqu::gateway {
namespace {

constexpr int kCodeMax = 16;

absl::StatusCode CodeOf(const grpc::Status& status) {
  const int code = static_cast<int>(status.error_code());
  return code >= 1 && code <= kCodeMax ? static_cast<absl::StatusCode>(code)
                                       : absl::StatusCode::kUnknown;
}

// For errors that no service of ours worded.
absl::Status RuntimeError(absl::StatusCode code, const std::string& message) {
  switch (code) {
    // No caller of ours cancels: gRPC says so when the service, or the gateway, is just stopping.
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnavailable:
      return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "UPSTREAM_UNAVAILABLE",
                                      "the service cannot be reached now; try again, changes with "
                                      "the same request id"),
                            absl::Seconds(1));
    case absl::StatusCode::kDeadlineExceeded:
      return MakeError(code, "DEADLINE_EXCEEDED",
                       "the call did not finish in time; repeat it with the same request id");
    case absl::StatusCode::kUnimplemented:
      return MakeError(code, "METHOD_NOT_OFFERED", "the service does not offer this method");
    case absl::StatusCode::kResourceExhausted:
      return MakeError(code, "MESSAGE_TOO_LARGE", "the request or its answer is too large");
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return MakeError(code, "UPSTREAM_ERROR",
                       "the service failed; the operator finds why in its "
                       "log under the request id");
    default:
      return MakeError(code, "UPSTREAM_ERROR", message);
  }
}

}  // namespace

absl::Status FromUpstream(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const absl::StatusCode code = CodeOf(status);
  google::rpc::Status details;
  absl::Status own(code, ToAbsl(status.error_message()));
  if (details.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : details.details()) {
      if (!detail.Is<google::rpc::DebugInfo>()) {
        own.SetPayload(detail.type_url(), absl::Cord(detail.value()));
      }
    }
  }
  if (ErrorReason(own).empty()) return RuntimeError(code, status.error_message());
  if (code != absl::StatusCode::kInternal) return own;
  absl::Status internal(code,
                        "the service failed; the operator finds why in its log under the "
                        "request id");
  own.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    internal.SetPayload(type_url, payload);
  });
  return internal;
}

}  // namespace qingqu::gateway
