#include "services/identity/post.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "fmt/format.h"

#include "services/identity/post_errors.h"

namespace qingqu::identity {
namespace {

constexpr std::array<std::string_view, 3> kInstitutionRoles{"hospital_pharmacist",
                                                            "department_nurse", "approver"};
constexpr std::array<std::string_view, 2> kDepartmentRoles{"hospital_pharmacist",
                                                           "department_nurse"};
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

std::string Field(std::string_view prefix, std::string_view field) {
  return fmt::format("{}.{}", prefix, field);
}

void CheckRoles(std::string_view prefix, const Post& post, FieldViolations& violations) {
  if (post.roles.empty() || post.roles.size() > kRolesMax) {
    violations.Add(Field(prefix, "roles"), "must hold 1 to 5 roles");
  }
  if (post.scope == auth::Scope::kSystem) return;  // not set, which is said elsewhere
  const auto allowed = RolesOfScope(post.scope);
  for (const std::string& role : post.roles) {
    if (!Contains(allowed, role)) {
      violations.Add(Field(prefix, "roles"), fmt::format("{} does not go with the scope {}", role,
                                                         auth::ScopeName(post.scope)));
    }
    if (post.roles.size() > 1 && Contains(kSingleRoles, role)) {
      violations.Add(Field(prefix, "roles"), fmt::format("{} goes with no other role", role));
    }
  }
}

struct Belonging {
  std::string_view field;
  const std::string& id;
  bool required = false;
  bool allowed = false;
};

void CheckBelonging(std::string_view prefix, const Post& post, FieldViolations& violations) {
  using auth::Scope;
  const bool department = post.scope == Scope::kDepartment;
  const bool institution = post.scope == Scope::kInstitution || department;
  const bool alliance = post.scope == Scope::kAlliance;
  const bool supplier = post.scope == Scope::kSupplier;
  // The alliance of these two is the institution's; it may be said, and is checked then.
  const Belonging belongings[] = {
      {"institution", post.institution_id, institution, institution || alliance},
      {"alliance", post.alliance_id, alliance, institution || alliance},
      {"supplier", post.supplier_id, supplier, supplier},
      {"department", post.department_id, department, institution}};
  for (const Belonging& belonging : belongings) {
    if (belonging.required && belonging.id.empty()) {
      violations.Add(Field(prefix, belonging.field),
                     fmt::format("is required for the scope {}", auth::ScopeName(post.scope)));
    }
    if (!belonging.allowed && !belonging.id.empty()) {
      violations.Add(Field(prefix, belonging.field),
                     fmt::format("must be empty for the scope {}", auth::ScopeName(post.scope)));
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
    case auth::Scope::kDepartment:
      return kDepartmentRoles;
    case auth::Scope::kSystem:
      return {};
  }
  return {};
}

void CheckPlace(std::string_view prefix, const Post& post, FieldViolations& violations) {
  CheckRoles(prefix, post, violations);
  CheckBelonging(prefix, post, violations);
}

bool IsWithinSession(const auth::Principal& caller, const std::string& institution_id) {
  return !caller.confined || caller.institution_id == institution_id;
}

bool IsInForce(const Post& post, absl::Time now) {
  return post.starts_at <= now && now < post.ends_at;
}

absl::StatusOr<Post> ChoosePost(const std::vector<Post>& posts, const std::string& wanted,
                                absl::Time now) {
  // A token lives a second at least.
  const auto usable = [&](const Post& post) {
    return IsInForce(post, now) && now + absl::Seconds(1) <= post.ends_at;
  };
  const Post* chosen = nullptr;
  for (const Post& post : posts) {
    if (!wanted.empty() && post.post_id == wanted) {
      if (!usable(post)) return PostNotInForce();
      return post;
    }
    if (usable(post) && (chosen == nullptr || post.starts_at < chosen->starts_at)) chosen = &post;
  }
  if (!wanted.empty()) return PostNotFound(wanted);
  if (chosen == nullptr) return PostNotInForce();
  return *chosen;
}

}  // namespace qingqu::identity
