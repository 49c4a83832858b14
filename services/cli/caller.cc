#include "services/cli/caller.h"

#include <algorithm>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/method_lookup.h"

namespace qingqu::cli {
namespace {

constexpr absl::Duration kDelayFirst = absl::Milliseconds(200);
constexpr absl::Duration kDelayMax = absl::Seconds(10);

// Whether the same call may come out otherwise in a moment.
bool IsPassing(const absl::Status& status, bool outlasts_outages) {
  if (absl::IsUnavailable(status)) {
    return outlasts_outages || RetryDelayOf(status).has_value();
  }
  return outlasts_outages &&
         (absl::IsUnknown(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status));
}

}  // namespace

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo info;
  if (!payload.has_value() || !info.ParseFromString(std::string(*payload))) return std::nullopt;
  return absl::Seconds(info.retry_delay().seconds()) +
         absl::Nanoseconds(info.retry_delay().nanos());
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Caller::CallOnce(
    const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
    const CallPolicy& policy) {
  if (PermissionOf(method) == "public") {
    return client_.Call(method, request, {.timeout = policy.timeout});
  }
  QINGQU_ASSIGN_OR_RETURN(std::string token, session_.Token());
  auto response = client_.Call(method, request, {.access_token = token, .timeout = policy.timeout});
  if (!absl::IsUnauthenticated(response.status())) return response;
  auto renewed = session_.Renew(token);
  // The server's own words say more than that there is no other token.
  if (!renewed.ok() && ErrorReason(renewed.status()) == "NOT_SIGNED_IN") return response;
  if (!renewed.ok()) return renewed.status();
  return client_.Call(method, request,
                      {.access_token = *std::move(renewed), .timeout = policy.timeout});
}

absl::Status Caller::Stream(const google::protobuf::MethodDescriptor& method,
                            const google::protobuf::Message& request, absl::Duration timeout,
                            const RpcClient::Take& take) {
  QINGQU_ASSIGN_OR_RETURN(const std::string token, session_.Token());
  bool begun = false;
  const RpcClient::Take take_noting = [&](const google::protobuf::Message& message) {
    begun = true;
    return take(message);
  };
  const absl::Status status =
      client_.Stream(method, request, {.access_token = token, .timeout = timeout}, take_noting);
  if (begun || !absl::IsUnauthenticated(status)) return status;
  auto renewed = session_.Renew(token);
  if (!renewed.ok() && ErrorReason(renewed.status()) == "NOT_SIGNED_IN") return status;
  if (!renewed.ok()) return renewed.status();
  return client_.Stream(method, request, {.access_token = *std::move(renewed), .timeout = timeout},
                        take);
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Caller::Call(
    const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
    const CallPolicy& policy) {
  absl::Duration delay = kDelayFirst;
  for (int attempt = 1;; ++attempt) {
    auto response = CallOnce(method, request, policy);
    if (response.ok() || attempt >= policy.attempts_max || !IsRepeatable(method) ||
        !IsPassing(response.status(), policy.outlasts_outages)) {
      return response;
    }
    if (policy.on_retry) policy.on_retry(response.status());
    absl::SleepFor(std::min(RetryDelayOf(response.status()).value_or(delay), kDelayMax));
    delay = std::min(delay * 2, kDelayMax);
  }
}

}  // namespace qingqu::cli
