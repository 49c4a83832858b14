#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "common/status/status.h"
#include "qingqu/identity/v1/credential_service.pb.h"
#include "qingqu/identity/v1/identity_service.grpc.pb.h"
#include "qingqu/identity/v1/post_service.pb.h"
#include "qingqu/identity/v1/role_service.pb.h"
#include "services/identity/identity_service.h"
#include "tests/support/test_host.h"

namespace qingqu::identity {
namespace {

// What may be called without a token.
const std::set<std::string> kOpen{
    "SignIn",         "RefreshSession",         "SwitchPost", "SignOut", "GetJsonWebKeys",
    "ExchangeApiKey", "SignInWithExternalToken"};

std::vector<const google::protobuf::MethodDescriptor*> Methods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto* file : {v1::User::descriptor()->file(), v1::Session::descriptor()->file(),
                           v1::Post::descriptor()->file(), v1::RoleGrants::descriptor()->file()}) {
    const auto& service = *file->service(0);
    for (int index = 0; index < service.method_count(); ++index) {
      methods.push_back(service.method(index));
    }
  }
  return methods;
}

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
  for (const auto* method_of_service : Methods()) {
    const auto& method = *method_of_service;
    const absl::Status status = host_.CallEmpty(method, "Bearer " + signed_in.access_token());
    EXPECT_FALSE(absl::IsUnimplemented(status)) << method.name();
    EXPECT_FALSE(absl::IsInternal(status)) << method.name();
    EXPECT_FALSE(absl::IsUnknown(status)) << method.name();
    EXPECT_NE(ErrorReason(status), "PERMISSION_MISSING") << method.name();
    EXPECT_EQ(host_.AnswerToEmpty(method, "") != "SIGN_IN_REQUIRED", kOpen.contains(method.name()))
        << method.name();
  }
}

TEST_F(IdentityServiceTest, AnEditOfARoleIsInForceSoonAndForTokensThatAreOut) {
  const std::string admin =
      host_.Authorization(testing::PrincipalOf("admin", "bureau_administrator", "", ""));
  const std::string bureau =
      host_.Authorization(testing::PrincipalOf("zheng", "insurance_bureau", "", ""));
  const auto list = [&] {
    v1::ListAlliancesResponse response;
    return ErrorReason(host_.Call("qingqu.identity.v1.IdentityService/ListAlliances",
                                  v1::ListAlliancesRequest(), response, bureau));
  };
  ASSERT_EQ(list(), "");
  v1::GetRoleRequest get;
  get.set_name("roles/insurance-bureau");
  v1::RoleGrants role;
  ASSERT_TRUE(host_.Call("qingqu.identity.v1.RoleService/GetRole", get, role, admin).ok());
  v1::UpdateRolePermissionsRequest edit;
  edit.set_request_id(testing::NewRequestId());
  edit.set_name(role.name());
  edit.set_etag(role.etag());
  edit.set_reason("test");
  edit.add_permissions("catalog.item.read");
  ASSERT_TRUE(
      host_.Call("qingqu.identity.v1.RoleService/UpdateRolePermissions", edit, role, admin).ok());
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (list().empty() && absl::Now() < until) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(list(), "PERMISSION_MISSING");
}

}  // namespace
}  // namespace qingqu::identity
