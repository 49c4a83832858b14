#include "tests/support/test_platform.h"

#include <unistd.h>

#include <future>

#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"

#include "common/base/check.h"
#include "common/rpc/status_conversion.h"
#include "services/catalog/catalog_service.h"
#include "services/distribution/distribution_service.h"
#include "services/identity/identity_service.h"
#include "services/procurement/procurement_service.h"
#include "services/supervision/supervision_service.h"
#include "services/usage/usage_service.h"

namespace qingqu::testing {
namespace {

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

}  // namespace

std::vector<rpc::ServiceSpec> AllSpecs() {
  return {identity::IdentitySpec(),         catalog::CatalogSpec(), procurement::ProcurementSpec(),
          distribution::DistributionSpec(), usage::UsageSpec(),     supervision::SupervisionSpec()};
}

TestPlatform::TestPlatform()
    : keys_dir_(std::filesystem::temp_directory_path() /
                fmt::format("qingqu-keys-{}-{}", getpid(), NewRequestId())) {
  auto signer = auth::TokenSigner::LoadOrCreate(keys_dir_.string(), auth::kIdentityKeyId, &clock_);
  QINGQU_CHECK(signer.ok());
  signer_ = *std::move(signer);
  auto host = rpc::ServiceHost::Start(
      {.database = database_.conninfo(), .keys_dir = keys_dir_.string(), .clock = &clock_},
      AllSpecs());
  if (!host.ok()) fmt::print(stderr, "{}\n", host.status().ToString());
  QINGQU_CHECK(host.ok());
  host_ = *std::move(host);
  channel_ = grpc::CreateChannel(fmt::format("127.0.0.1:{}", host_->port()),
                                 grpc::InsecureChannelCredentials());
}

TestPlatform::~TestPlatform() {
  host_->Stop(absl::Seconds(5));
  std::error_code error;
  std::filesystem::remove_all(keys_dir_, error);
}

std::string TestPlatform::Authorization(const auth::Principal& principal) const {
  const absl::StatusOr<std::string> token = signer_->Sign(principal, absl::Minutes(10));
  QINGQU_CHECK(token.ok());
  return "Bearer " + *token;
}

absl::Status TestPlatform::Call(std::string_view method, const google::protobuf::Message& request,
                                google::protobuf::Message& response,
                                const std::string& authorization) const {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
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

}  // namespace qingqu::testing
