#include "common/auth/alliance_scope.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::auth {
namespace {

TEST(AllianceScopeTest, OneInstitutionOrDepartmentIsTooNarrow) {
  for (const Scope scope : {Scope::kInstitution, Scope::kDepartment}) {
    const absl::Status refused = RequireAllianceScope({.scope = scope});
    EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ErrorReason(refused), "SCOPE_TOO_NARROW");
  }
}

TEST(AllianceScopeTest, AnythingWiderIsEnough) {
  for (const Scope scope : {Scope::kAlliance, Scope::kCounty, Scope::kSystem}) {
    EXPECT_TRUE(RequireAllianceScope({.scope = scope}).ok()) << ScopeName(scope);
  }
}

TEST(AllianceScopeTest, ForTheCountyOnlyTheCountyIsEnough) {
  for (const Scope scope :
       {Scope::kInstitution, Scope::kDepartment, Scope::kAlliance, Scope::kSupplier}) {
    EXPECT_EQ(ErrorReason(RequireCountyScope({.scope = scope})), "SCOPE_TOO_NARROW");
  }
  for (const Scope scope : {Scope::kCounty, Scope::kSystem}) {
    EXPECT_TRUE(RequireCountyScope({.scope = scope}).ok()) << ScopeName(scope);
  }
}

}  // namespace
}  // namespace qingqu::auth
