#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "services/catalog/approval.h"
#include "services/catalog/licence_number.h"

namespace qingqu::catalog {

struct Supplier {
  std::string id;
  std::string display_name;
  std::string credit_code;
  LicenceNumber licence;
  CivilDate licence_expire_date;  // the last day on which the licence holds
  Approval approval;
};

// What a caller proposes, as text.
struct SupplierDraft {
  std::string_view id;
  std::string_view display_name;
  std::string_view credit_code;
  std::string_view licence_number;
  std::string_view licence_expire_date;
};

std::string SupplierName(std::string_view id);

// The proposal, normalised. INVALID_ARGUMENT with every violation.
absl::StatusOr<Supplier> ProposeSupplier(const SupplierDraft& draft, std::string_view proposer_id,
                                         absl::Time now);

// The supplier approved. FAILED_PRECONDITION SUPPLIER_NOT_PROPOSED or LICENCE_EXPIRED,
// PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Supplier> ApproveSupplier(const Supplier& supplier, const auth::Actor& approver,
                                         absl::Time now);

// The supplier suspended, which also refuses that it come back. FAILED_PRECONDITION
// SUPPLIER_NOT_APPROVED.
absl::StatusOr<Supplier> SuspendSupplier(const Supplier& supplier, absl::Time now);

// The supplier with somebody asking that it come back. FAILED_PRECONDITION SUPPLIER_NOT_SUSPENDED,
// REINSTATEMENT_ALREADY_PROPOSED or LICENCE_EXPIRED.
absl::StatusOr<Supplier> ProposeSupplierReinstatement(const Supplier& supplier,
                                                      std::string_view proposer_id, absl::Time now);

// The supplier approved again. FAILED_PRECONDITION SUPPLIER_NOT_SUSPENDED,
// REINSTATEMENT_NOT_PROPOSED or LICENCE_EXPIRED, PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Supplier> ReinstateSupplier(const Supplier& supplier, const auth::Actor& reinstater,
                                           absl::Time now);

}  // namespace qingqu::catalog
