#include <future>

#include "fmt/format.h"
#include "google/protobuf/dynamic_message.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "common/auth/test_directory.h"
#include "common/rpc/status_conversion.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "services/procurement/procurement_service.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using google::protobuf::MethodDescriptor;

const google::protobuf::ServiceDescriptor& Service() {
  return *v1::Order::descriptor()->file()->FindServiceByName("ProcurementService");
}

std::string RoleFor(const MethodDescriptor& method) {
  const std::string permission = method.options().GetExtension(common::v1::permission);
  for (const std::string_view role : auth::AllRoles()) {
    if (auth::RoleHolds(role, permission)) return std::string(role);
  }
  return "";
}

// An empty request, but for a request id.
std::string SerializedRequest(const MethodDescriptor& method) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> request(
      factory.GetPrototype(method.input_type())->New());
  const auto* field = method.input_type()->FindFieldByName("request_id");
  if (field != nullptr) {
    request->GetReflection()->SetString(request.get(), field, testing::NewRequestId());
  }
  return request->SerializeAsString();
}

class ProcurementServiceTest : public ::testing::Test {
 protected:
  ProcurementServiceTest() {
    signer_ = *auth::TokenSigner::LoadOrCreate(keys_.path(), auth::kIdentityKeyId, &clock_);
    host_ = *rpc::ServiceHost::Start(
        {.database = database_.conninfo(), .keys_dir = keys_.path(), .clock = &clock_},
        {ProcurementSpec()});
    channel_ = grpc::CreateChannel(fmt::format("127.0.0.1:{}", host_->port()),
                                   grpc::InsecureChannelCredentials());
  }
  ~ProcurementServiceTest() override { host_->Stop(absl::Seconds(5)); }

  absl::Status Call(const MethodDescriptor& method, const std::string& role) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!role.empty()) {
      auth::Principal principal = testing::PrincipalOf("someone", role, "county-hospital", "east");
      if (principal.scope == auth::Scope::kSupplier) principal.supplier_id = "good";
      if (method.name() == "ApproveAgreement") {
        principal.scope = auth::Scope::kAlliance;
        principal.institution_id.clear();
      }
      const auto token = signer_->Sign(principal, absl::Minutes(5));
      context.AddMetadata("authorization", "Bearer " + *token);
    }
    const grpc::Slice slice(SerializedRequest(method));
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> finished;
    grpc::GenericStub stub(channel_);
    stub.UnaryCall(&context, fmt::format("/{}/{}", Service().full_name(), method.name()), {},
                   &request, &response,
                   [&](grpc::Status status) { finished.set_value(std::move(status)); });
    return rpc::FromGrpcStatus(finished.get_future().get());
  }

  SystemClock clock_;
  auth::TestDirectory keys_;
  testing::TestDatabase database_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ProcurementServiceTest, EveryMethodIsServed) {
  for (int i = 0; i < Service().method_count(); ++i) {
    const MethodDescriptor& method = *Service().method(i);
    SCOPED_TRACE(method.name());
    EXPECT_EQ(Call(method, "").code(), absl::StatusCode::kUnauthenticated);
    const absl::Status answered = Call(method, RoleFor(method));
    // An empty request is answered by the handler, which lists without a filter need not refuse.
    EXPECT_TRUE(answered.ok() || ReasonOfStatus(answered) == "INVALID_FIELD") << answered;
  }
}

TEST_F(ProcurementServiceTest, AMethodNeedsItsPermission) {
  const MethodDescriptor& create = *Service().FindMethodByName("CreateOrder");
  EXPECT_EQ(Call(create, "supplier").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Call(create, "procurement_officer").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace qingqu::procurement
