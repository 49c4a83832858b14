#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/channel.h"

#include "common/auth/token.h"
#include "common/rpc/call_gate.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "services/usage/use.h"

namespace qingqu::usage {

// Takes what was used out of the stock ledger. An interface, so that tests can let the ledger fail.
class StockClient {
 public:
  virtual ~StockClient() = default;
  // Consumes all lines of `use` or none, on behalf of `user`. Idempotent: the same use is consumed
  // once, however often it is asked. OK; what the ledger refuses (FAILED_PRECONDITION, NOT_FOUND,
  // INVALID_ARGUMENT …) with its reason; or UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, UNKNOWN, when
  // it is not known whether it was done.
  // `traceparent` is that of the call that is being served, or "".
  virtual absl::Status Consume(const auth::Principal& user, const Use& use,
                               std::string_view traceparent, absl::Time deadline) = 0;
};

// What the ledger is asked for: the same bytes at each attempt, because it compares them.
distribution::v1::ConsumeStockRequest MakeConsumeRequest(const Use& use);

// Over gRPC, with a token of the service `usage` that names the user.
class GrpcStockClient final : public StockClient {
 public:
  using ChannelTo = std::function<std::shared_ptr<grpc::Channel>(std::string_view area)>;
  // `gate` outlives the object; null: every call goes through.
  GrpcStockClient(ChannelTo channel_to, rpc::CallGate* gate,
                  std::unique_ptr<auth::TokenSigner> signer)
      : channel_to_(std::move(channel_to)), gate_(gate), signer_(std::move(signer)) {}
  absl::Status Consume(const auth::Principal& user, const Use& use, std::string_view traceparent,
                       absl::Time deadline) override;

 private:
  std::shared_ptr<grpc::Channel> channel();

  ChannelTo channel_to_;
  rpc::CallGate* const gate_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_;  // guarded by mutex_; made at the first call
};

}  // namespace qingqu::usage
