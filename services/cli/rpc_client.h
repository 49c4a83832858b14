#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "common/rpc/service_addresses.h"
#include "services/cli/messages.h"

namespace qingqu::cli {

// TLS to the server, PEM. Without `authority` connections are plain; `certificate` and `key` are
// for servers that ask who connects, both or none.
struct ClientTls {
  std::string authority;
  std::string certificate;
  std::string key;
};

struct RpcOptions {
  std::string access_token;  // "" for none
  absl::Duration timeout;
};

// Calls any method of the platform over gRPC, blocking. Connections are made when they are needed
// and kept. Thread-safe.
class RpcClient {
 public:
  RpcClient(ServiceAddresses addresses, const ClientTls& tls, const Catalogue& catalogue);
  ~RpcClient();
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // The answer, or the service's error with its details as payloads. Without a connection the call
  // is not made: UNAVAILABLE SERVER_UNREACHABLE, marked as not sent.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Call(
      const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
      const RpcOptions& options);

  // A call whose answer is a stream: `take` gets each message, and ends the call with an error. The
  // timeout is for each message. Errors as above.
  using Take = std::function<absl::Status(const google::protobuf::Message&)>;
  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, const RpcOptions& options,
                      const Take& take);

 private:
  class Connection;
  // One that is connected.
  absl::StatusOr<Connection*> ConnectionFor(const google::protobuf::MethodDescriptor& method,
                                            absl::Duration timeout);

  const ServiceAddresses addresses_;
  const Catalogue catalogue_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;  // by address; filled once
};

// An empty message of a type that is linked in.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

}  // namespace qingqu::cli
