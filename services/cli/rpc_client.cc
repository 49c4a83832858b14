#include "services/cli/rpc_client.h"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/channel_arguments.h"

#include "common/rpc/method_registry.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/exit_code.h"
#include "services/cli/method_lookup.h"

namespace qingqu::cli {
namespace {

constexpr int kResponseBytesMax = 64 << 20;
constexpr int kReconnectMs = 200;
constexpr absl::Duration kConnectPatience = absl::Seconds(3);

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ClientTls& tls) {
  if (tls.authority.empty()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = tls.authority,
                               .pem_private_key = tls.key,
                               .pem_cert_chain = tls.certificate});
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const ClientTls& tls) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kResponseBytesMax);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  // An http_proxy in the environment is not meant for these connections.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, CredentialsOf(tls), arguments);
}

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (buffer.Valid() && !buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  bytes.reserve(buffer.Valid() ? buffer.Length() : 0);
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message.ParseFromString(bytes);
}

}  // namespace

class RpcClient::Connection {
 public:
  Connection(const std::string& address, const ClientTls& tls)
      : channel_(MakeChannel(address, tls)), stub_(channel_) {}

  bool Connect(absl::Duration patience) {
    return channel_->WaitForConnected(absl::ToChronoTime(absl::Now() + patience));
  }

  grpc::Status Call(const std::string& path, const google::protobuf::Message& request,
                    const RpcOptions& options, grpc::ByteBuffer& response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
    AddMetadata(context, options);
    const grpc::ByteBuffer request_buffer = ToBuffer(request);
    std::promise<grpc::Status> done;
    stub_.UnaryCall(&context, path, grpc::StubOptions(), &request_buffer, &response,
                    [&done](grpc::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }

  // `take` returns false when it wants no more.
  grpc::Status Stream(const std::string& path, const google::protobuf::Message& request,
                      const RpcOptions& options,
                      const std::function<bool(const grpc::ByteBuffer&)>& take) {
    grpc::ClientContext context;
    AddMetadata(context, options);
    grpc::CompletionQueue queue;
    bool silent = false;
    const auto wait = [&] {
      void* tag = nullptr;
      bool ok = false;
      const auto end = absl::ToChronoTime(absl::Now() + options.timeout);
      if (queue.AsyncNext(&tag, &ok, end) == grpc::CompletionQueue::TIMEOUT) {
        silent = true;
        context.TryCancel();
        queue.Next(&tag, &ok);
      }
      return ok;
    };
    const auto call = stub_.PrepareCall(&context, path, &queue);
    call->StartCall(this);
    bool going = wait();
    if (going) {
      call->WriteLast(ToBuffer(request), grpc::WriteOptions(), this);
      going = wait();
    }
    while (going) {
      grpc::ByteBuffer buffer;
      call->Read(&buffer, this);
      going = wait();
      if (going && !take(buffer)) {
        context.TryCancel();
        going = false;
      }
    }
    grpc::Status status;
    call->Finish(&status, this);
    wait();
    if (!silent) return status;
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "the server fell silent"};
  }

 private:
  static void AddMetadata(grpc::ClientContext& context, const RpcOptions& options) {
    context.AddMetadata("x-qingqu-client", "cli");
    if (!options.access_token.empty()) {
      context.AddMetadata("authorization", "Bearer " + options.access_token);
    }
  }

  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
};

RpcClient::RpcClient(ServiceAddresses addresses, const ClientTls& tls, const Catalogue& catalogue)
    : addresses_(std::move(addresses)), catalogue_(catalogue) {
  for (const auto& [area, address] : addresses_) {
    if (connections_.contains(address)) continue;
    connections_.emplace(address, std::make_unique<Connection>(address, tls));
  }
}

RpcClient::~RpcClient() = default;

absl::StatusOr<RpcClient::Connection*> RpcClient::ConnectionFor(
    const google::protobuf::MethodDescriptor& method, absl::Duration timeout) {
  const std::string area = rpc::AreaOf(method.service()->full_name());
  const auto address = addresses_.find(area);
  if (address == addresses_.end()) {
    return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "NO_ADDRESS",
                                catalogue_.Format(Message::kServiceWithoutAddress, area)));
  }
  Connection* const connection = connections_.at(address->second).get();
  if (connection->Connect(std::min(timeout, kConnectPatience))) return connection;
  return NotSentError(MakeError(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE",
                                catalogue_.Format(Message::kServerUnreachable, address->second)));
}

absl::Status RpcClient::Stream(const google::protobuf::MethodDescriptor& method,
                               const google::protobuf::Message& request, const RpcOptions& options,
                               const Take& take) {
  QINGQU_ASSIGN_OR_RETURN(Connection* const connection, ConnectionFor(method, options.timeout));
  const std::unique_ptr<google::protobuf::Message> message = NewMessage(*method.output_type());
  absl::Status taken;
  const grpc::Status status = connection->Stream(
      "/" + FullName(method), request, options, [&](const grpc::ByteBuffer& buffer) {
        taken = FromBuffer(buffer, *message)
                    ? take(*message)
                    : MakeError(absl::StatusCode::kUnknown, "UNREADABLE_ANSWER",
                                catalogue_.Text(Message::kUnreadableAnswer));
        return taken.ok();
      });
  if (!taken.ok()) return taken;
  return status.ok() ? absl::OkStatus() : rpc::FromGrpcStatus(status);
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RpcClient::Call(
    const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
    const RpcOptions& options) {
  QINGQU_ASSIGN_OR_RETURN(Connection* const connection, ConnectionFor(method, options.timeout));
  grpc::ByteBuffer buffer;
  const grpc::Status status = connection->Call("/" + FullName(method), request, options, buffer);
  if (!status.ok()) return rpc::FromGrpcStatus(status);
  std::unique_ptr<google::protobuf::Message> response = NewMessage(*method.output_type());
  if (FromBuffer(buffer, *response)) return response;
  return MakeError(absl::StatusCode::kUnknown, "UNREADABLE_ANSWER",
                   catalogue_.Text(Message::kUnreadableAnswer));
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type) {
  const google::protobuf::Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
  return std::unique_ptr<google::protobuf::Message>(prototype->New());
}

}  // namespace qingqu::cli
