#include "services/identity/user.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "fmt/format.h"

#include "services/identity/organisation.h"

namespace qingqu::identity {
namespace {

constexpr std::array<std::string_view, 3> kInstitutionRoles{"hospital_pharmacist",
                                                            "department_nurse", "approver"};
constexpr std::array<std::string_view, 3> kAllianceRoles{"procurement_officer", "approver",
                                                         "operator"};
constexpr std::array<std::string_view, 4> kCountyRoles{
    "insurance_bureau", "market_supervision", "discipline_inspector", "bureau_administrator"};
constexpr std::array<std::string_view, 1> kSupplierRoles{"supplier"};
// Whoever holds one of these holds nothing else.
constexpr std::array<std::string_view, 2> kSingleRoles{"supplier", "discipline_inspector"};

template <typename Range>
bool Contains(const Range& range, std::string_view value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

void CheckRoles(const User& user, FieldViolations& violations) {
  if (user.roles.empty() || user.roles.size() > kRolesMax) {
    violations.Add("user.roles", "must hold 1 to 5 roles");
  }
  if (user.scope == auth::Scope::kSystem) return;  // not set, which is said elsewhere
  const auto allowed = RolesOfScope(user.scope);
  for (const std::string& role : user.roles) {
    if (!Contains(allowed, role)) {
      violations.Add("user.roles", fmt::format("{} does not go with the scope {}", role,
                                               auth::ScopeName(user.scope)));
    }
    if (user.roles.size() > 1 && Contains(kSingleRoles, role)) {
      violations.Add("user.roles", fmt::format("{} goes with no other role", role));
    }
  }
}

struct Belonging {
  std::string_view field;
  const std::string& id;
  bool required = false;
  bool allowed = false;
};

void CheckBelonging(const User& user, FieldViolations& violations) {
  using auth::Scope;
  const bool institution = user.scope == Scope::kInstitution;
  const bool alliance = user.scope == Scope::kAlliance;
  const bool supplier = user.scope == Scope::kSupplier;
  // The alliance of SCOPE_INSTITUTION is the institution's; it may be said, and is checked then.
  const Belonging belongings[] = {
      {"user.institution", user.institution_id, institution, institution || alliance},
      {"user.alliance", user.alliance_id, alliance, institution || alliance},
      {"user.supplier", user.supplier_id, supplier, supplier}};
  for (const Belonging& belonging : belongings) {
    if (belonging.required && belonging.id.empty()) {
      violations.Add(belonging.field,
                     fmt::format("is required for the scope {}", auth::ScopeName(user.scope)));
    }
    if (!belonging.allowed && !belonging.id.empty()) {
      violations.Add(belonging.field,
                     fmt::format("must be empty for the scope {}", auth::ScopeName(user.scope)));
    }
  }
}

}  // namespace

std::span<const std::string_view> RolesOfScope(auth::Scope scope) {
  switch (scope) {
    case auth::Scope::kInstitution:
      return kInstitutionRoles;
    case auth::Scope::kAlliance:
      return kAllianceRoles;
    case auth::Scope::kCounty:
      return kCountyRoles;
    case auth::Scope::kSupplier:
      return kSupplierRoles;
    case auth::Scope::kSystem:
      return {};
  }
  return {};
}

void CheckUser(const User& user, FieldViolations& violations) {
  CheckDisplayName("user.display_name", user.display_name, violations);
  CheckRoles(user, violations);
  CheckBelonging(user, violations);
}

auth::Principal PrincipalOfUser(const User& user) {
  auth::Principal principal;
  principal.user_id = user.user_id;
  principal.institution_id = user.institution_id;
  principal.alliance_id = user.alliance_id;
  principal.supplier_id = user.supplier_id;
  principal.scope = user.scope;
  principal.roles = user.roles;
  return principal;
}

}  // namespace qingqu::identity
