#include "services/distribution/errors.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/status/resource_metadata.h"
#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

absl::Status NotFound(std::string_view reason, std::string_view collection, std::string_view id) {
  return MakeError(absl::StatusCode::kNotFound, reason,
                   fmt::format("there is no {}/{}, or you may not see it", collection, id));
}

absl::Status Exists(std::string_view reason, std::string_view collection, std::string_view id) {
  return MakeError(absl::StatusCode::kAlreadyExists, reason,
                   fmt::format("{}/{} exists already; choose another id", collection, id));
}

std::string Instant(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

}  // namespace

absl::Status AllianceNotFound(std::string_view alliance_id) {
  return NotFound("ALLIANCE_NOT_FOUND", "alliances", alliance_id);
}

absl::Status InstitutionNotFound(std::string_view institution_id) {
  return NotFound("INSTITUTION_NOT_FOUND", "institutions", institution_id);
}

absl::Status LeadNotFound(std::string_view alliance_id) {
  return MakeError(absl::StatusCode::kNotFound, "INSTITUTION_NOT_FOUND",
                   fmt::format("alliances/{} has no lead hospital; name the institution that keeps "
                               "the central store",
                               alliance_id));
}

absl::Status DepartmentNotFound(std::string_view department_id) {
  return NotFound("DEPARTMENT_NOT_FOUND", "departments", department_id);
}

absl::Status LocationExists(std::string_view location_id) {
  return Exists("LOCATION_EXISTS", "locations", location_id);
}

absl::Status DepartmentHasLocation(std::string_view department_id) {
  return MakeError(absl::StatusCode::kAlreadyExists, "LOCATION_EXISTS",
                   fmt::format("departments/{} has a location already", department_id));
}

absl::Status LocationNotFound(std::string_view location_id) {
  return NotFound("LOCATION_NOT_FOUND", "locations", location_id);
}

absl::Status LocationEtagMismatch() {
  return MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "the location was changed meanwhile; read it again");
}

absl::Status LocationClosed(std::string_view location_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "LOCATION_CLOSED",
                   fmt::format("locations/{} is closed", location_id));
}

absl::Status LocationInUse(std::string_view location_id, std::span<const std::string> open,
                           int named_max) {
  const size_t named = std::min(open.size(), static_cast<size_t>(named_max));
  const std::string list = fmt::format("{}", fmt::join(open.first(named), ", "));
  return MakeError(absl::StatusCode::kFailedPrecondition, "LOCATION_IN_USE",
                   fmt::format("empty locations/{} first: {}{}", location_id, list,
                               named < open.size() ? " and more" : ""),
                   {{"open", list}});
}

absl::Status UnitClosed(std::string_view name) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "UNIT_CLOSED",
                   fmt::format("{} is closed", name));
}

absl::Status DespatchNotFound(std::string_view despatch_id) {
  return NotFound("DESPATCH_NOT_FOUND", "despatches", despatch_id);
}

absl::Status DespatchWithdrawn(std::string_view despatch_id) {
  const std::string name = fmt::format("despatches/{}", despatch_id);
  return MakeError(absl::StatusCode::kFailedPrecondition, "DESPATCH_WITHDRAWN",
                   fmt::format("the supplier withdrew {}; receive the one that replaces it", name),
                   ResourceMetadata(name));
}

absl::Status ReceiptExists(std::string_view receipt_id) {
  return Exists("RECEIPT_EXISTS", "receipts", receipt_id);
}

absl::Status ReceiptNotFound(std::string_view receipt_id) {
  return NotFound("RECEIPT_NOT_FOUND", "receipts", receipt_id);
}

absl::Status ReceiverIsActor(std::string_view order_id) {
  return MakeError(absl::StatusCode::kPermissionDenied, "SAME_PERSON",
                   fmt::format("you asked for, approved or placed orders/{}; somebody else has to "
                               "receive the goods",
                               order_id));
}

absl::Status TransferExists(std::string_view transfer_id) {
  return Exists("TRANSFER_EXISTS", "transfers", transfer_id);
}

absl::Status TransferNotFound(std::string_view transfer_id) {
  return NotFound("TRANSFER_NOT_FOUND", "transfers", transfer_id);
}

absl::Status TransferNotSent(std::string_view transfer_id) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "TRANSFER_NOT_SENT",
                   fmt::format("transfers/{} was received already", transfer_id));
}

absl::Status ReceiverIsSender(std::string_view transfer_id) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "SAME_PERSON",
      fmt::format("you sent transfers/{}; somebody at its destination has to receive it",
                  transfer_id));
}

absl::Status RouteNotAllowed() {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "ROUTE_NOT_ALLOWED",
      "send to a place of your own institution (of your own department, when you see one "
      "only), back to its store or to the alliance's central store; everything else is "
      "sent by the operator");
}

absl::Status NotAtDestination(std::string_view location_id) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOT_AT_DESTINATION",
      fmt::format("the goods go to locations/{}; only who works there receives them", location_id));
}

absl::Status ConsumptionExists(std::string_view document) {
  return MakeError(absl::StatusCode::kAlreadyExists, "CONSUMPTION_EXISTS",
                   fmt::format("{} was posted to stock already", document));
}

absl::Status ReservationNotFound(std::string_view reservation_id) {
  return NotFound("RESERVATION_NOT_FOUND", "reservations", reservation_id);
}

absl::Status MovementNotFound(std::string_view movement_id) {
  return NotFound("MOVEMENT_NOT_FOUND", "movements", movement_id);
}

absl::Status LotNotFound(std::string_view lot_id) {
  return MakeError(absl::StatusCode::kNotFound, "LOT_NOT_FOUND",
                   fmt::format("there is no lots/{}", lot_id));
}

absl::Status LotChanged(std::string_view lot_id) {
  return MakeError(absl::StatusCode::kAborted, "LOT_CHANGED",
                   fmt::format("lots/{} is known otherwise by now; read it again", lot_id));
}

absl::Status LotNotCorrectable(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, message);
}

absl::Status AccountNotFound(std::string_view account_id) {
  return NotFound("ACCOUNT_NOT_FOUND", "accounts", account_id);
}

absl::Status HistoryArchived(absl::Time since) {
  const std::string instant = Instant(since);
  return MakeError(absl::StatusCode::kFailedPrecondition, "HISTORY_ARCHIVED",
                   fmt::format("what was posted before {} is in the archive; ask for a later "
                               "instant",
                               instant),
                   {{"since", instant}});
}

absl::Status MovementArchived(std::string_view movement_id) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "MOVEMENT_ARCHIVED",
      fmt::format("movements/{} is of a month that is in the archive; ask the operator "
                  "of the database, and do not post it under another name",
                  movement_id));
}

absl::Status HolderNotFound(std::string_view holder) {
  return MakeError(absl::StatusCode::kNotFound, "HOLDER_NOT_FOUND",
                   fmt::format("there is no {}, or its periods are not yours to close", holder));
}

absl::Status PeriodNotFound(std::string_view period_id) {
  return NotFound("PERIOD_NOT_FOUND", "periods", period_id);
}

absl::Status PeriodExists(std::string_view holder, std::string_view month) {
  return MakeError(absl::StatusCode::kAlreadyExists, "PERIOD_EXISTS",
                   fmt::format("{} of {} is closed already", month, holder));
}

absl::Status PeriodNotOver(std::string_view month) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "PERIOD_NOT_OVER",
                   fmt::format("{} is not over; close it when it is", month));
}

absl::Status PeriodOutOfOrder(std::string_view holder, std::string_view next) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "PERIOD_OUT_OF_ORDER",
      fmt::format("months are closed in order; of {} it is the turn of {}", holder, next),
      {{"next", std::string(next)}});
}

absl::Status PeriodArchived(std::string_view month, absl::Time since) {
  const std::string instant = Instant(since);
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "HISTORY_ARCHIVED",
      fmt::format("movements up to {} are in the archive, so what was held in {} is not known any "
                  "more; begin with a later month",
                  instant, month),
      {{"since", instant}});
}

}  // namespace qingqu::distribution
