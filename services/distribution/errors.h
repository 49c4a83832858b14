#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

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
absl::Status LocationEtagMismatch();
// FAILED_PRECONDITION LOCATION_CLOSED: no goods come there any more.
absl::Status LocationClosed(std::string_view location_id);
// FAILED_PRECONDITION LOCATION_IN_USE: names what is there, in the detail "open" up to `named_max`
// of `open`.
absl::Status LocationInUse(std::string_view location_id, std::span<const std::string> open,
                           int named_max);
// FAILED_PRECONDITION UNIT_CLOSED: "institutions/h1" or "departments/ward".
absl::Status UnitClosed(std::string_view name);

absl::Status DespatchNotFound(std::string_view despatch_id);
absl::Status DespatchWithdrawn(std::string_view despatch_id);
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

absl::Status ReservationNotFound(std::string_view reservation_id);
absl::Status MovementNotFound(std::string_view movement_id);
absl::Status LotNotFound(std::string_view lot_id);
// What is known of the lot is not what the caller takes it to be.
absl::Status LotChanged(std::string_view lot_id);
absl::Status LotNotCorrectable(std::string_view reason, std::string_view message);
absl::Status AccountNotFound(std::string_view account_id);
// What was posted then is kept elsewhere by now.
absl::Status HistoryArchived(absl::Time since);
// Likewise of one movement, whose name tells in which month it was made.
absl::Status MovementArchived(std::string_view movement_id);

// `holder` is "alliances/east" or "institutions/h1", `month` "2026-10".
absl::Status HolderNotFound(std::string_view holder);
absl::Status PeriodNotFound(std::string_view period_id);
absl::Status PeriodExists(std::string_view holder, std::string_view month);
absl::Status PeriodNotOver(std::string_view month);
// Months are closed one after the other; `next` is the one whose turn it is.
absl::Status PeriodOutOfOrder(std::string_view holder, std::string_view next);
// What a month that begins earlier held cannot be reckoned any more.
absl::Status PeriodArchived(std::string_view month, absl::Time since);

}  // namespace qingqu::distribution
