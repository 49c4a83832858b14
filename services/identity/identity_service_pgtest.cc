#include <filesystem>

#include "google/protobuf/descriptor.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "qingqu/identity/v1/identity_service.grpc.pb.h"
#include "services/identity/identity_service.h"
#include "tests/support/test_host.h"

namespace qingqu::identity {
namespace {

class IdentityServiceTest : public ::testing::Test {
 protected:
  testing::TestHost host_{{IdentitySpec()}, "correct horse battery"};
  std::unique_ptr<v1::IdentityService::Stub> stub_ = v1::IdentityService::NewStub(host_.channel());
};

TEST_F(IdentityServiceTest, TheFirstUserSignsInOverTheWireAndIsKnown) {
  EXPECT_TRUE(std::filesystem::exists(host_.keys_dir() + "/identity.pub.pem"));
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
    const absl::Status status = host_.CallEmpty(method, "Bearer " + signed_in.access_token());
    EXPECT_FALSE(absl::IsUnimplemented(status)) << method.name();
    EXPECT_FALSE(absl::IsInternal(status)) << method.name();
    EXPECT_FALSE(absl::IsUnknown(status)) << method.name();
    EXPECT_FALSE(absl::IsPermissionDenied(status)) << method.name();
    const bool open = method.name() == "SignIn" || method.name() == "RefreshSession" ||
                      method.name() == "SignOut";
    EXPECT_EQ(host_.AnswerToEmpty(method, "") != "SIGN_IN_REQUIRED", open) << method.name();
  }
}

}  // namespace
}  // namespace qingqu::identity
