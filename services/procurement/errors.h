#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "common/base/civil_date.h"
#include "common/base/quantity.h"
#include "common/status/status.h"

namespace qingqu::procurement {

// Those that take FieldViolations name every bad line: "lines[3].quantity: …".

absl::Status AgreementExists(std::string_view agreement_id);
absl::Status AgreementNotFound(std::string_view agreement_id);
absl::Status AgreementNotProposed(std::string_view agreement_id, std::string_view state);
absl::Status AgreementEnded(std::string_view agreement_id, const CivilDate& end_date);
absl::Status AgreementOverlaps(std::string_view agreement_id, std::string_view other_agreement_id);
absl::Status AllianceNotFound(std::string_view alliance_id);
absl::Status SupplierNotFound(std::string_view supplier_id);
absl::Status SupplierNotBuyable(std::string_view supplier_id, std::string_view why);
absl::Status ItemNotFound(std::string_view item_id);
absl::Status ItemNotBuyable(const FieldViolations& lines);
absl::Status PurchaseObstacles(const FieldViolations& lines);
absl::Status EtagMismatch(int64_t version);
absl::Status SamePerson(std::string_view rule);

absl::Status RequisitionExists(std::string_view requisition_id);
absl::Status RequisitionNotFound(std::string_view requisition_id);
absl::Status RequisitionsNotFound(const FieldViolations& lines);
absl::Status RequisitionNotSubmitted(std::string_view requisition_id, std::string_view state);
absl::Status DepartmentNotFound(std::string_view department_id);

absl::Status OrderExists(std::string_view order_id);
absl::Status OrderNotFound(std::string_view order_id);
absl::Status LocationNotFound(std::string_view location_id);
absl::Status LineNotApproved(const FieldViolations& lines);
absl::Status LineAlreadyOrdered(const FieldViolations& lines);
absl::Status NoAgreement(const FieldViolations& lines);
absl::Status AgreementCeiling(std::string_view agreement_id, Quantity asked, Quantity left);
absl::Status OrderAlreadyAnswered(std::string_view order_id, std::string_view state);

absl::Status DespatchExists(std::string_view despatch_id);
absl::Status DespatchNotFound(std::string_view despatch_id);
absl::Status DespatchAlreadyWithdrawn(std::string_view despatch_id);
absl::Status DespatchReceived(std::string_view despatch_id);
absl::Status OrderNotAccepted(std::string_view order_id, std::string_view state);
absl::Status MoreThanAccepted(const FieldViolations& lines);
absl::Status LotExpired(const FieldViolations& lines);
absl::Status LicenceExpired(std::string_view supplier_id, std::string_view why);
absl::Status LotExpiryConflict(const FieldViolations& lines);
absl::Status SerialAlreadyDespatched(const FieldViolations& lines);

}  // namespace qingqu::procurement
