#include "services/catalog/organisations/organisation_convert.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

std::string UserName(const auth::Actor& actor) {
  return actor.user_id.empty() ? "" : fmt::format("users/{}", actor.user_id);
}

v1::OrganisationKind ToProto(OrganisationKind kind) {
  switch (kind) {
    case OrganisationKind::kManufacturer:
      return v1::ORGANISATION_KIND_MANUFACTURER;
    case OrganisationKind::kAgent:
      return v1::ORGANISATION_KIND_AGENT;
    case OrganisationKind::kDistributor:
      return v1::ORGANISATION_KIND_DISTRIBUTOR;
  }
  return v1::ORGANISATION_KIND_UNSPECIFIED;
}

v1::OrganisationState StateOf(const Organisation& organisation) {
  switch (organisation.standing) {
    case Standing::kGood:
      return organisation.admitted ? v1::ORGANISATION_STATE_APPROVED
                                   : v1::ORGANISATION_STATE_SUBMITTED;
    case Standing::kSuspended:
      return v1::ORGANISATION_STATE_SUSPENDED;
    case Standing::kBlacklisted:
      return v1::ORGANISATION_STATE_BLACKLISTED;
  }
  return v1::ORGANISATION_STATE_UNSPECIFIED;
}

v1::QualificationState StateOn(const Qualification& qualification, CivilDate day) {
  switch (qualification.state) {
    case QualificationState::kSubmitted:
      return v1::QUALIFICATION_STATE_SUBMITTED;
    case QualificationState::kRejected:
      return v1::QUALIFICATION_STATE_REJECTED;
    case QualificationState::kWithdrawn:
      return v1::QUALIFICATION_STATE_WITHDRAWN;
    case QualificationState::kSuspended:
      return v1::QUALIFICATION_STATE_SUSPENDED;
    case QualificationState::kApproved:
      break;
  }
  if (qualification.superseded_from.has_value() && *qualification.superseded_from <= day) {
    return v1::QUALIFICATION_STATE_SUPERSEDED;
  }
  if (qualification.expire_date.has_value() && *qualification.expire_date < day) {
    return v1::QUALIFICATION_STATE_EXPIRED;
  }
  return v1::QUALIFICATION_STATE_APPROVED;
}

template <typename Message>
void SetProfile(const Profile& profile, Message& message) {
  message.set_display_name(profile.display_name);
  message.set_address(profile.address);
  message.set_phone(profile.phone);
  message.set_legal_representative(profile.legal_representative);
  for (const Contact& contact : profile.contacts) {
    v1::Contact& added = *message.add_contacts();
    added.set_display_name(contact.display_name);
    added.set_phone(contact.phone);
    added.set_duty(contact.duty);
  }
}

v1::DeviceClass ClassOf(const Qualification& qualification) {
  if (!qualification.device_class.has_value()) return v1::DEVICE_CLASS_UNSPECIFIED;
  return static_cast<v1::DeviceClass>(*qualification.device_class);
}

void SetAuthorisation(const Authorisation& authorisation, v1::Authorisation& message) {
  message.set_giver(OrganisationName(authorisation.giver_id));
  message.set_manufacturer(OrganisationName(authorisation.manufacturer_id));
  message.set_exclusive(authorisation.exclusive);
  for (const std::string& number : authorisation.registration_numbers) {
    message.add_registration_numbers(number);
  }
  for (const std::string& id : authorisation.item_ids) message.add_items("items/" + id);
}

void SetDocument(const Qualification& qualification, v1::Qualification& message) {
  switch (qualification.kind) {
    case QualificationKind::kBusinessLicence:
      SetProfile(qualification.profile, *message.mutable_business_licence());
      return;
    case QualificationKind::kDistributorLicence: {
      v1::DistributorLicence& licence = *message.mutable_distributor_licence();
      licence.set_reagents(qualification.reagents.value_or(false));
      licence.set_cold_chain(qualification.cold_chain.value_or(false));
      licence.set_device_class(ClassOf(qualification));
      return;
    }
    case QualificationKind::kProductionLicence:
      message.mutable_production_licence()->set_device_class(ClassOf(qualification));
      return;
    case QualificationKind::kAuthorisation:
      SetAuthorisation(qualification.authorisation, *message.mutable_authorisation());
      return;
    case QualificationKind::kMandate:
      message.mutable_mandate()->set_person(qualification.person_name);
      message.mutable_mandate()->set_phone(qualification.person_phone);
      return;
    case QualificationKind::kIntegrityPledge:
      message.mutable_integrity_pledge();
      return;
  }
}

// "ORGANISATION_KIND_AGENT" is "agent" in the database.
absl::StatusOr<std::string> NameOfValue(const google::protobuf::EnumDescriptor& values, int number,
                                        std::string_view field, size_t prefix_length) {
  if (number == 0) return std::string();
  const auto* value = values.FindValueByNumber(number);
  if (value == nullptr) return InvalidField(field, "must be a known value");
  std::string name = value->name().substr(prefix_length);
  std::ranges::transform(name, name.begin(), [](char character) {
    return character == '_' ? character : static_cast<char>(character - 'A' + 'a');
  });
  return name;
}

}  // namespace

v1::QualificationKind KindToProto(QualificationKind kind) {
  switch (kind) {
    case QualificationKind::kBusinessLicence:
      return v1::QUALIFICATION_KIND_BUSINESS_LICENCE;
    case QualificationKind::kDistributorLicence:
      return v1::QUALIFICATION_KIND_DISTRIBUTOR_LICENCE;
    case QualificationKind::kProductionLicence:
      return v1::QUALIFICATION_KIND_PRODUCTION_LICENCE;
    case QualificationKind::kAuthorisation:
      return v1::QUALIFICATION_KIND_AUTHORISATION;
    case QualificationKind::kMandate:
      return v1::QUALIFICATION_KIND_MANDATE;
    case QualificationKind::kIntegrityPledge:
      return v1::QUALIFICATION_KIND_INTEGRITY_PLEDGE;
  }
  return v1::QUALIFICATION_KIND_UNSPECIFIED;
}

v1::Organisation ToProto(const Organisation& organisation) {
  v1::Organisation message;
  message.set_name(OrganisationName(organisation.id));
  for (const OrganisationKind kind : organisation.kinds) message.add_kinds(ToProto(kind));
  message.set_credit_code(organisation.credit_code);
  message.set_country(organisation.country);
  SetProfile(organisation.profile, message);
  message.set_state(StateOf(organisation));
  message.set_state_reason(organisation.standing_reason);
  message.set_reinstatement_proposer(UserName(organisation.reinstatement_proposer));
  message.set_reinstater(UserName(organisation.reinstater));
  *message.mutable_create_time() = rpc::ToTimestamp(organisation.created_at);
  *message.mutable_update_time() = rpc::ToTimestamp(organisation.updated_at);
  message.set_etag(std::to_string(organisation.version));
  return message;
}

v1::Qualification ToProto(const Qualification& qualification, CivilDate day) {
  v1::Qualification message;
  message.set_name(QualificationName(qualification.id));
  message.set_organisation(OrganisationName(qualification.organisation_id));
  message.set_number(qualification.number);
  message.set_valid_from(qualification.valid_from.ToString());
  if (qualification.expire_date) message.set_expire_date(qualification.expire_date->ToString());
  SetDocument(qualification, message);
  if (!qualification.renews_id.empty()) {
    message.set_renews(QualificationName(qualification.renews_id));
  }
  message.set_kind(KindToProto(qualification.kind));
  message.set_state(StateOn(qualification, day));
  message.set_in_force(IsInForce(qualification, day));
  std::optional<CivilDate> ended_from = qualification.suspended_from;
  if (qualification.superseded_from &&
      !(ended_from < qualification.superseded_from && ended_from)) {
    ended_from = qualification.superseded_from;
  }
  if (ended_from.has_value()) message.set_ended_from(ended_from->ToString());
  message.set_reason(qualification.reason);
  message.set_founding(qualification.founding);
  message.set_submitter(UserName(qualification.submitter));
  message.set_equipment_reviewer(UserName(qualification.equipment_reviewer));
  message.set_infection_control_reviewer(UserName(qualification.infection_control_reviewer));
  *message.mutable_create_time() = rpc::ToTimestamp(qualification.created_at);
  *message.mutable_update_time() = rpc::ToTimestamp(qualification.updated_at);
  message.set_etag(std::to_string(qualification.version));
  return message;
}

absl::StatusOr<std::string> KindFilter(v1::OrganisationKind kind) {
  return NameOfValue(*v1::OrganisationKind_descriptor(), kind, "kind",
                     std::string_view("ORGANISATION_KIND_").size());
}
absl::StatusOr<std::string> KindFilter(v1::QualificationKind kind) {
  return NameOfValue(*v1::QualificationKind_descriptor(), kind, "kind",
                     std::string_view("QUALIFICATION_KIND_").size());
}
absl::StatusOr<std::string> StateFilter(v1::OrganisationState state) {
  return NameOfValue(*v1::OrganisationState_descriptor(), state, "state",
                     std::string_view("ORGANISATION_STATE_").size());
}
absl::StatusOr<std::string> StateFilter(v1::QualificationState state) {
  return NameOfValue(*v1::QualificationState_descriptor(), state, "state",
                     std::string_view("QUALIFICATION_STATE_").size());
}

}  // namespace qingqu::catalog
