#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "services/cli/rpc_client.h"
#include "services/cli/session.h"

namespace qingqu::cli {

struct CallPolicy {
  absl::Duration timeout = absl::Seconds(30);  // of one attempt
  int attempts_max = 4;
  // Also repeat after a lost connection, an attempt that timed out and an outcome in doubt, not
  // only when the server turned the call away.
  bool outlasts_outages = false;
  // Told before each repetition.
  std::function<void(const absl::Status&)> on_retry;
};

// Calls methods as the signed-in user: adds the token, renews it once when the server refuses it,
// and repeats what may be repeated (IsRepeatable) with the delay that the server asks for. Not
// thread-safe.
class Caller {
 public:
  Caller(RpcClient& client, Session& session) : client_(client), session_(session) {}

  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Call(
      const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
      const CallPolicy& policy);

  // A call whose answer is a stream (RpcClient::Stream), once: whoever calls knows where to go on.
  // A token that the server refuses before the first message is renewed.
  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, absl::Duration timeout,
                      const RpcClient::Take& take);

 private:
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> CallOnce(
      const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
      const CallPolicy& policy);

  RpcClient& client_;
  Session& session_;
};

// What a google.rpc.RetryInfo asks for; nothing when the status has none.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

}  // namespace qingqu::cli
