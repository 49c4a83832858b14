#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "services/catalog/approval.h"

namespace qingqu::catalog {

// A document (证照) of an organisation. What it says never changes; whether it holds on a day
// follows from its dates.

enum class QualificationKind {
  kBusinessLicence,
  kDistributorLicence,
  kProductionLicence,
  kAuthorisation,
  kMandate,
  kIntegrityPledge,
};

// As in the database; expired and superseded are no states, see EndedOn.
enum class QualificationState { kSubmitted, kApproved, kRejected, kWithdrawn, kSuspended };

// "distributor_licence", "submitted": as in the database. The readers QINGQU_CHECK.
std::string_view QualificationKindName(QualificationKind kind);
QualificationKind QualificationKindFromName(std::string_view name);
std::string_view QualificationStateName(QualificationState state);
QualificationState QualificationStateFromName(std::string_view name);

struct Contact {
  std::string display_name;
  std::string phone;
  std::string duty;
};

// What a business licence (营业执照) says of its organisation.
struct Profile {
  std::string display_name;
  std::string address;
  std::string phone;
  std::string legal_representative;
  std::vector<Contact> contacts;
};

// An authorisation (授权书): who lets the organisation sell what. Without registrations and items:
// all that the manufacturer makes.
struct Authorisation {
  std::string giver_id;
  std::string manufacturer_id;
  bool exclusive = false;
  std::vector<std::string> registration_numbers;
  std::vector<std::string> item_ids;
};

struct Qualification {
  std::string id;
  std::string organisation_id;
  QualificationKind kind = QualificationKind::kBusinessLicence;
  std::string number;
  CivilDate valid_from;
  std::optional<CivilDate> expire_date;     // none: without end
  std::optional<DeviceClass> device_class;  // of licences
  std::optional<bool> reagents;             // of distributors' licences; none: not known
  std::optional<bool> cold_chain;
  Profile profile;              // of business licences
  Authorisation authorisation;  // of authorisations
  std::string person_name;      // of mandates
  std::string person_phone;
  bool founding = false;  // the licence with which a supplier was proposed
  std::string renews_id;
  QualificationState state = QualificationState::kSubmitted;
  std::string reason;
  std::optional<CivilDate> superseded_from;
  std::optional<CivilDate> suspended_from;
  auth::Actor submitter;
  auth::Actor equipment_reviewer;
  auth::Actor infection_control_reviewer;
  absl::Time created_at;  // whole microseconds
  absl::Time updated_at;
  int64_t version = 1;
};

// Who reviews: the equipment department (设备科) or infection control (院感).
enum class ReviewOffice { kEquipment, kInfectionControl };

// What a reviewer says.
struct ReviewVerdict {
  ReviewOffice office = ReviewOffice::kEquipment;
  auth::Actor reviewer;
  bool reject = false;
  std::string reason;
};

std::string QualificationName(std::string_view id);
std::string OrganisationName(std::string_view id);

// Whether it counts on `day`: approved, begun, not over, not superseded.
bool IsInForce(const Qualification& qualification, CivilDate day);

// The document with the review; with the second approval it is approved. What it renews or replaces
// and whether an authorisation is covered, the store looks after. FAILED_PRECONDITION
// QUALIFICATION_NOT_SUBMITTED, ALREADY_REVIEWED or QUALIFICATION_EXPIRED, PERMISSION_DENIED
// SAME_PERSON.
absl::StatusOr<Qualification> Reviewed(const Qualification& qualification,
                                       const ReviewVerdict& verdict, absl::Time now);

// Taken back. FAILED_PRECONDITION QUALIFICATION_NOT_SUBMITTED.
absl::StatusOr<Qualification> Withdrawn(const Qualification& qualification, std::string_view reason,
                                        absl::Time now);

// Ended from today on. FAILED_PRECONDITION QUALIFICATION_NOT_APPROVED.
absl::StatusOr<Qualification> SuspendedFromToday(const Qualification& qualification,
                                                 std::string_view reason, absl::Time now);

// OK when another document can take its place. FAILED_PRECONDITION QUALIFICATION_NOT_RENEWABLE.
absl::Status CheckRenewable(const Qualification& qualification);

}  // namespace qingqu::catalog
