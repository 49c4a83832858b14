#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace qingqu::distribution {

// Every error that the service answers, besides field violations and what is wrong with single
// lines (receipt.h, allocation.h, consumption.h). Ids are the last parts of resource names.

absl::Status AllianceNotFound(std::string_view alliance_id);
absl::Status InstitutionNotFound(std::string_view institution_id);
// A central store is kept by the lead hospital unless another institution is named.
absl::Status LeadNotFound(std::string_view alliance_id);
absl::Status DepartmentNotFound(std::string_view department_id);
absl::Status LocationExists(std::string_view location_id);
// A department has one location.
absl::Status DepartmentHasLocation(std::string_view department_id);
absl::Status LocationNotFound(std::string_view location_id);

absl::Status DespatchNotFound(std::string_view despatch_id);
absl::Status ReceiptExists(std::string_view receipt_id);
absl::Status ReceiptNotFound(std::string_view receipt_id);
// Who asked for, approved or ordered the goods may not receive them.
absl::Status ReceiverIsActor(std::string_view order_id);

absl::Status TransferExists(std::string_view transfer_id);
absl::Status TransferNotFound(std::string_view transfer_id);
absl::Status TransferNotSent(std::string_view transfer_id);
// Who sent may not receive.
absl::Status ReceiverIsSender(std::string_view transfer_id);
absl::Status RouteNotAllowed();
absl::Status NotAtDestination(std::string_view location_id);

absl::Status ConsumptionExists(std::string_view document);

}  // namespace qingqu::distribution
