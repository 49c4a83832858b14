#include "common/auth/role_grants.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "common/auth/role_table.h"

namespace qingqu::auth {
namespace {

// The order of the columns below.
constexpr std::string_view kRoles[] = {
    "hospital_pharmacist",
    "department_nurse",
    "procurement_officer",
    "approver",
    "operator",
    "supplier",
    "insurance_bureau",
    "market_supervision",
    "discipline_inspector",
    "bureau_administrator",
};

struct Row {
  // For each role a space and a mark: 'x' when the role holds the permission, '.' when not.
  std::string_view marks;
  std::string_view permission;
};

// P hospital pharmacist    N department nurse      O procurement officer   A approver
// S operator (SPD)         V supplier (vendor)     I insurance bureau      M market supervision
// D discipline inspector   B bureau administrator
//
// The operator and suppliers hold nothing that starts with "usage.": they never learn of a patient
// or a doctor. The bureau administrator reads everything but patients, and trades nothing.
constexpr Row kRows[] = {
    // P N O A S V I M D B
    {" x x x x x . x x x x", "identity.organisation.read"},
    {" . . . . . . . . . x", "identity.organisation.write"},
    {" . . . . . . . . x x", "identity.user.read"},
    {" . . . . . . . . . x", "identity.user.write"},
    {" . . . . . . . . . x", "identity.credential.write"},
    {" . . . . . . . . x x", "identity.role.read"},
    {" . . . . . . . . . x", "identity.role.write"},
    // P N O A S V I M D B
    {" x . x x x x x x x x", "catalog.supplier.read"},
    {" . . x . . . . . . .", "catalog.supplier.propose"},
    {" . . . x . . . . . .", "catalog.supplier.approve"},
    {" x x x x x x x x x x", "catalog.item.read"},
    {" . . x . . . . . . .", "catalog.item.propose"},
    {" . . . x . . . . . .", "catalog.item.approve"},
    {" x x x x x x x x x x", "catalog.registration.read"},
    {" . . x . . . . . . .", "catalog.registration.propose"},
    {" . . . x . . . . . .", "catalog.registration.approve"},
    {" . . x x . . . . . .", "catalog.registration.suspend"},
    {" x x x x x x x x x x", "catalog.class.read"},
    {" . . x . . . . . . .", "catalog.class.import"},
    {" x x x x . . . . x x", "catalog.application.read"},
    {" . x . . . . . . . .", "catalog.application.submit"},
    {" . . . x . . . . . .", "catalog.application.review_department"},
    {" x . . . . . . . . .", "catalog.application.review_pharmacy"},
    {" . . . x . . . . . .", "catalog.application.review_infection_control"},
    {" . . . x . . . . . .", "catalog.application.review_alliance"},
    {" x x x x x . x x x x", "catalog.list.read"},
    {" x . x . . . . . . .", "catalog.list.propose"},
    {" . . . x . . . . . x", "catalog.list.approve"},
    {" x . x x . x x x x x", "catalog.price.read"},
    {" x . x x . . x x x x", "catalog.price_comparison.read"},
    {" . . x . . . . . . x", "catalog.price.set"},
    {" x x x x x . x x x x", "catalog.purchase.read"},
    {" . . . . . . . . . x", "catalog.purchase_rule.set"},
    {" x x x x x x x x x x", "catalog.code.read"},
    {" . . x . . . . . . x", "catalog.code.import"},
    {" . . . . . . . . . x", "catalog.code.govern"},
    {" . . x . . . . . . .", "catalog.code_cancellation.propose"},
    {" . . . . . . . . . x", "catalog.code_cancellation.approve"},
    {" x x x x x x x x x x", "catalog.device.read"},
    {" . . x . . . . . . .", "catalog.device.import"},
    // P N O A S V I M D B
    {" x . x x x x x x x x", "catalog.organisation.read"},
    {" . . x . . . . . . .", "catalog.organisation.propose"},
    {" . . . x . . . . . .", "catalog.organisation.decide"},
    {" . . x . . x . . . .", "catalog.qualification.submit"},
    {" . . . x . . . . . .", "catalog.qualification.review_equipment"},
    {" x . . x . . . . . .", "catalog.qualification.review_infection_control"},
    {" . . . . . . . . . x", "catalog.qualification_policy.write"},
    {" x . x x x . . x x x", "catalog.item_merge.read"},
    {" . . x . . . . . . .", "catalog.item_merge.propose"},
    {" . . . x . . . . . .", "catalog.item_merge.approve"},
    {" x x x x x . x . x x", "catalog.local_code.read"},
    {" x . x . . . . . . .", "catalog.local_code.upload"},
    {" x . x . . . . . . .", "catalog.local_code.decide"},
    // P N O A S V I M D B
    {" x . x x x x x . x x", "procurement.agreement.read"},
    {" . . x . . . . . . .", "procurement.agreement.propose"},
    {" . . . x . . . . . .", "procurement.agreement.approve"},
    {" x x x x x . . . x x", "procurement.requisition.read"},
    {" x x . . . . . . . .", "procurement.requisition.create"},
    {" . . . x . . . . . .", "procurement.requisition.approve"},
    {" x . x x x x x x x x", "procurement.order.read"},
    {" . . x . . . . . . .", "procurement.order.create"},
    {" . . . . . x . . . .", "procurement.order.respond"},
    {" x . x x x x x x x x", "procurement.despatch.read"},
    {" . . . . . x . . . .", "procurement.despatch.create"},
    {" . . x . . . x . x x", "procurement.history.read"},
    {" . . x . . . . . . .", "procurement.history.import"},
    // P N O A S V I M D B
    {" x x x x x . x x x x", "distribution.location.read"},
    {" x . . . x . . . . x", "distribution.location.write"},
    {" x . x x x . x x x x", "distribution.receipt.read"},
    {" x . . . x . . . . .", "distribution.receipt.create"},
    {" x x . . x . x . x x", "distribution.transfer.read"},
    {" x . . . x . . . . .", "distribution.transfer.send"},
    {" x x . . x . . . . .", "distribution.transfer.receive"},
    {" x x x x x . x x x x", "distribution.stock.read"},
    {" . . . . x . . . x x", "distribution.ledger.check"},
    {" x x . . x . . . . .", "distribution.movement.post"},
    {" x . . . x . . . . .", "distribution.stock.keep"},
    {" x . . . x . . . . .", "distribution.stock.reserve"},
    {" . . . x . . . . . .", "distribution.expiry.override"},
    {" . . . x . . . . . .", "distribution.recall.lift"},
    {" . . . x . . . . . .", "distribution.lot.correct"},
    {" . . . x . . . . . .", "distribution.period.close"},
    // P N O A S V I M D B
    {" x x . . . . x . x x", "usage.use.read"},
    {" . x . . . . . . . .", "usage.use.create"},
    {" . x . . . . . . x .", "usage.patient.read"},
    {" . . . . . . x . x .", "usage.pseudonym.read"},
    {" . . . . . . . . x .", "usage.person.read"},
    // P N O A S V I M D B
    {" . . . . . x . x x x", "supervision.trace.read"},
    {" . . . . . . . . x x", "supervision.journal.read"},
    {" . . . . . . . x x x", "supervision.proof.read"},
    {" . . . . . . . . x x", "supervision.export.read"},
    {" . . . . . . . . x .", "supervision.access.read"},
};

struct ServiceGrant {
  std::string_view service;
  std::string_view permission;
};

// What a service may do that acts for a user, whatever that user may do: `usage` consumes stock for
// a use.
constexpr ServiceGrant kServiceGrants[] = {
    {"usage", "distribution.stock.consume"},
    {"usage", "distribution.location.read"},
};

constexpr bool HasOneMarkPerRole(const Row& row) {
  if (row.marks.size() != 2 * std::size(kRoles)) return false;
  for (size_t i = 0; i < row.marks.size(); ++i) {
    const char mark = row.marks[i];
    const bool fits = i % 2 == 0 ? mark == ' ' : mark == 'x' || mark == '.';
    if (!fits) return false;
  }
  return true;
}
static_assert(std::all_of(std::begin(kRows), std::end(kRows), HasOneMarkPerRole));

bool ServiceHolds(std::string_view service, std::string_view permission) {
  return std::any_of(std::begin(kServiceGrants), std::end(kServiceGrants),
                     [&](const ServiceGrant& grant) {
                       return grant.service == service && grant.permission == permission;
                     });
}

}  // namespace

const std::vector<std::string_view>& AllRoles() {
  static const std::vector<std::string_view> roles(std::begin(kRoles), std::end(kRoles));
  return roles;
}

bool RoleHolds(std::string_view role, std::string_view permission) {
  const auto column = std::find(std::begin(kRoles), std::end(kRoles), role);
  if (column == std::end(kRoles)) return false;
  const auto row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& candidate) {
    return candidate.permission == permission;
  });
  if (row == std::end(kRows)) return false;
  return row->marks[2 * static_cast<size_t>(column - std::begin(kRoles)) + 1] == 'x';
}

bool IsGranted(const Principal& principal, std::string_view permission) {
  if (permission == "public") return true;
  if (permission == "enrolment") {
    return !principal.user_id.empty() && principal.acting_service.empty();
  }
  if (principal.enrolment_only) return false;
  if (permission == "authenticated") return !principal.user_id.empty();
  if (!principal.acting_service.empty()) return ServiceHolds(principal.acting_service, permission);
  if (!principal.only_permissions.empty() &&
      std::ranges::find(principal.only_permissions, permission) ==
          principal.only_permissions.end()) {
    return false;
  }
  if (principal.role_table != nullptr) {
    return std::any_of(principal.roles.begin(), principal.roles.end(), [&](std::string_view role) {
      return principal.role_table->Holds(role, permission);
    });
  }
  return std::any_of(principal.roles.begin(), principal.roles.end(),
                     [&](std::string_view role) { return RoleHolds(role, permission); });
}

std::set<std::string_view> AllRolePermissions() {
  std::set<std::string_view> granted;
  for (const Row& row : kRows) {
    if (row.marks.find('x') != std::string_view::npos) granted.insert(row.permission);
  }
  return granted;
}

std::set<std::string_view> AllGrantedPermissions() {
  std::set<std::string_view> granted = AllRolePermissions();
  for (const ServiceGrant& grant : kServiceGrants) granted.insert(grant.permission);
  return granted;
}

}  // namespace qingqu::auth
