// Walks every method × every role, over real gRPC: who lacks the declared permission gets
// PERMISSION_DENIED and nothing else, who holds it gets anything but that.
#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "common/rpc/method_registry.h"
#include "common/status/status.h"
#include "tests/support/test_host.h"
#include "tests/support/test_platform.h"

namespace qingqu {
namespace {

class PermissionWalkTest : public ::testing::Test {
 protected:
  auth::Principal PrincipalWith(std::string_view role) const {
    if (role == "supplier") return testing::CallBySupplier("walker", "medline").principal;
    return testing::PrincipalOf("walker", role, "county-hospital", "east");
  }

  testing::TestHost platform_{testing::AllSpecs()};
};

TEST_F(PermissionWalkTest, EveryMethodAsksEveryRoleForItsPermission) {
  int checked = 0;
  for (const auto* service : rpc::AllServices()) {
    const auto methods = rpc::ReadMethods(*service);
    ASSERT_TRUE(methods.ok()) << methods.status();
    for (int index = 0; index < service->method_count(); ++index) {
      const auto& method = *service->method(index);
      const std::string& permission = methods->at(method.name()).permission;
      if (permission == "public") continue;
      for (const std::string_view role : auth::AllRoles()) {
        const auth::Principal principal = PrincipalWith(role);
        const absl::Status status = platform_.CallEmpty(method, platform_.Authorization(principal));
        const bool denied = ErrorReason(status) == "PERMISSION_MISSING";
        EXPECT_EQ(denied, !auth::IsGranted(principal, permission))
            << role << " calls " << method.full_name() << " (" << permission << "): " << status;
        EXPECT_FALSE(absl::IsUnauthenticated(status)) << role << " calls " << method.full_name();
        EXPECT_FALSE(absl::IsUnimplemented(status)) << method.full_name() << " has no handler";
        EXPECT_FALSE(absl::IsInternal(status))
            << role << " calls " << method.full_name() << ": " << status;
        ++checked;
      }
    }
  }
  EXPECT_GE(checked, 400);
}

TEST_F(PermissionWalkTest, WithoutATokenNothingButThePublicIsServed) {
  for (const auto* service : rpc::AllServices()) {
    for (int index = 0; index < service->method_count(); ++index) {
      const auto& method = *service->method(index);
      const std::string permission = rpc::ReadMethods(*service)->at(method.name()).permission;
      const absl::Status status = platform_.CallEmpty(method, "");
      if (permission == "public") {
        EXPECT_NE(ErrorReason(status), "SIGN_IN_REQUIRED") << method.full_name();
      } else {
        EXPECT_EQ(ErrorReason(status), "SIGN_IN_REQUIRED") << method.full_name();
      }
      EXPECT_EQ(ErrorReason(platform_.CallEmpty(method, "Bearer forged.forged.forged")) ==
                    "TOKEN_INVALID",
                permission != "public")
          << method.full_name();
    }
  }
}

TEST_F(PermissionWalkTest, ARefusedQuestionIsInTheJournal) {
  const auto* service = rpc::AllServices().back();
  ASSERT_EQ(service->full_name(), "qingqu.supervision.v1.SupervisionService");
  const auto& trace = *service->FindMethodByName("TraceLot");
  EXPECT_EQ(ErrorReason(platform_.CallEmpty(
                trace, platform_.Authorization(PrincipalWith("department_nurse")))),
            "PERMISSION_MISSING");
  EXPECT_EQ(platform_.database().Value(
                "SELECT count(*) FROM journal.entry WHERE event = 'question.people_refused' AND "
                "actor_user_id = 'walker' AND method LIKE '%/TraceLot'"),
            "1");
}

}  // namespace
}  // namespace qingqu
