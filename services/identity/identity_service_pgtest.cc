#include <filesystem>

#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "common/auth/test_directory.h"
#include "common/base/check.h"
#include "qingqu/identity/v1/identity_service.grpc.pb.h"
#include "services/identity/identity_service.h"
#include "tests/support/test_database.h"

namespace qingqu::identity {
namespace {

class IdentityServiceTest : public ::testing::Test {
 protected:
  IdentityServiceTest() {
    directory_.Write("password", "correct horse battery\n");
    auto host = rpc::ServiceHost::Start({.database = database_.conninfo(),
                                         .keys_dir = directory_.File("keys"),
                                         .bootstrap_password_file = directory_.File("password"),
                                         .clock = &clock_},
                                        {IdentitySpec()});
    QINGQU_CHECK(host.ok());
    host_ = *std::move(host);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(host_->port()),
                                   grpc::InsecureChannelCredentials());
    stub_ = v1::IdentityService::NewStub(channel_);
  }

  grpc::Status Call(const google::protobuf::MethodDescriptor& method, const std::string& token) {
    const std::string path = "/" + method.service()->full_name() + "/" + method.name();
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    grpc::CompletionQueue queue;
    grpc::GenericStub generic(channel_);
    grpc::Slice empty;
    const grpc::ByteBuffer request(&empty, 1);
    const auto call = generic.PrepareUnaryCall(&context, path, request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }

  testing::TestDatabase database_;
  auth::TestDirectory directory_;
  SystemClock clock_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::IdentityService::Stub> stub_;
};

TEST_F(IdentityServiceTest, TheFirstUserSignsInOverTheWireAndIsKnown) {
  EXPECT_TRUE(std::filesystem::exists(directory_.File("keys/identity.pub.pem")));
  v1::SignInRequest sign_in;
  sign_in.set_user("admin");
  sign_in.set_password("correct horse battery");
  v1::SignInResponse signed_in;
  grpc::ClientContext sign_in_context;
  ASSERT_TRUE(stub_->SignIn(&sign_in_context, sign_in, &signed_in).ok());
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + signed_in.access_token());
  v1::User self;
  ASSERT_TRUE(stub_->GetSelf(&context, {}, &self).ok());
  EXPECT_EQ(self.name(), "users/admin");
  EXPECT_EQ(self.roles(0), v1::ROLE_BUREAU_ADMINISTRATOR);
}

TEST_F(IdentityServiceTest, EveryMethodIsWired) {
  v1::SignInRequest sign_in;
  sign_in.set_user("admin");
  sign_in.set_password("correct horse battery");
  v1::SignInResponse signed_in;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->SignIn(&context, sign_in, &signed_in).ok());
  const auto& service = *v1::User::descriptor()->file()->service(0);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    const grpc::Status status = Call(method, signed_in.access_token());
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << method.name();
    EXPECT_NE(status.error_code(), grpc::StatusCode::INTERNAL) << method.name();
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNKNOWN) << method.name();
    EXPECT_NE(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method.name();
    const bool open = method.name() == "SignIn" || method.name() == "RefreshSession" ||
                      method.name() == "SignOut";
    const std::string message = Call(method, "").error_message();
    EXPECT_EQ(message.find("authorization: Bearer") == std::string::npos, open) << method.name();
  }
}

}  // namespace
}  // namespace qingqu::identity
