#include "services/procurement/errors.h"

#include <string>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/resource_metadata.h"

namespace qingqu::procurement {
namespace {

using absl::StatusCode;

constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";

// `advice` and the first bad line in the message, all of them in the payload.
absl::Status LineErrors(StatusCode code, std::string_view reason, std::string_view advice,
                        const FieldViolations& lines) {
  const absl::Status violations = lines.ToStatus();
  absl::Status status =
      MakeError(code, reason, fmt::format("{}: {}", advice, ToStd(violations.message())));
  if (const auto payload = violations.GetPayload(kBadRequestUrl)) {
    status.SetPayload(kBadRequestUrl, *payload);
  }
  return status;
}

absl::Status Exists(std::string_view reason, std::string_view name) {
  return MakeError(StatusCode::kAlreadyExists, reason,
                   fmt::format("{} exists already; choose another id", name),
                   {{"name", std::string(name)}});
}

absl::Status NotFound(std::string_view reason, std::string_view name) {
  return MakeError(StatusCode::kNotFound, reason,
                   fmt::format("there is no {} that you may see", name),
                   {{"name", std::string(name)}});
}

absl::Status WrongState(std::string_view reason, std::string_view name, std::string_view state,
                        std::string_view advice) {
  return MakeError(StatusCode::kFailedPrecondition, reason,
                   fmt::format("{} is {}; {}", name, state, advice),
                   {{"name", std::string(name)}, {"state", std::string(state)}});
}

}  // namespace

absl::Status AgreementExists(std::string_view agreement_id) {
  return Exists("AGREEMENT_EXISTS", fmt::format("agreements/{}", agreement_id));
}

absl::Status AgreementNotFound(std::string_view agreement_id) {
  return NotFound("AGREEMENT_NOT_FOUND", fmt::format("agreements/{}", agreement_id));
}

absl::Status AgreementNotProposed(std::string_view agreement_id, std::string_view state) {
  return WrongState("AGREEMENT_NOT_PROPOSED", fmt::format("agreements/{}", agreement_id), state,
                    "only a proposed agreement can be approved");
}

absl::Status AgreementEnded(std::string_view agreement_id, const CivilDate& end_date) {
  return MakeError(StatusCode::kFailedPrecondition, "AGREEMENT_ENDED",
                   fmt::format("agreements/{} held until {}; propose another", agreement_id,
                               end_date.ToString()),
                   ResourceMetadata(fmt::format("agreements/{}", agreement_id)));
}

absl::Status AgreementOverlaps(std::string_view agreement_id, std::string_view other_agreement_id) {
  return MakeError(StatusCode::kFailedPrecondition, "AGREEMENT_OVERLAPS",
                   fmt::format("agreements/{} and agreements/{} are of the same parties on the "
                               "same item in the same days",
                               agreement_id, other_agreement_id),
                   {{"other", fmt::format("agreements/{}", other_agreement_id)}});
}

absl::Status AllianceNotFound(std::string_view alliance_id) {
  return NotFound("ALLIANCE_NOT_FOUND", fmt::format("alliances/{}", alliance_id));
}

absl::Status SupplierNotFound(std::string_view supplier_id) {
  return NotFound("SUPPLIER_NOT_FOUND", fmt::format("suppliers/{}", supplier_id));
}

absl::Status SupplierNotBuyable(std::string_view supplier_id, std::string_view why) {
  return MakeError(StatusCode::kFailedPrecondition, "SUPPLIER_NOT_BUYABLE",
                   fmt::format("suppliers/{} may not deliver this: {}", supplier_id, why),
                   {{"supplier", fmt::format("suppliers/{}", supplier_id)}});
}

absl::Status ItemNotFound(std::string_view item_id) {
  return NotFound("ITEM_NOT_FOUND", fmt::format("items/{}", item_id));
}

absl::Status ItemNotBuyable(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "ITEM_NOT_BUYABLE",
                    "only approved items with a registration in force may be bought", lines);
}

absl::Status PurchaseObstacles(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "PURCHASE_OBSTACLES",
                    "the catalogue's purchase check (MayBuy) says no", lines);
}

absl::Status EtagMismatch(int64_t version) {
  return MakeError(StatusCode::kAborted, "ETAG_MISMATCH",
                   "it was changed since you read it; read it again and decide anew",
                   {{"etag", fmt::format("{}", version)}});
}

absl::Status SamePerson(std::string_view rule) {
  return MakeError(StatusCode::kPermissionDenied, "SAME_PERSON",
                   fmt::format("{}: somebody else has to do it", rule));
}

absl::Status RequisitionExists(std::string_view requisition_id) {
  return Exists("REQUISITION_EXISTS", fmt::format("requisitions/{}", requisition_id));
}

absl::Status RequisitionNotFound(std::string_view requisition_id) {
  return NotFound("REQUISITION_NOT_FOUND", fmt::format("requisitions/{}", requisition_id));
}

absl::Status RequisitionsNotFound(const FieldViolations& lines) {
  return LineErrors(StatusCode::kNotFound, "REQUISITION_NOT_FOUND",
                    "lines can only be ordered that you may see in the alliance of the store",
                    lines);
}

absl::Status RequisitionNotSubmitted(std::string_view requisition_id, std::string_view state) {
  return WrongState("REQUISITION_NOT_SUBMITTED", fmt::format("requisitions/{}", requisition_id),
                    state, "only a submitted requisition can be decided");
}

absl::Status DepartmentNotFound(std::string_view department_id) {
  return NotFound("DEPARTMENT_NOT_FOUND", fmt::format("departments/{}", department_id));
}

absl::Status OrderExists(std::string_view order_id) {
  return Exists("ORDER_EXISTS", fmt::format("orders/{}", order_id));
}

absl::Status OrderNotFound(std::string_view order_id) {
  return NotFound("ORDER_NOT_FOUND", fmt::format("orders/{}", order_id));
}

absl::Status LocationNotFound(std::string_view location_id) {
  return NotFound("LOCATION_NOT_FOUND", fmt::format("central store locations/{}", location_id));
}

absl::Status LineNotApproved(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "LINE_NOT_APPROVED",
                    "only approved requisition lines can be ordered", lines);
}

absl::Status LineAlreadyOrdered(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "LINE_ALREADY_ORDERED",
                    "only what is approved and not yet ordered can be ordered", lines);
}

absl::Status NoAgreement(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "NO_AGREEMENT",
                    "there must be an approved agreement with the supplier that is in force today",
                    lines);
}

absl::Status AgreementCeiling(std::string_view agreement_id, Quantity asked, Quantity left) {
  return MakeError(
      StatusCode::kResourceExhausted, "AGREEMENT_CEILING",
      fmt::format("agreements/{} has {} base units left, and the order asks for {}; order less or "
                  "agree on more",
                  agreement_id, left.base_units(), asked.base_units()),
      {{"agreement", fmt::format("agreements/{}", agreement_id)},
       {"quantity_left", left.ToString()},
       {"quantity_asked", asked.ToString()}});
}

absl::Status OrderAlreadyAnswered(std::string_view order_id, std::string_view state) {
  return WrongState("ORDER_ALREADY_ANSWERED", fmt::format("orders/{}", order_id), state,
                    "an order is answered once");
}

absl::Status DespatchExists(std::string_view despatch_id) {
  return Exists("DESPATCH_EXISTS", fmt::format("despatches/{}", despatch_id));
}

absl::Status DespatchNotFound(std::string_view despatch_id) {
  return NotFound("DESPATCH_NOT_FOUND", fmt::format("despatches/{}", despatch_id));
}

absl::Status DespatchAlreadyWithdrawn(std::string_view despatch_id) {
  return WrongState("DESPATCH_ALREADY_WITHDRAWN", fmt::format("despatches/{}", despatch_id),
                    "withdrawn", "a despatch is withdrawn once");
}

absl::Status DespatchReceived(std::string_view despatch_id) {
  return WrongState("DESPATCH_RECEIVED", fmt::format("despatches/{}", despatch_id),
                    "received, at least in part",
                    "the central store rejects at the door what is wrong with the rest");
}

absl::Status OrderNotAccepted(std::string_view order_id, std::string_view state) {
  return WrongState("ORDER_NOT_ACCEPTED", fmt::format("orders/{}", order_id), state,
                    "goods can be announced for an accepted order that is not completed");
}

absl::Status MoreThanAccepted(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "MORE_THAN_ACCEPTED",
                    "all despatches together may not hold more than was accepted", lines);
}

absl::Status LotExpired(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "LOT_EXPIRED", "goods must last beyond today",
                    lines);
}

absl::Status LicenceExpired(std::string_view supplier_id, std::string_view why) {
  return MakeError(StatusCode::kFailedPrecondition, "LICENCE_EXPIRED",
                   fmt::format("{}; have the catalogue updated first", why),
                   {{"supplier", fmt::format("suppliers/{}", supplier_id)}});
}

absl::Status LotExpiryConflict(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "LOT_EXPIRY_CONFLICT",
                    "a supplier's lot of an item has one expiry", lines);
}

absl::Status SerialAlreadyDespatched(const FieldViolations& lines) {
  return LineErrors(StatusCode::kFailedPrecondition, "SERIAL_ALREADY_DESPATCHED",
                    "a piece is despatched once", lines);
}

}  // namespace qingqu::procurement
