#include "services/catalog/organisations/qualification.h"

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/check.h"
#include "services/catalog/errors.h"
#include "services/catalog/organisations/organisation_errors.h"

namespace qingqu::catalog {
namespace {

constexpr std::pair<QualificationKind, std::string_view> kKinds[] = {
    {QualificationKind::kBusinessLicence, "business_licence"},
    {QualificationKind::kDistributorLicence, "distributor_licence"},
    {QualificationKind::kProductionLicence, "production_licence"},
    {QualificationKind::kAuthorisation, "authorisation"},
    {QualificationKind::kMandate, "mandate"},
    {QualificationKind::kIntegrityPledge, "integrity_pledge"},
};

constexpr std::pair<QualificationState, std::string_view> kStates[] = {
    {QualificationState::kSubmitted, "submitted"}, {QualificationState::kApproved, "approved"},
    {QualificationState::kRejected, "rejected"},   {QualificationState::kWithdrawn, "withdrawn"},
    {QualificationState::kSuspended, "suspended"},
};

template <typename Value, size_t kSize>
std::string_view NameOf(const std::pair<Value, std::string_view> (&names)[kSize], Value value) {
  for (const auto& [each, name] : names) {
    if (each == value) return name;
  }
  QINGQU_CHECK(false);
}

template <typename Value, size_t kSize>
Value OfName(const std::pair<Value, std::string_view> (&names)[kSize], std::string_view name) {
  for (const auto& [value, each] : names) {
    if (each == name) return value;
  }
  QINGQU_CHECK(false);
}

Qualification Next(const Qualification& qualification, QualificationState state, absl::Time now) {
  Qualification next = qualification;
  next.state = state;
  next.updated_at = absl::FromUnixMicros(absl::ToUnixMicros(now));
  ++next.version;
  return next;
}

}  // namespace

std::string_view QualificationKindName(QualificationKind kind) { return NameOf(kKinds, kind); }
QualificationKind QualificationKindFromName(std::string_view name) { return OfName(kKinds, name); }
std::string_view QualificationStateName(QualificationState state) { return NameOf(kStates, state); }
QualificationState QualificationStateFromName(std::string_view name) {
  return OfName(kStates, name);
}

std::string QualificationName(std::string_view id) { return fmt::format("qualifications/{}", id); }
std::string OrganisationName(std::string_view id) { return fmt::format("organisations/{}", id); }

bool IsInForce(const Qualification& qualification, CivilDate day) {
  if (qualification.state != QualificationState::kApproved &&
      qualification.state != QualificationState::kSuspended) {
    return false;
  }
  if (day < qualification.valid_from) return false;
  if (qualification.expire_date.has_value() && day > *qualification.expire_date) return false;
  if (qualification.superseded_from.has_value() && day >= *qualification.superseded_from) {
    return false;
  }
  return !qualification.suspended_from.has_value() || day < *qualification.suspended_from;
}

absl::StatusOr<Qualification> Reviewed(const Qualification& qualification,
                                       const ReviewVerdict& verdict, absl::Time now) {
  const std::string name = QualificationName(qualification.id);
  if (qualification.state != QualificationState::kSubmitted || qualification.founding) {
    return QualificationNotSubmitted(name);
  }
  const bool for_equipment = verdict.office == ReviewOffice::kEquipment;
  const auth::Actor& own =
      for_equipment ? qualification.equipment_reviewer : qualification.infection_control_reviewer;
  const auth::Actor& other =
      for_equipment ? qualification.infection_control_reviewer : qualification.equipment_reviewer;
  if (!own.user_id.empty()) return AlreadyReviewed(name);
  if (auth::ShareAPerson(verdict.reviewer, qualification.submitter) ||
      auth::ShareAPerson(verdict.reviewer, other)) {
    return SamePersonInReview(name);
  }
  const bool decides = verdict.reject || !other.user_id.empty();
  Qualification next = Next(
      qualification, decides ? QualificationState::kApproved : QualificationState::kSubmitted, now);
  (for_equipment ? next.equipment_reviewer : next.infection_control_reviewer) = verdict.reviewer;
  if (verdict.reject) {
    next.state = QualificationState::kRejected;
    next.reason = verdict.reason;
    return next;
  }
  if (qualification.expire_date.has_value() && *qualification.expire_date < BusinessDay(now)) {
    return QualificationExpired(name, *qualification.expire_date);
  }
  return next;
}

absl::StatusOr<Qualification> Withdrawn(const Qualification& qualification, std::string_view reason,
                                        absl::Time now) {
  if (qualification.state != QualificationState::kSubmitted || qualification.founding) {
    return QualificationNotSubmitted(QualificationName(qualification.id));
  }
  Qualification next = Next(qualification, QualificationState::kWithdrawn, now);
  next.reason = reason;
  return next;
}

absl::StatusOr<Qualification> SuspendedFromToday(const Qualification& qualification,
                                                 std::string_view reason, absl::Time now) {
  if (qualification.state != QualificationState::kApproved) {
    return QualificationNotApproved(QualificationName(qualification.id));
  }
  Qualification next = Next(qualification, QualificationState::kSuspended, now);
  next.suspended_from = BusinessDay(now);
  next.reason = reason;
  return next;
}

absl::Status CheckRenewable(const Qualification& qualification) {
  const bool was_approved = qualification.state == QualificationState::kApproved ||
                            qualification.state == QualificationState::kSuspended;
  if (was_approved && !qualification.superseded_from.has_value()) return absl::OkStatus();
  return QualificationNotRenewable(QualificationName(qualification.id));
}

}  // namespace qingqu::catalog
