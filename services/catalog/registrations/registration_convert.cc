#include "services/catalog/registrations/registration_convert.h"

#include "fmt/format.h"

#include "common/rpc/timestamp.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

std::string Text(const std::optional<CivilDate>& date) { return date ? date->ToString() : ""; }

std::string UserName(const auth::Actor& actor) {
  return actor.user_id.empty() ? "" : fmt::format("users/{}", actor.user_id);
}

v1::RegistrationOrigin ToProto(RegistrationOrigin origin) {
  switch (origin) {
    case RegistrationOrigin::kDomestic:
      return v1::REGISTRATION_ORIGIN_DOMESTIC;
    case RegistrationOrigin::kImported:
      return v1::REGISTRATION_ORIGIN_IMPORTED;
    case RegistrationOrigin::kSpecialRegion:
      return v1::REGISTRATION_ORIGIN_SPECIAL_REGION;
  }
  return v1::REGISTRATION_ORIGIN_UNSPECIFIED;
}

void SetContent(const RegistrationContent& content, v1::Registration& message) {
  message.set_product_name(content.product_name);
  message.set_registrant(content.registrant);
  if (!content.organisation_id.empty()) {
    message.set_organisation(fmt::format("organisations/{}", content.organisation_id));
  }
  message.set_valid_from_date(Text(content.valid_from));
  message.set_expire_date(Text(content.expire_date));
  if (!content.replaced_by.empty()) {
    message.set_replaced_by(RegistrationName(content.replaced_by));
  }
}

}  // namespace

v1::DeviceClass ToProto(DeviceClass device_class) {
  switch (device_class) {
    case DeviceClass::kI:
      return v1::DEVICE_CLASS_I;
    case DeviceClass::kII:
      return v1::DEVICE_CLASS_II;
    case DeviceClass::kIII:
      return v1::DEVICE_CLASS_III;
  }
  return v1::DEVICE_CLASS_UNSPECIFIED;
}

v1::RegistrationState ToProto(RegistrationState state) {
  switch (state) {
    case RegistrationState::kProposed:
      return v1::REGISTRATION_STATE_PROPOSED;
    case RegistrationState::kValid:
      return v1::REGISTRATION_STATE_VALID;
    case RegistrationState::kSuspended:
      return v1::REGISTRATION_STATE_SUSPENDED;
    case RegistrationState::kCancelled:
      return v1::REGISTRATION_STATE_CANCELLED;
  }
  return v1::REGISTRATION_STATE_UNSPECIFIED;
}

v1::Registration ToProto(const RegistrationNumber& number) {
  v1::Registration message;
  message.set_name(RegistrationName(number.text));
  message.set_number(number.text);
  message.set_device_class(ToProto(number.device_class));
  message.set_origin(ToProto(number.origin));
  return message;
}

v1::Registration ToProto(const Registration& registration) {
  v1::Registration message = ToProto(registration.number);
  SetContent(registration.content, message);
  message.set_state(ToProto(registration.state));
  message.set_state_reason(registration.state_reason);
  message.set_state_date(Text(registration.state_date));
  message.set_as_told(registration.as_told);
  message.set_event(registration.event);
  message.set_effective_date(Text(registration.effective_date));
  message.set_reason(registration.reason);
  message.set_proposer(UserName(registration.proposer));
  message.set_approver(UserName(registration.approver));
  *message.mutable_create_time() = rpc::ToTimestamp(registration.created_at);
  *message.mutable_update_time() = rpc::ToTimestamp(registration.updated_at);
  message.set_etag(Etag(registration));
  return message;
}

v1::Registration ToProto(const Registration& registration,
                         const std::optional<RegistrationChange>& open_change) {
  v1::Registration message = ToProto(registration);
  if (!open_change) return message;
  v1::RegistrationChange& change = *message.mutable_open_change();
  change.set_name(fmt::format("{}/changes/{}", message.name(), open_change->id));
  *change.mutable_registration() = ToProto(registration.number);
  SetContent(open_change->content, *change.mutable_registration());
  change.set_resumes(open_change->resumes);
  change.set_effective_date(Text(open_change->effective_date));
  change.set_reason(open_change->reason);
  change.set_proposer(UserName(open_change->proposer));
  *change.mutable_propose_time() = rpc::ToTimestamp(open_change->proposed_at);
  return message;
}

RegistrationDraft DraftOf(const v1::Registration& message) {
  return {.product_name = message.product_name(),
          .registrant = message.registrant(),
          .organisation = message.organisation(),
          .valid_from_date = message.valid_from_date(),
          .expire_date = message.expire_date(),
          .replaced_by = message.replaced_by()};
}

absl::StatusOr<std::optional<RegistrationState>> RegistrationStateFilter(
    v1::RegistrationState state) {
  switch (state) {
    case v1::REGISTRATION_STATE_UNSPECIFIED:
      return std::nullopt;
    case v1::REGISTRATION_STATE_PROPOSED:
      return RegistrationState::kProposed;
    case v1::REGISTRATION_STATE_VALID:
      return RegistrationState::kValid;
    case v1::REGISTRATION_STATE_SUSPENDED:
      return RegistrationState::kSuspended;
    case v1::REGISTRATION_STATE_CANCELLED:
      return RegistrationState::kCancelled;
    default:
      return InvalidField("state", "is no state that this version knows");
  }
}

}  // namespace qingqu::catalog
