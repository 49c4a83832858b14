#include "services/procurement/convert.h"

#include "fmt/format.h"

#include "common/rpc/timestamp.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

std::string UserName(const std::string& user_id) {
  return user_id.empty() ? "" : fmt::format("users/{}", user_id);
}

v1::RequisitionLine ToProto(const RequisitionLine& line) {
  v1::RequisitionLine message;
  message.set_line_number(line.line_number);
  message.set_item(fmt::format("items/{}", line.item_id));
  message.set_quantity_requested(line.quantity_requested.base_units());
  message.set_quantity_approved(line.quantity_approved.base_units());
  message.set_quantity_ordered(line.quantity_ordered.base_units());
  return message;
}

v1::OrderLine ToProto(const OrderLine& line, bool with_requisition) {
  v1::OrderLine message;
  message.set_line_number(line.line_number);
  if (with_requisition) {
    message.set_requisition(fmt::format("requisitions/{}", line.requisition_id));
    message.set_requisition_line_number(line.requisition_line_number);
  }
  message.set_item(fmt::format("items/{}", line.item_id));
  message.set_quantity_ordered(line.quantity_ordered.base_units());
  message.set_unit_price(line.unit_price.ToString());
  message.set_amount(line.amount.ToString());
  message.set_agreement(fmt::format("agreements/{}", line.agreement_id));
  message.set_quantity_accepted(line.quantity_accepted.base_units());
  message.set_response_reason(line.response_reason);
  message.set_quantity_despatched(line.quantity_despatched.base_units());
  message.set_quantity_received(line.quantity_received.base_units());
  message.set_quantity_rejected(line.quantity_rejected.base_units());
  return message;
}

v1::DespatchLine ToProto(const DespatchLine& line) {
  v1::DespatchLine message;
  message.set_line_number(line.line_number);
  message.set_order_line_number(line.order_line_number);
  message.set_item(fmt::format("items/{}", line.item_id));
  message.set_quantity(line.quantity.base_units());
  message.set_lot(line.lot);
  message.set_expiry_date(SqlDate(line.expiry_date));
  message.set_manufacture_date(SqlDate(line.manufacture_date));
  for (const std::string& serial : line.serials) message.add_serials(serial);
  return message;
}

}  // namespace

v1::Agreement ToProto(const Agreement& agreement) {
  v1::Agreement message;
  message.set_name(fmt::format("agreements/{}", agreement.agreement_id));
  message.set_alliance(fmt::format("alliances/{}", agreement.alliance_id));
  message.set_supplier(fmt::format("suppliers/{}", agreement.supplier_id));
  message.set_item(fmt::format("items/{}", agreement.item_id));
  message.set_unit_price(agreement.unit_price.ToString());
  message.set_quantity_ceiling(agreement.quantity_ceiling.base_units());
  message.set_quantity_ordered(agreement.quantity_ordered.base_units());
  message.set_quantity_received(agreement.quantity_received.base_units());
  message.set_start_date(agreement.start_date.ToString());
  message.set_end_date(agreement.end_date.ToString());
  message.set_state(static_cast<v1::AgreementState>(agreement.state));
  message.set_proposer(UserName(agreement.proposer_id));
  message.set_approver(UserName(agreement.approver_id));
  *message.mutable_create_time() = rpc::ToTimestamp(agreement.created_at);
  message.set_etag(fmt::format("{}", agreement.version));
  return message;
}

v1::Requisition ToProto(const Requisition& requisition) {
  v1::Requisition message;
  message.set_name(fmt::format("requisitions/{}", requisition.requisition_id));
  message.set_department(fmt::format("departments/{}", requisition.department_id));
  message.set_institution(fmt::format("institutions/{}", requisition.institution_id));
  for (const RequisitionLine& line : requisition.lines) *message.add_lines() = ToProto(line);
  message.set_state(static_cast<v1::RequisitionState>(requisition.state));
  message.set_requester(UserName(requisition.requester_id));
  message.set_approver(UserName(requisition.approver_id));
  message.set_rejection_reason(requisition.rejection_reason);
  message.set_line_count(requisition.line_count);
  *message.mutable_create_time() = rpc::ToTimestamp(requisition.created_at);
  message.set_etag(fmt::format("{}", requisition.version));
  return message;
}

v1::Order ToProto(const Order& order, const auth::Principal& reader) {
  const bool with_requisitions = reader.scope != auth::Scope::kSupplier;
  v1::Order message;
  message.set_name(fmt::format("orders/{}", order.order_id));
  message.set_alliance(fmt::format("alliances/{}", order.alliance_id));
  message.set_supplier(fmt::format("suppliers/{}", order.supplier_id));
  message.set_deliver_to(fmt::format("locations/{}", order.deliver_to_location_id));
  for (const OrderLine& line : order.lines) {
    *message.add_lines() = ToProto(line, with_requisitions && line.requisition_seen);
  }
  message.set_state(static_cast<v1::OrderState>(order.state));
  message.set_total_amount(order.total_amount.ToString());
  message.set_orderer(UserName(order.orderer_id));
  message.set_line_count(order.line_count);
  *message.mutable_create_time() = rpc::ToTimestamp(order.created_at);
  message.set_etag(fmt::format("{}", order.version));
  return message;
}

v1::Despatch ToProto(const Despatch& despatch) {
  v1::Despatch message;
  message.set_name(fmt::format("despatches/{}", despatch.despatch_id));
  message.set_order(fmt::format("orders/{}", despatch.order_id));
  message.set_supplier(fmt::format("suppliers/{}", despatch.supplier_id));
  message.set_alliance(fmt::format("alliances/{}", despatch.alliance_id));
  message.set_deliver_to(fmt::format("locations/{}", despatch.deliver_to_location_id));
  for (const DespatchLine& line : despatch.lines) *message.add_lines() = ToProto(line);
  message.set_tracking_number(despatch.tracking_number);
  message.set_line_count(despatch.line_count);
  *message.mutable_create_time() = rpc::ToTimestamp(despatch.created_at);
  message.set_state(v1::DESPATCH_STATE_ANNOUNCED);
  if (despatch.withdrawn_at) {
    message.set_state(v1::DESPATCH_STATE_WITHDRAWN);
    *message.mutable_withdraw_time() = rpc::ToTimestamp(*despatch.withdrawn_at);
    message.set_withdrawal_reason(despatch.withdrawal_reason);
  }
  return message;
}

}  // namespace qingqu::procurement
