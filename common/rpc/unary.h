#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "common/rpc/call_runner.h"

namespace qingqu::rpc {

// Metadata, deadline and cancellation of a gRPC call.
IncomingCall ReadIncomingCall(grpc::CallbackServerContext& context);

// Ends the call with the status that the client should see.
void FinishReactor(grpc::ServerUnaryReactor& reactor, const absl::Status& status);

// The face of every unary method is one line:
//   return RunUnary(*runner_, "GetItem", context, request, response, handlers_,
//   &CatalogHandlers::GetItem);
// `handler` is a member `absl::StatusOr<Response> (Handlers::*)(const CallContext&, const
// Request&)`; it blocks, on one of the runner's threads, never on gRPC's.
template <typename Request, typename Response, typename Handlers, typename Handler>
grpc::ServerUnaryReactor* RunUnary(CallRunner& runner, std::string_view method,
                                   grpc::CallbackServerContext* context, const Request* request,
                                   Response* response, Handlers& handlers, Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  runner.Run(
      method, ReadIncomingCall(*context), *request, *response,
      [&handlers, handler, request, response](const CallContext& call) -> absl::Status {
        absl::StatusOr<Response> result = (handlers.*handler)(call, *request);
        if (!result.ok()) return result.status();
        *response = *std::move(result);
        return absl::OkStatus();
      },
      [reactor](const absl::Status& status) { FinishReactor(*reactor, status); });
  return reactor;
}

}  // namespace qingqu::rpc
