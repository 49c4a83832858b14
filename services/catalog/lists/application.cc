#include "services/catalog/lists/application.h"

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/lists/application_errors.h"

namespace qingqu::catalog {
namespace {

struct StateName {
  ApplicationState state;
  std::string_view name;
  v1::ApplicationState proto;
};
constexpr StateName kStates[] = {
    {ApplicationState::kInReview, "in_review", v1::APPLICATION_STATE_IN_REVIEW},
    {ApplicationState::kApproved, "approved", v1::APPLICATION_STATE_APPROVED},
    {ApplicationState::kRejected, "rejected", v1::APPLICATION_STATE_REJECTED},
    {ApplicationState::kWithdrawn, "withdrawn", v1::APPLICATION_STATE_WITHDRAWN},
};
constexpr std::string_view kStepNames[] = {"", "the department", "pharmacy or equipment",
                                           "infection control", "the alliance"};

std::string UserName(std::string_view id) { return id.empty() ? "" : fmt::format("users/{}", id); }

v1::ApplicationRound ToProto(const ApplicationRound& round) {
  v1::ApplicationRound message;
  message.set_number(round.number);
  message.set_reason(round.reason);
  message.set_applicant(UserName(round.applicant.user_id));
  *message.mutable_submit_time() = rpc::ToTimestamp(round.submitted_at);
  message.set_withdrawal_reason(round.withdrawal_reason);
  for (const StepDecision& decision : round.decisions) {
    v1::StepDecision& row = *message.add_decisions();
    row.set_step(static_cast<v1::ApplicationStep>(decision.step));
    row.set_approved(decision.approves);
    row.set_reason(decision.reason);
    row.set_decider(UserName(decision.decider.user_id));
    *row.mutable_decide_time() = rpc::ToTimestamp(decision.decided_at);
    row.set_due_date(decision.due_date.ToString());
  }
  return message;
}

CivilDate DueAfter(const CallContext& call) {
  return BusinessDay(call.received_at).PlusDays(kStepDays);
}

ApplicationRound NewRound(int number, const std::string& reason, const CallContext& call) {
  return {.number = number,
          .reason = reason,
          .applicant = auth::ActorOf(call.principal),
          .submitted_at = call.received_at,
          .withdrawal_reason = "",
          .decisions = {}};
}

bool HadAHand(const ApplicationRound& round, const auth::Actor& actor) {
  if (auth::ShareAPerson(actor, round.applicant)) return true;
  for (const StepDecision& decision : round.decisions) {
    if (auth::ShareAPerson(actor, decision.decider)) return true;
  }
  return false;
}

}  // namespace

std::string_view ApplicationStateName(ApplicationState state) {
  for (const StateName& known : kStates) {
    if (known.state == state) return known.name;
  }
  QINGQU_CHECK(false);
}

ApplicationState ApplicationStateFromName(std::string_view name) {
  for (const StateName& known : kStates) {
    if (known.name == name) return known.state;
  }
  QINGQU_CHECK(false);
}

absl::StatusOr<std::optional<ApplicationState>> ApplicationStateFilter(v1::ApplicationState state) {
  if (state == v1::APPLICATION_STATE_UNSPECIFIED) return std::nullopt;
  for (const StateName& known : kStates) {
    if (known.proto == state) return known.state;
  }
  return InvalidField("state", "is no state of an application");
}

std::string ApplicationName(std::string_view id) { return fmt::format("applications/{}", id); }

v1::Application ToProto(const Application& application, CivilDate today) {
  v1::Application message;
  message.set_name(ApplicationName(application.id));
  message.set_approved_list(fmt::format("approvedLists/{}", application.list_id));
  message.set_item(fmt::format("items/{}", application.item_id));
  message.set_department(fmt::format("departments/{}", application.department.department_id));
  message.set_institution(fmt::format("institutions/{}", application.department.institution_id));
  for (const StateName& known : kStates) {
    if (known.state == application.state) message.set_state(known.proto);
  }
  message.set_step(static_cast<v1::ApplicationStep>(application.step));
  message.set_due_date(application.due_date.ToString());
  message.set_overdue(application.state == ApplicationState::kInReview &&
                      application.due_date < today);
  if (!application.rounds.empty()) message.set_reason(application.rounds.back().reason);
  for (const ApplicationRound& round : application.rounds) *message.add_rounds() = ToProto(round);
  *message.mutable_create_time() = rpc::ToTimestamp(application.created_at);
  message.set_etag(fmt::format("{}", application.version));
  return message;
}

absl::StatusOr<std::string> CheckNeed(std::string_view field, std::string_view reason) {
  FieldViolations violations;
  std::string trimmed = CheckText(field, reason, {1, 2000}, violations);
  if (!violations.empty()) return violations.ToStatus();
  return trimmed;
}

absl::StatusOr<Application> ParseApplication(const CallContext& call,
                                             const v1::SubmitApplicationRequest& request) {
  const v1::Application& message = request.application();
  FieldViolations violations;
  Application application{
      .id = request.application_id(), .due_date = DueAfter(call), .created_at = call.received_at};
  violations.AddIfError("application_id", ValidateResourceId(application.id));
  application.list_id = CheckParsed(
      "application.approved_list",
      ParseResourceId("approvedLists/{approved_list}", message.approved_list()), violations);
  application.item_id =
      CheckParsed("application.item", ParseResourceId("items/{item}", message.item()), violations);
  application.department.department_id =
      CheckParsed("application.department",
                  ParseResourceId("departments/{department}", message.department()), violations);
  const std::string reason =
      CheckText("application.reason", message.reason(), {1, 2000}, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  application.rounds.push_back(NewRound(1, reason, call));
  return application;
}

absl::Status CheckApplicationEtag(const Application& application, std::string_view etag) {
  const std::string present = fmt::format("{}", application.version);
  if (etag.empty() || etag == present) return absl::OkStatus();
  return EtagMismatch(ApplicationName(application.id), present);
}

absl::StatusOr<Application> Resubmitted(const Application& application, const std::string& reason,
                                        const CallContext& call) {
  if (application.state != ApplicationState::kRejected &&
      application.state != ApplicationState::kWithdrawn) {
    return ApplicationNotEnded(ApplicationName(application.id));
  }
  Application next = application;
  next.state = ApplicationState::kInReview;
  next.step = kFirstStep;
  next.due_date = DueAfter(call);
  next.rounds.push_back(NewRound(application.rounds.back().number + 1, reason, call));
  ++next.version;
  return next;
}

absl::StatusOr<Application> Withdrawn(const Application& application, const std::string& reason,
                                      const CallContext& call) {
  const std::string name = ApplicationName(application.id);
  if (application.state != ApplicationState::kInReview) return ApplicationNotInReview(name);
  if (application.rounds.back().applicant.user_id != call.principal.user_id) {
    return NotApplicant(name);
  }
  Application next = application;
  next.state = ApplicationState::kWithdrawn;
  next.rounds.back().withdrawal_reason = reason;
  ++next.version;
  return next;
}

absl::StatusOr<Review> ParseReview(int step, bool approves, std::string_view reason) {
  FieldViolations violations;
  Review review{.step = step,
                .approves = approves,
                .reason = CheckText("reason", reason, {approves ? 0 : 1, 500}, violations)};
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return review;
}

absl::StatusOr<Application> Reviewed(const Application& application, const Review& review,
                                     const CallContext& call) {
  const std::string name = ApplicationName(application.id);
  if (review.step == kLastStep) {
    QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  }
  if (application.state != ApplicationState::kInReview) return ApplicationNotInReview(name);
  if (application.step != review.step) {
    return ApplicationAtOtherStep(name, kStepNames[application.step]);
  }
  const auth::Actor decider = auth::ActorOf(call.principal);
  if (HadAHand(application.rounds.back(), decider)) return HadAHandInApplication(name);
  Application next = application;
  next.rounds.back().decisions.push_back({.step = review.step,
                                          .approves = review.approves,
                                          .reason = review.reason,
                                          .due_date = application.due_date,
                                          .decider = decider,
                                          .decided_at = call.received_at});
  ++next.version;
  if (!review.approves) {
    next.state = ApplicationState::kRejected;
  } else if (review.step == kLastStep) {
    next.state = ApplicationState::kApproved;
  } else {
    ++next.step;
    next.due_date = DueAfter(call);
  }
  return next;
}

}  // namespace qingqu::catalog
