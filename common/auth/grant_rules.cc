#include "common/auth/grant_rules.h"

#include <algorithm>
#include <iterator>

#include "common/auth/role_grants.h"

namespace qingqu::auth {
namespace {

constexpr Separation kSeparations[] = {
    {"catalog.supplier.propose", "catalog.supplier.approve"},
    {"catalog.item.propose", "catalog.item.approve"},
    {"catalog.list.propose", "catalog.list.approve"},
    {"catalog.application.submit", "catalog.application.review_department"},
    {"catalog.application.submit", "catalog.application.review_infection_control"},
    {"catalog.application.submit", "catalog.application.review_alliance"},
    {"catalog.organisation.propose", "catalog.organisation.decide"},
    {"catalog.qualification.submit", "catalog.qualification.review_equipment"},
    {"catalog.qualification.submit", "catalog.qualification.review_infection_control"},
    {"catalog.item_merge.propose", "catalog.item_merge.approve"},
    {"catalog.registration.propose", "catalog.registration.approve"},
    {"catalog.code_cancellation.propose", "catalog.code_cancellation.approve"},
    {"procurement.agreement.propose", "procurement.agreement.approve"},
    {"procurement.requisition.create", "procurement.requisition.approve"},
    // Who buys does not take delivery.
    {"procurement.order.create", "distribution.receipt.create"},
};

constexpr std::string_view kAdministrator = "bureau_administrator";
constexpr std::string_view kAdministratorPermissions[] = {
    "identity.role.read", "identity.role.write", "identity.user.read", "identity.user.write"};
constexpr std::string_view kTraders[] = {"operator", "supplier"};
constexpr std::string_view kRegulators[] = {"insurance_bureau", "market_supervision",
                                            "discipline_inspector"};
// Who stands behind a pseudonym, and who asked.
constexpr std::string_view kInspectorsPermissions[] = {"usage.person.read",
                                                       "supervision.access.read"};
constexpr std::string_view kSeesPatients[] = {"hospital_pharmacist", "department_nurse",
                                              "discipline_inspector"};

template <size_t kSize>
bool Contains(const std::string_view (&list)[kSize], std::string_view value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

bool IsOfPeople(std::string_view permission) {
  return permission.starts_with("identity.user.") || permission.starts_with("identity.role.") ||
         permission.starts_with("identity.credential.") ||
         permission == "identity.organisation.write";
}

}  // namespace

std::span<const Separation> Separations() { return kSeparations; }

std::span<const std::string_view> AdministratorPermissions() { return kAdministratorPermissions; }

std::string_view WhyForbidden(std::string_view role, std::string_view permission) {
  const bool reads = permission.ends_with(".read");
  if (Contains(kTraders, role) &&
      (permission.starts_with("usage.") ||
       (permission.starts_with("supervision.") && permission != "supervision.trace.read"))) {
    return "operators and suppliers learn nothing of use";
  }
  if (role == "supplier" && permission.starts_with("distribution.")) {
    return "suppliers learn nothing of stock";
  }
  if (permission == "usage.patient.read" && !Contains(kSeesPatients, role)) {
    return "patients are for those who treat them and for the inspectors";
  }
  if (Contains(kInspectorsPermissions, permission) && role != "discipline_inspector") {
    return "only the discipline inspectors learn who stands behind a pseudonym and who asked";
  }
  if (Contains(kRegulators, role) && !reads && permission != "distribution.ledger.check") {
    return "regulators only read";
  }
  if (IsOfPeople(permission) && role != kAdministrator &&
      !(reads && role == "discipline_inspector")) {
    return "people and roles are the bureau administrator's";
  }
  if (!AllRolePermissions().contains(permission)) return "only a service does this";
  return "";
}

}  // namespace qingqu::auth
