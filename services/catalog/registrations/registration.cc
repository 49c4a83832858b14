#include "services/catalog/registrations/registration.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/registrations/registration_errors.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kCollection = "registrations/";
constexpr TextLimits kNameLimits{1, 200};
constexpr int kYearsMax = 5;

absl::Time WholeMicroseconds(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

Registration Next(const Registration& registration, std::string_view event,
                  const RegistrationAct& act) {
  Registration next = registration;
  next.event = event;
  next.reason = act.reason;
  next.effective_date = act.effective_date;
  next.proposer = act.actor;
  next.approver = {};
  // Calls may reach the row in another order than they came; versions follow each other in time.
  next.updated_at = std::max(registration.updated_at, WholeMicroseconds(act.now));
  ++next.version;
  return next;
}

Registration New(const RegistrationNumber& number, const RegistrationContent& content,
                 const RegistrationAct& act) {
  return {.number = number,
          .content = content,
          .effective_date = act.effective_date,
          .reason = act.reason,
          .proposer = act.actor,
          .created_at = WholeMicroseconds(act.now),
          .updated_at = WholeMicroseconds(act.now)};
}

Registration TakenAway(const Registration& registration, RegistrationState state,
                       std::string_view event, const RegistrationAct& act) {
  Registration next = Next(registration, event, act);
  next.state = state;
  next.state_reason = act.reason;
  next.state_date = act.effective_date.value_or(BusinessDay(act.now));
  next.effective_date = next.state_date;
  return next;
}

std::optional<CivilDate> CheckDate(std::string_view field, std::string_view text,
                                   FieldViolations& violations) {
  if (text.empty()) return std::nullopt;
  const auto date = CivilDate::Parse(text);
  violations.AddIfError(field, date.status());
  return date.ok() ? std::optional<CivilDate>(*date) : std::nullopt;
}

// The last day on which a registration of five years may hold; as PostgreSQL adds years, 29
// February becomes 28 February.
CivilDate LastDay(CivilDate first) {
  const int year = std::min(first.year() + kYearsMax, 9999);
  const auto same_day = CivilDate::FromYearMonthDay(year, first.month(), first.day());
  return same_day.ok() ? *same_day : CivilDate::FromYearMonthDay(year, 2, 28).value();
}

void CheckPeriod(const RegistrationNumber& number, const RegistrationDraft& draft,
                 RegistrationContent& content, FieldViolations& violations) {
  content.valid_from = CheckDate("registration.valid_from_date", draft.valid_from_date, violations);
  content.expire_date = CheckDate("registration.expire_date", draft.expire_date, violations);
  if (number.is_filing && !draft.expire_date.empty()) {
    violations.Add("registration.expire_date", "must be empty: a filing does not expire");
  }
  if (draft.expire_date.empty() && number.device_class != DeviceClass::kI) {
    violations.Add("registration.expire_date",
                   "is required for class II and III: a registration holds for five years");
  }
  if (!content.valid_from || !content.expire_date) return;
  if (*content.expire_date < *content.valid_from ||
      *content.expire_date > LastDay(*content.valid_from)) {
    violations.Add("registration.expire_date",
                   "must lie within the five years after the first day on which it holds");
  }
}

}  // namespace

std::string_view RegistrationStateName(RegistrationState state) {
  switch (state) {
    case RegistrationState::kProposed:
      return "proposed";
    case RegistrationState::kValid:
      return "valid";
    case RegistrationState::kSuspended:
      return "suspended";
    case RegistrationState::kCancelled:
      return "cancelled";
  }
  return "";
}

RegistrationState RegistrationStateFromName(std::string_view name) {
  if (name == "proposed") return RegistrationState::kProposed;
  if (name == "valid") return RegistrationState::kValid;
  if (name == "suspended") return RegistrationState::kSuspended;
  QINGQU_CHECK(name == "cancelled");
  return RegistrationState::kCancelled;
}

std::string RegistrationName(std::string_view number) {
  return fmt::format("{}{}", kCollection, number);
}

absl::StatusOr<RegistrationNumber> ParseRegistrationName(std::string_view field,
                                                         std::string_view name) {
  if (!name.starts_with(kCollection)) {
    return InvalidField(field, "must be registrations/ and a number");
  }
  auto number = ParseRegistrationNumber(name.substr(kCollection.size()));
  if (!number.ok()) return InvalidField(field, ToStd(number.status().message()));
  return number;
}

absl::StatusOr<RegistrationContent> CheckRegistrationContent(const RegistrationNumber& number,
                                                             const RegistrationDraft& draft) {
  FieldViolations violations;
  RegistrationContent content;
  content.product_name =
      CheckText("registration.product_name", draft.product_name, kNameLimits, violations);
  content.registrant =
      CheckText("registration.registrant", draft.registrant, kNameLimits, violations);
  if (!draft.organisation.empty()) {
    content.organisation_id = CheckParsed(
        "registration.organisation",
        ParseResourceId("organisations/{organisation}", draft.organisation), violations);
  }
  CheckPeriod(number, draft, content, violations);
  if (!draft.replaced_by.empty()) {
    auto replacement = ParseRegistrationName("registration.replaced_by", draft.replaced_by);
    violations.AddIfError("registration.replaced_by", replacement.status());
    if (replacement.ok()) content.replaced_by = replacement->text;
    if (content.replaced_by == number.text) {
      violations.Add("registration.replaced_by", "cannot be the registration itself");
    }
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return content;
}

Registration CreateRegistration(const RegistrationNumber& number,
                                const RegistrationContent& content, const RegistrationAct& act) {
  Registration registration = New(number, content, act);
  registration.event = "registration.proposed";
  return registration;
}

Registration TellRegistration(const RegistrationNumber& number, const RegistrationContent& content,
                              const RegistrationAct& act) {
  Registration registration = New(number, content, act);
  // The journal tells it with the item.
  registration.event = "item.approved";
  registration.state = RegistrationState::kValid;
  registration.as_told = true;
  return registration;
}

bool Widens(const RegistrationContent& before, const RegistrationContent& after) {
  const bool ends_later =
      before.expire_date && (!after.expire_date || *after.expire_date > *before.expire_date);
  const bool begins_earlier =
      before.valid_from && (!after.valid_from || *after.valid_from < *before.valid_from);
  return ends_later || begins_earlier || before.registrant != after.registrant ||
         before.organisation_id != after.organisation_id;
}

absl::Status CheckMayChange(const Registration& registration, const auth::Actor& actor) {
  const std::string name = RegistrationName(registration.number.text);
  if (registration.state == RegistrationState::kCancelled) return RegistrationCancelled(name);
  if (registration.state == RegistrationState::kProposed &&
      registration.proposer.user_id != actor.user_id) {
    return NotTheAuthor(name);
  }
  return absl::OkStatus();
}

Registration ChangeRegistration(const Registration& registration,
                                const RegistrationContent& content, const RegistrationAct& act) {
  Registration next = Next(registration, "registration.changed", act);
  next.content = content;
  next.as_told = false;
  return next;
}

absl::StatusOr<Registration> ApproveRegistration(const Registration& registration,
                                                 const RegistrationAct& act) {
  const std::string name = RegistrationName(registration.number.text);
  if (registration.state != RegistrationState::kProposed) return RegistrationNotProposed(name);
  if (auth::ShareAPerson(act.actor, registration.proposer)) return SamePerson(name);
  Registration next = Next(registration, "registration.approved", act);
  next.state = RegistrationState::kValid;
  next.effective_date = registration.effective_date;
  next.reason = registration.reason;
  next.proposer = registration.proposer;
  next.approver = act.actor;
  return next;
}

absl::StatusOr<Registration> ApproveRegistrationChange(const Registration& registration,
                                                       const RegistrationChange& change,
                                                       const RegistrationAct& act) {
  const std::string name = RegistrationName(registration.number.text);
  if (!change.open) return ChangeDecided(name);
  if (registration.state == RegistrationState::kCancelled) return RegistrationCancelled(name);
  if (auth::ShareAPerson(act.actor, change.proposer)) return SamePerson(name);
  Registration next = Next(registration, "registration.changed", act);
  next.content = change.content;
  next.effective_date = change.effective_date;
  next.reason = change.reason;
  next.proposer = change.proposer;
  next.approver = act.actor;
  next.as_told = false;
  if (change.resumes) {
    next.event = "registration.resumed";
    next.state = RegistrationState::kValid;
    next.state_reason.clear();
    next.state_date.reset();
  }
  return next;
}

absl::StatusOr<Registration> SuspendRegistration(const Registration& registration,
                                                 const RegistrationAct& act, bool asked_to_resume) {
  const bool may = registration.state == RegistrationState::kValid ||
                   (registration.state == RegistrationState::kSuspended && asked_to_resume);
  if (!may) return RegistrationNotValid(RegistrationName(registration.number.text));
  return TakenAway(registration, RegistrationState::kSuspended, "registration.suspended", act);
}

absl::StatusOr<Registration> CancelRegistration(const Registration& registration,
                                                const RegistrationAct& act) {
  if (registration.state == RegistrationState::kCancelled) {
    return RegistrationCancelled(RegistrationName(registration.number.text));
  }
  return TakenAway(registration, RegistrationState::kCancelled, "registration.cancelled", act);
}

std::string Etag(const Registration& registration) {
  return fmt::format("{}", registration.version);
}

}  // namespace qingqu::catalog
