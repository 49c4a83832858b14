#include "services/catalog/convert.h"

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

#include "common/base/check.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/catalog/registrations/registration_convert.h"

namespace qingqu::catalog {
namespace {

std::optional<DeviceClass> FromProto(v1::DeviceClass device_class) {
  switch (device_class) {
    case v1::DEVICE_CLASS_I:
      return DeviceClass::kI;
    case v1::DEVICE_CLASS_II:
      return DeviceClass::kII;
    case v1::DEVICE_CLASS_III:
      return DeviceClass::kIII;
    default:
      return std::nullopt;
  }
}

v1::ApprovalState ToProto(ApprovalState state) {
  switch (state) {
    case ApprovalState::kProposed:
      return v1::APPROVAL_STATE_PROPOSED;
    case ApprovalState::kApproved:
      return v1::APPROVAL_STATE_APPROVED;
    case ApprovalState::kSuspended:
      return v1::APPROVAL_STATE_SUSPENDED;
    case ApprovalState::kDraft:
      return v1::APPROVAL_STATE_DRAFT;
    case ApprovalState::kWithdrawn:
      return v1::APPROVAL_STATE_WITHDRAWN;
  }
  return v1::APPROVAL_STATE_UNSPECIFIED;
}

// Supplier and Item have these fields under the same names.
template <typename Message>
void SetApproval(const Approval& approval, Message& message) {
  message.set_state(ToProto(approval.state));
  message.set_proposer(fmt::format("users/{}", approval.proposer_id));
  if (!approval.approver_id.empty()) {
    message.set_approver(fmt::format("users/{}", approval.approver_id));
  }
  if (!approval.reinstatement_proposer_id.empty()) {
    message.set_reinstatement_proposer(fmt::format("users/{}", approval.reinstatement_proposer_id));
  }
  if (!approval.reinstater_id.empty()) {
    message.set_reinstater(fmt::format("users/{}", approval.reinstater_id));
  }
  *message.mutable_create_time() = rpc::ToTimestamp(approval.created_at);
  *message.mutable_update_time() = rpc::ToTimestamp(approval.updated_at);
  message.set_etag(Etag(approval));
}

// What came after the first version of the message.
void SetMore(const Item& item, v1::Item& message) {
  message.set_model(item.model);
  message.set_storage_conditions(item.storage_conditions);
  if (item.storage_celsius_min) message.set_storage_celsius_min(*item.storage_celsius_min);
  if (item.storage_celsius_max) message.set_storage_celsius_max(*item.storage_celsius_max);
  message.set_sterile(item.sterile);
  message.set_single_use(item.single_use);
  message.set_implant(item.implant);
  message.set_procurement_group(item.procurement_group);
  message.set_charge_code(item.charge_code);
  message.set_monitored_group(item.monitored_group);
  if (item.registration_state) {
    message.set_registration_state(ToProto(*item.registration_state));
  }
  message.set_event(item.event);
  message.set_reason(item.reason);
  if (!item.changed_by_id.empty()) {
    message.set_updater(fmt::format("users/{}", item.changed_by_id));
  }
  if (!item.change_id.empty()) {
    message.set_change(fmt::format("{}/changes/{}", message.name(), item.change_id));
  }
  if (!item.merged_into_id.empty()) message.set_merged_into(ItemName(item.merged_into_id));
}

}  // namespace

v1::Supplier ToProto(const Supplier& supplier) {
  v1::Supplier message;
  message.set_name(SupplierName(supplier.id));
  message.set_display_name(supplier.display_name);
  message.set_credit_code(supplier.credit_code);
  message.set_licence_number(supplier.licence.text);
  message.set_licence_expire_date(supplier.licence_expire_date.ToString());
  message.set_licence_class(ToProto(supplier.licence.highest_class));
  SetApproval(supplier.approval, message);
  return message;
}

v1::Item ToProto(const Item& item) {
  v1::Item message;
  message.set_name(ItemName(item.id));
  message.set_display_name(item.display_name);
  message.set_specification(item.specification);
  message.set_registration_number(item.registration_number);
  if (item.registration_expire_date.has_value()) {
    message.set_registration_expire_date(item.registration_expire_date->ToString());
  }
  message.set_device_class(ToProto(item.device_class));
  message.set_national_code(item.national_code);
  message.set_device_identifier(item.device_identifier);
  message.set_base_unit(item.base_unit);
  for (const Pack& pack : item.packs) {
    v1::Pack& added = *message.add_packs();
    added.set_device_identifier(pack.device_identifier);
    added.set_unit(pack.unit);
    added.set_base_units(pack.base_units);
  }
  message.set_manufacturer(item.manufacturer);
  message.set_lot_tracked(item.lot_tracked);
  message.set_serial_tracked(item.serial_tracked);
  message.set_expiry_tracked(item.expiry_tracked);
  message.set_high_value(item.high_value);
  SetMore(item, message);
  SetApproval(item.approval, message);
  return message;
}

SupplierDraft DraftOf(const v1::CreateSupplierRequest& request) {
  const v1::Supplier& supplier = request.supplier();
  return {.id = request.supplier_id(),
          .display_name = supplier.display_name(),
          .credit_code = supplier.credit_code(),
          .licence_number = supplier.licence_number(),
          .licence_expire_date = supplier.licence_expire_date()};
}

ItemDraft DraftOf(const v1::CreateItemRequest& request) {
  ItemDraft draft = DraftOf(request.item());
  draft.id = request.item_id();
  draft.is_draft = request.draft();
  return draft;
}

ItemDraft DraftOf(const v1::Item& item) {
  ItemDraft draft{.display_name = item.display_name(),
                  .specification = item.specification(),
                  .registration_number = item.registration_number(),
                  .registration_expire_date = item.registration_expire_date(),
                  .device_class = FromProto(item.device_class()),
                  .national_code = item.national_code(),
                  .device_identifier = item.device_identifier(),
                  .base_unit = item.base_unit(),
                  .manufacturer = item.manufacturer(),
                  .lot_tracked = item.lot_tracked(),
                  .serial_tracked = item.serial_tracked(),
                  .expiry_tracked = item.expiry_tracked(),
                  .high_value = item.high_value(),
                  .model = item.model(),
                  .storage_conditions = item.storage_conditions(),
                  .sterile = item.sterile(),
                  .single_use = item.single_use(),
                  .implant = item.implant(),
                  .procurement_group = item.procurement_group(),
                  .charge_code = item.charge_code()};
  if (item.has_storage_celsius_min()) draft.storage_celsius_min = item.storage_celsius_min();
  if (item.has_storage_celsius_max()) draft.storage_celsius_max = item.storage_celsius_max();
  for (const v1::Pack& pack : item.packs()) {
    draft.packs.push_back({.device_identifier = pack.device_identifier(),
                           .unit = pack.unit(),
                           .base_units = pack.base_units()});
  }
  return draft;
}

absl::StatusOr<std::optional<ApprovalState>> StateFilter(v1::ApprovalState state) {
  switch (state) {
    case v1::APPROVAL_STATE_UNSPECIFIED:
      return std::nullopt;
    case v1::APPROVAL_STATE_PROPOSED:
      return ApprovalState::kProposed;
    case v1::APPROVAL_STATE_APPROVED:
      return ApprovalState::kApproved;
    case v1::APPROVAL_STATE_SUSPENDED:
      return ApprovalState::kSuspended;
    case v1::APPROVAL_STATE_DRAFT:
      return ApprovalState::kDraft;
    case v1::APPROVAL_STATE_WITHDRAWN:
      return ApprovalState::kWithdrawn;
    default:
      return InvalidField("state", "is no state that this version knows");
  }
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  QINGQU_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

}  // namespace qingqu::catalog
