#include <string>
#include <string_view>

#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "services/procurement/procurement_service.h"
#include "services/procurement/test_world.h"
#include "tests/support/test_host.h"

namespace qingqu::procurement {
namespace {

using google::protobuf::MethodDescriptor;

const google::protobuf::ServiceDescriptor& Service() {
  return *v1::CreateOrderRequest::descriptor()->file()->FindServiceByName("ProcurementService");
}

std::string RoleFor(const MethodDescriptor& method) {
  const std::string permission = method.options().GetExtension(common::v1::permission);
  for (const std::string_view role : auth::AllRoles()) {
    if (auth::RoleHolds(role, permission)) return std::string(role);
  }
  return "";
}

class ProcurementServiceTest : public ::testing::Test {
 protected:
  absl::Status Call(const MethodDescriptor& method, const std::string& role) {
    if (role.empty()) return host_.CallEmpty(method, "");
    auth::Principal principal = testing::PrincipalOf("someone", role, "county-hospital", "east");
    if (principal.scope == auth::Scope::kSupplier) principal.supplier_id = "good";
    if (method.name() == "ApproveAgreement") {
      principal.scope = auth::Scope::kAlliance;
      principal.institution_id.clear();
    }
    return host_.CallEmpty(method, host_.Authorization(principal));
  }

  testing::TestHost host_{{ProcurementSpec()}};
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
