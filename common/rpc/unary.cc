#include "common/rpc/unary.h"

#include "common/rpc/process_tls.h"
#include "common/rpc/status_conversion.h"

namespace qingqu::rpc {
namespace {

std::string Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return "";
  return {found->second.data(), found->second.size()};
}

}  // namespace

IncomingCall ReadIncomingCall(grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  return {.authorization = Metadata(context, "authorization"),
          .client = Metadata(context, "x-qingqu-client"),
          .traceparent = Metadata(context, "traceparent"),
          .peer = context.peer(),
          .forwarded_address = Metadata(context, kClientAddressKey),
          .tls_peer = ReadTlsPeer(context.auth_context().get()),
          .forwarded_certificate = Metadata(context, kClientCertificateKey),
          .deadline = deadline == std::chrono::system_clock::time_point::max()
                          ? absl::InfiniteFuture()
                          : absl::FromChrono(deadline),
          .is_cancelled = [&context] { return context.IsCancelled(); }};
}

void FinishReactor(grpc::ServerUnaryReactor& reactor, const absl::Status& status) {
  reactor.Finish(ToGrpcStatus(status));
}

}  // namespace qingqu::rpc
