#include <algorithm>
#include <set>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/db/call_id.h"
#include "common/status/status_macros.h"
#include "services/catalog/credit_code.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/licence_number.h"
#include "services/catalog/organisations/organisation_convert.h"
#include "services/catalog/registration_number.h"

// What callers submit, made of their messages.

namespace qingqu::catalog {
namespace {

constexpr int kContactsMax = 20;
constexpr int kScopesMax = 1'000;

std::string Field(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

// Of BusinessLicence and Organisation, which have these fields under the same names.
template <typename Message>
Profile ReadProfile(std::string_view path, const Message& message, FieldViolations& violations) {
  Profile profile;
  profile.display_name =
      CheckText(Field(path, "display_name"), message.display_name(), {1, 200}, violations);
  profile.address = CheckText(Field(path, "address"), message.address(), {0, 200}, violations);
  profile.phone = CheckText(Field(path, "phone"), message.phone(), {0, 40}, violations);
  profile.legal_representative = CheckText(Field(path, "legal_representative"),
                                           message.legal_representative(), {0, 60}, violations);
  if (message.contacts_size() > kContactsMax) {
    violations.Add(Field(path, "contacts"), "must be 20 at most");
    return profile;
  }
  for (int index = 0; index < message.contacts_size(); ++index) {
    const std::string place = fmt::format("{}.contacts[{}]", path, index);
    const v1::Contact& contact = message.contacts(index);
    profile.contacts.push_back(
        {.display_name =
             CheckText(Field(place, "display_name"), contact.display_name(), {1, 60}, violations),
         .phone = CheckText(Field(place, "phone"), contact.phone(), {0, 40}, violations),
         .duty = CheckText(Field(place, "duty"), contact.duty(), {0, 60}, violations)});
  }
  return profile;
}

struct PeriodText {
  std::string_view path;
  std::string_view valid_from;
  std::string_view expire_date;
};

void ReadPeriod(const PeriodText& text, Qualification& qualification, FieldViolations& violations) {
  const auto valid_from = CivilDate::Parse(text.valid_from);
  violations.AddIfError(Field(text.path, "valid_from"), valid_from.status());
  if (valid_from.ok()) qualification.valid_from = *valid_from;
  if (valid_from.ok() && valid_from->year() < 1900) {
    violations.Add(Field(text.path, "valid_from"), "must not be before 1900");
  }
  if (text.expire_date.empty()) return;
  const auto expire_date = CivilDate::Parse(text.expire_date);
  violations.AddIfError(Field(text.path, "expire_date"), expire_date.status());
  if (!expire_date.ok()) return;
  qualification.expire_date = *expire_date;
  if (valid_from.ok() && *expire_date < *valid_from) {
    violations.Add(Field(text.path, "expire_date"), "must not lie before valid_from");
  }
}

void CheckBegun(std::string_view field, const Qualification& qualification, absl::Time now,
                FieldViolations& violations) {
  if (qualification.valid_from > BusinessDay(now)) {
    violations.Add(field, "must not lie in the future: what it says is live once it is approved");
  }
}

void ReadAuthorisation(const v1::Authorisation& message, Qualification& qualification,
                       FieldViolations& violations) {
  Authorisation& authorisation = qualification.authorisation;
  const auto organisation_in = [&](const std::string& field, const std::string& name) {
    const auto id = ParseResourceId("organisations/{organisation}", name);
    violations.AddIfError(field, id.status());
    if (id.ok() && *id == qualification.organisation_id) {
      violations.Add(field, "must be another organisation than the one that is authorised");
    }
    return id.value_or("");
  };
  authorisation.giver_id = organisation_in("qualification.authorisation.giver", message.giver());
  authorisation.manufacturer_id =
      organisation_in("qualification.authorisation.manufacturer", message.manufacturer());
  authorisation.exclusive = message.exclusive();
  if (message.registration_numbers_size() > kScopesMax || message.items_size() > kScopesMax) {
    violations.Add("qualification.authorisation", "must name 1,000 at most of each");
    return;
  }
  std::set<std::string> numbers;
  for (int index = 0; index < message.registration_numbers_size(); ++index) {
    numbers.insert(
        CheckParsed(fmt::format("qualification.authorisation.registration_numbers[{}]", index),
                    ParseRegistrationNumber(message.registration_numbers(index)), violations)
            .text);
  }
  std::set<std::string> items;
  for (int index = 0; index < message.items_size(); ++index) {
    items.insert(CheckParsed(fmt::format("qualification.authorisation.items[{}]", index),
                             ParseResourceId("items/{item}", message.items(index)), violations));
  }
  authorisation.registration_numbers.assign(numbers.begin(), numbers.end());
  authorisation.item_ids.assign(items.begin(), items.end());
}

// A licence's number, normalised, and what follows from it.
void TakeLicence(absl::StatusOr<LicenceNumber> parsed, Qualification& qualification,
                 FieldViolations& violations) {
  const LicenceNumber licence = CheckParsed("qualification.number", std::move(parsed), violations);
  qualification.number = licence.text;
  qualification.device_class = licence.highest_class;
}

void ReadDocument(const v1::Qualification& message, absl::Time now, Qualification& qualification,
                  FieldViolations& violations) {
  switch (message.document_case()) {
    case v1::Qualification::kBusinessLicence:
      qualification.kind = QualificationKind::kBusinessLicence;
      qualification.profile =
          ReadProfile("qualification.business_licence", message.business_licence(), violations);
      CheckBegun("qualification.valid_from", qualification, now, violations);
      return;
    case v1::Qualification::kDistributorLicence:
      qualification.kind = QualificationKind::kDistributorLicence;
      TakeLicence(ParseLicenceNumber(message.number()), qualification, violations);
      qualification.reagents = message.distributor_licence().reagents();
      qualification.cold_chain = message.distributor_licence().cold_chain();
      return;
    case v1::Qualification::kProductionLicence:
      qualification.kind = QualificationKind::kProductionLicence;
      TakeLicence(ParseProductionLicenceNumber(message.number()), qualification, violations);
      return;
    case v1::Qualification::kAuthorisation:
      qualification.kind = QualificationKind::kAuthorisation;
      ReadAuthorisation(message.authorisation(), qualification, violations);
      return;
    case v1::Qualification::kMandate:
      qualification.kind = QualificationKind::kMandate;
      qualification.person_name = CheckText("qualification.mandate.person",
                                            message.mandate().person(), {1, 60}, violations);
      qualification.person_phone =
          CheckText("qualification.mandate.phone", message.mandate().phone(), {0, 40}, violations);
      return;
    case v1::Qualification::kIntegrityPledge:
      qualification.kind = QualificationKind::kIntegrityPledge;
      return;
    case v1::Qualification::DOCUMENT_NOT_SET:
      violations.Add("qualification.document", "must be set");
      return;
  }
}

bool MayHaveNoEnd(const Qualification& qualification) {
  switch (qualification.kind) {
    case QualificationKind::kBusinessLicence:
    case QualificationKind::kIntegrityPledge:
      return true;
    case QualificationKind::kDistributorLicence:
      return qualification.device_class == DeviceClass::kII;
    case QualificationKind::kProductionLicence:
      return qualification.device_class == DeviceClass::kI;
    default:
      return false;
  }
}

Qualification EmptyQualification(const CallContext& call) {
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(call.received_at));
  return {.id = db::IdOfCall(call),
          .valid_from = BusinessDay(now),
          .submitter = auth::ActorOf(call.principal),
          .created_at = now,
          .updated_at = now};
}

void ReadKinds(const v1::Organisation& message, Organisation& organisation,
               FieldViolations& violations) {
  std::set<OrganisationKind> kinds;
  for (const int kind : message.kinds()) {
    const auto name = KindFilter(static_cast<v1::OrganisationKind>(kind));
    if (!name.ok() || name->empty()) {
      violations.Add("organisation.kinds", "must be known kinds");
      continue;
    }
    kinds.insert(OrganisationKindFromName(*name));
  }
  if (message.kinds_size() == 0) violations.Add("organisation.kinds", "must name at least one");
  organisation.kinds.assign(kinds.begin(), kinds.end());
}

void ReadIdentity(const v1::Organisation& message, Organisation& organisation,
                  FieldViolations& violations) {
  organisation.country = message.country().empty() ? "CN" : message.country();
  const bool is_code = organisation.country.size() == 2 &&
                       std::ranges::all_of(organisation.country, [](char character) {
                         return character >= 'A' && character <= 'Z';
                       });
  if (!is_code) violations.Add("organisation.country", "must be two capital letters (ISO 3166-1)");
  if (organisation.country == "CN") {
    organisation.credit_code =
        CheckParsed("organisation.credit_code", ParseCreditCode(message.credit_code()), violations);
  } else if (!message.credit_code().empty()) {
    violations.Add("organisation.credit_code", "organisations abroad have none");
  }
}

}  // namespace

absl::StatusOr<Qualification> ReadQualification(const CallContext& call,
                                                const v1::Qualification& message) {
  FieldViolations violations;
  Qualification qualification = EmptyQualification(call);
  const auto organisation_id =
      ParseResourceId("organisations/{organisation}", message.organisation());
  violations.AddIfError("qualification.organisation", organisation_id.status());
  qualification.organisation_id = organisation_id.value_or("");
  qualification.number = CheckText("qualification.number", message.number(), {0, 100}, violations);
  ReadPeriod({.path = "qualification",
              .valid_from = message.valid_from(),
              .expire_date = message.expire_date()},
             qualification, violations);
  ReadDocument(message, call.received_at, qualification, violations);
  if (message.expire_date().empty() && !MayHaveNoEnd(qualification)) {
    violations.Add("qualification.expire_date", "must be set");
  }
  if (!message.renews().empty()) {
    const auto renews_id = ParseResourceId("qualifications/{qualification}", message.renews());
    violations.AddIfError("qualification.renews", renews_id.status());
    qualification.renews_id = renews_id.value_or("");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return qualification;
}

absl::StatusOr<NewOrganisation> ReadNewOrganisation(const CallContext& call,
                                                    const v1::CreateOrganisationRequest& request) {
  FieldViolations violations;
  NewOrganisation made{.organisation = {}, .licence = EmptyQualification(call)};
  violations.AddIfError("organisation_id", ValidateResourceId(request.organisation_id()));
  made.organisation.id = request.organisation_id();
  made.organisation.created_at = made.licence.created_at;
  made.organisation.updated_at = made.licence.created_at;
  ReadKinds(request.organisation(), made.organisation, violations);
  ReadIdentity(request.organisation(), made.organisation, violations);
  made.organisation.profile = ReadProfile("organisation", request.organisation(), violations);
  made.licence.organisation_id = made.organisation.id;
  made.licence.kind = QualificationKind::kBusinessLicence;
  made.licence.number = made.organisation.credit_code;
  made.licence.profile = made.organisation.profile;
  if (request.valid_from().empty()) {
    violations.Add("valid_from", "must be set");
  } else {
    ReadPeriod(
        {.path = "", .valid_from = request.valid_from(), .expire_date = request.expire_date()},
        made.licence, violations);
    CheckBegun("valid_from", made.licence, call.received_at, violations);
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return made;
}

}  // namespace qingqu::catalog
