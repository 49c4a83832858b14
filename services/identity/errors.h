#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace qingqu::identity {

absl::Status AllianceExists(std::string_view alliance_id);
absl::Status AllianceNotFound(std::string_view alliance_id);
absl::Status InstitutionExists(std::string_view institution_id);
absl::Status InstitutionNotFound(std::string_view institution_id);
// An alliance has one lead hospital.
absl::Status LeadExists(std::string_view alliance_id);
absl::Status DepartmentExists(std::string_view department_id);
absl::Status UserExists(std::string_view user_id);
absl::Status UserNotFound(std::string_view user_id);
absl::Status EtagMismatch();
// Without an administrator nobody could make users any more.
absl::Status LastAdministrator();

// The same for a wrong password, an unknown and a disabled user: who asks learns nothing.
absl::Status SignInFailed();
absl::Status SignInThrottled(absl::Duration retry_after);
// `because`: one of session_ended_because_check, or "" when the session ran out or is unknown.
absl::Status SessionEnded(std::string_view because);
// A refresh token that has been used; its session has ended.
absl::Status RefreshTokenReused();
absl::Status SessionNotFound(std::string_view session_id);
absl::Status WrongPassword();
// The password was right.
absl::Status SecondFactorRequired();
absl::Status SecondFactorWrong();
absl::Status SecondFactorExists();
absl::Status SecondFactorNotEnrolled();
// Nobody takes away their own: that needs another administrator.
absl::Status OwnSecondFactor();
// Those who administer or need a second factor act in person.
absl::Status RoleNotForMachines();
absl::Status MachineClientExists(std::string_view user_id);
absl::Status NoMachineClient(std::string_view user_id);
absl::Status TooManyApiKeys();
absl::Status ApiKeyNotFound(std::string_view handle);
// The same for a wrong secret, an unknown key and a disabled user.
absl::Status ApiKeyInvalid();
// `because`: "REVOKED" or "EXPIRED"; for who knows the secret.
absl::Status ApiKeyEnded(std::string_view because);
absl::Status CertificateRequired();
// `because`: see external_token.h.
absl::Status ExternalTokenRefused(std::string_view because);
absl::Status IssuerUnavailable();
// Linked to nobody, or to a user who may not sign in.
absl::Status ExternalSubjectUnknown();
absl::Status ExternalSubjectExists();
absl::Status ExternalSubjectNotFound();
absl::Status UserOfOtherInstitution(std::string_view institution_id);
// Too many others sign in at this moment.
absl::Status SignInBusy();

}  // namespace qingqu::identity
