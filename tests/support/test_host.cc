#include "tests/support/test_host.h"

#include <chrono>
#include <future>
#include <utility>

#include "fmt/format.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"

#include "common/base/check.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"

namespace qingqu::testing {
namespace {

constexpr std::chrono::seconds kCallDeadline(30);

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message.ParseFromString(bytes);
}

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) fmt::print(stderr, "{}\n", result.status().ToString());
  QINGQU_CHECK(result.ok());
  return *std::move(result);
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace

TestHost::TestHost(const std::vector<rpc::ServiceSpec>& specs,
                   const std::string& bootstrap_password,
                   const rpc::DoctorLevelLimits& doctor_level) {
  signer_ = OrDie(auth::TokenSigner::LoadOrCreate(keys_dir(), auth::kIdentityKeyId, &clock_));
  rpc::ServiceHost::Options options{.database = database_.conninfo(),
                                    .keys_dir = keys_dir(),
                                    .doctor_level = doctor_level,
                                    .clock = &clock_};
  if (!bootstrap_password.empty()) {
    directory_.Write("password", bootstrap_password + "\n");
    options.bootstrap_password_file = directory_.File("password");
  }
  host_ = OrDie(rpc::ServiceHost::Start(options, specs));
  channel_ = grpc::CreateChannel(fmt::format("127.0.0.1:{}", host_->port()),
                                 grpc::InsecureChannelCredentials());
}

TestHost::~TestHost() { host_->Stop(absl::Seconds(5)); }

std::string TestHost::Authorization(const auth::Principal& principal) const {
  return "Bearer " + OrDie(signer_->Sign(principal, absl::Minutes(10)));
}

absl::Status TestHost::Call(std::string_view method, const google::protobuf::Message& request,
                            google::protobuf::Message& response,
                            const std::string& authorization) const {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
  const grpc::ByteBuffer request_bytes = ToBuffer(request);
  grpc::ByteBuffer response_bytes;
  std::promise<grpc::Status> finished;
  stub.UnaryCall(&context, fmt::format("/{}", method), {}, &request_bytes, &response_bytes,
                 [&](grpc::Status status) { finished.set_value(std::move(status)); });
  const grpc::Status status = finished.get_future().get();
  if (!status.ok()) return rpc::FromGrpcStatus(status);
  return FromBuffer(response_bytes, response) ? absl::OkStatus()
                                              : absl::DataLossError("unreadable response");
}

absl::Status TestHost::CallEmpty(const google::protobuf::MethodDescriptor& method,
                                 const std::string& authorization) const {
  const auto request = NewMessage(*method.input_type());
  const auto response = NewMessage(*method.output_type());
  return Call(fmt::format("{}/{}", method.service()->full_name(), method.name()), *request,
              *response, authorization);
}

std::string TestHost::AnswerToEmpty(const google::protobuf::MethodDescriptor& method,
                                    const std::string& authorization) const {
  const absl::Status status = CallEmpty(method, authorization);
  const std::string reason = ErrorReason(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

}  // namespace qingqu::testing
