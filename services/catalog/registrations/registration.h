#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "services/catalog/approval.h"
#include "services/catalog/registration_number.h"

namespace qingqu::catalog {

// Whether a registration stands, apart from its dates.
enum class RegistrationState { kProposed, kValid, kSuspended, kCancelled };

// "proposed", "valid", "suspended", "cancelled": as in the database.
std::string_view RegistrationStateName(RegistrationState state);
// QINGQU_CHECKs that `name` is one of them.
RegistrationState RegistrationStateFromName(std::string_view name);

// What a certificate or filing says, and what people may change of it.
struct RegistrationContent {
  std::string product_name;
  std::string registrant;
  std::string organisation_id;  // of the registrant; empty: not known
  std::optional<CivilDate> valid_from;
  std::optional<CivilDate> expire_date;  // none for filings
  std::string replaced_by;               // a number; empty: nothing took its place

  friend bool operator==(const RegistrationContent&, const RegistrationContent&) = default;
};

// One version of a registration.
struct Registration {
  RegistrationNumber number;
  RegistrationContent content;
  RegistrationState state = RegistrationState::kProposed;
  std::string state_reason;
  std::optional<CivilDate> state_date;
  bool as_told = false;
  std::string event;
  std::optional<CivilDate> effective_date;
  std::string reason;
  auth::Actor proposer;
  auth::Actor approver;  // empty: nobody had to approve, or nobody did yet
  absl::Time created_at;
  absl::Time updated_at;
  int64_t version = 1;
};

// A change that waits for another person, or did.
struct RegistrationChange {
  std::string id;
  RegistrationContent content;
  bool resumes = false;
  std::optional<CivilDate> effective_date;
  std::string reason;
  auth::Actor proposer;
  absl::Time proposed_at;
  bool open = true;
};

// The content as text. What is empty is not told.
struct RegistrationDraft {
  std::string_view product_name;
  std::string_view registrant;
  std::string_view organisation;  // organisations/{organisation}
  std::string_view valid_from_date;
  std::string_view expire_date;
  std::string_view replaced_by;  // registrations/{number}
};

// registrations/{number}
std::string RegistrationName(std::string_view number);
// The number of such a name, normalised. INVALID_ARGUMENT that names `field`.
absl::StatusOr<RegistrationNumber> ParseRegistrationName(std::string_view field,
                                                         std::string_view name);

// What `draft` says, its fields checked alone and against `number`. INVALID_ARGUMENT with every
// violation, the fields named with "registration." before them.
absl::StatusOr<RegistrationContent> CheckRegistrationContent(const RegistrationNumber& number,
                                                             const RegistrationDraft& draft);

// Who changes something, when, and what they say about it.
struct RegistrationAct {
  auth::Actor actor;
  absl::Time now;
  std::string reason;
  std::optional<CivilDate> effective_date;
};

Registration CreateRegistration(const RegistrationNumber& number,
                                const RegistrationContent& content, const RegistrationAct& act);
// As an item that is approved tells it: it stands, for two people looked at the item.
Registration TellRegistration(const RegistrationNumber& number, const RegistrationContent& content,
                              const RegistrationAct& act);

// Whether more may be bought after the change: a later or no end, an earlier or no beginning,
// another registrant.
bool Widens(const RegistrationContent& before, const RegistrationContent& after);

// OK when `actor` may change the content: FAILED_PRECONDITION REGISTRATION_CANCELLED,
// PERMISSION_DENIED NOT_THE_AUTHOR of what nobody has approved yet.
absl::Status CheckMayChange(const Registration& registration, const auth::Actor& actor);

// With another content at once; the caller has checked CheckMayChange.
Registration ChangeRegistration(const Registration& registration,
                                const RegistrationContent& content, const RegistrationAct& act);

// FAILED_PRECONDITION REGISTRATION_NOT_PROPOSED, PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Registration> ApproveRegistration(const Registration& registration,
                                                 const RegistrationAct& act);
// With the change applied. FAILED_PRECONDITION CHANGE_DECIDED or REGISTRATION_CANCELLED,
// PERMISSION_DENIED SAME_PERSON.
absl::StatusOr<Registration> ApproveRegistrationChange(const Registration& registration,
                                                       const RegistrationChange& change,
                                                       const RegistrationAct& act);

// From act.effective_date, or today. FAILED_PRECONDITION REGISTRATION_NOT_VALID; one that is
// suspended may be suspended again while somebody asks that it stand (`asked_to_resume`).
absl::StatusOr<Registration> SuspendRegistration(const Registration& registration,
                                                 const RegistrationAct& act, bool asked_to_resume);
// For good. FAILED_PRECONDITION REGISTRATION_CANCELLED.
absl::StatusOr<Registration> CancelRegistration(const Registration& registration,
                                                const RegistrationAct& act);

std::string Etag(const Registration& registration);

}  // namespace qingqu::catalog
