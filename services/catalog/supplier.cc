#include "services/catalog/supplier.h"

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/status/status_macros.h"
#include "services/catalog/credit_code.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

absl::Status CheckLicenceInForce(const Supplier& supplier, absl::Time now) {
  if (supplier.licence_expire_date >= BusinessDay(now)) return absl::OkStatus();
  return LicenceExpired(SupplierName(supplier.id), supplier.licence_expire_date);
}

}  // namespace

std::string SupplierName(std::string_view id) { return fmt::format("suppliers/{}", id); }

absl::StatusOr<Supplier> ProposeSupplier(const SupplierDraft& draft, std::string_view proposer_id,
                                         absl::Time now) {
  FieldViolations violations;
  violations.AddIfError("supplier_id", ValidateResourceId(draft.id));
  std::string display_name =
      CheckText("supplier.display_name", draft.display_name, {1, 200}, violations);
  std::string credit_code =
      CheckParsed("supplier.credit_code", ParseCreditCode(draft.credit_code), violations);
  LicenceNumber licence =
      CheckParsed("supplier.licence_number", ParseLicenceNumber(draft.licence_number), violations);
  const absl::StatusOr<CivilDate> expire_date = CivilDate::Parse(draft.licence_expire_date);
  violations.AddIfError("supplier.licence_expire_date", expire_date.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return Supplier{.id = std::string(draft.id),
                  .display_name = std::move(display_name),
                  .credit_code = std::move(credit_code),
                  .licence = std::move(licence),
                  .licence_expire_date = *expire_date,
                  .approval = NewApproval(proposer_id, now)};
}

absl::StatusOr<Supplier> ApproveSupplier(const Supplier& supplier, const auth::Actor& approver,
                                         absl::Time now) {
  const std::string name = SupplierName(supplier.id);
  if (supplier.approval.state != ApprovalState::kProposed) return SupplierNotProposed(name);
  if (auth::ShareAPerson(approver, Proposer(supplier.approval))) return SamePerson(name);
  QINGQU_RETURN_IF_ERROR(CheckLicenceInForce(supplier, now));
  Supplier approved = supplier;
  approved.approval = Approved(supplier.approval, approver.user_id, now);
  return approved;
}

absl::StatusOr<Supplier> SuspendSupplier(const Supplier& supplier, absl::Time now) {
  if (!MaySuspend(supplier.approval)) return SupplierNotApproved(SupplierName(supplier.id));
  Supplier suspended = supplier;
  suspended.approval = Suspended(supplier.approval, now);
  return suspended;
}

absl::StatusOr<Supplier> ProposeSupplierReinstatement(const Supplier& supplier,
                                                      std::string_view proposer_id,
                                                      absl::Time now) {
  const std::string name = SupplierName(supplier.id);
  if (supplier.approval.state != ApprovalState::kSuspended) return SupplierNotSuspended(name);
  if (!supplier.approval.reinstatement_proposer_id.empty()) {
    return ReinstatementAlreadyProposed(name);
  }
  QINGQU_RETURN_IF_ERROR(CheckLicenceInForce(supplier, now));
  Supplier proposed = supplier;
  proposed.approval = ReinstatementProposed(supplier.approval, proposer_id, now);
  return proposed;
}

absl::StatusOr<Supplier> ReinstateSupplier(const Supplier& supplier, const auth::Actor& reinstater,
                                           absl::Time now) {
  const std::string name = SupplierName(supplier.id);
  const Approval& approval = supplier.approval;
  if (approval.state != ApprovalState::kSuspended) return SupplierNotSuspended(name);
  if (approval.reinstatement_proposer_id.empty()) return ReinstatementNotProposed(name);
  if (auth::ShareAPerson(reinstater, ReinstatementProposer(approval))) return SamePerson(name);
  QINGQU_RETURN_IF_ERROR(CheckLicenceInForce(supplier, now));
  Supplier reinstated = supplier;
  reinstated.approval = Reinstated(approval, reinstater.user_id, now);
  return reinstated;
}

}  // namespace qingqu::catalog
