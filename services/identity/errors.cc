#include "services/identity/errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::identity {
namespace {

absl::Status Exists(std::string_view reason, std::string_view kind, std::string_view id) {
  return MakeError(absl::StatusCode::kAlreadyExists, reason,
                   fmt::format("{}/{} exists already; choose another id", kind, id));
}

absl::Status NotFound(std::string_view reason, std::string_view kind, std::string_view id) {
  return MakeError(absl::StatusCode::kNotFound, reason, fmt::format("there is no {}/{}", kind, id));
}

}  // namespace

absl::Status AllianceExists(std::string_view alliance_id) {
  return Exists("ALLIANCE_EXISTS", "alliances", alliance_id);
}

absl::Status AllianceNotFound(std::string_view alliance_id) {
  return NotFound("ALLIANCE_NOT_FOUND", "alliances", alliance_id);
}

absl::Status InstitutionExists(std::string_view institution_id) {
  return Exists("INSTITUTION_EXISTS", "institutions", institution_id);
}

absl::Status InstitutionNotFound(std::string_view institution_id) {
  return NotFound("INSTITUTION_NOT_FOUND", "institutions", institution_id);
}

absl::Status LeadExists(std::string_view alliance_id) {
  return MakeError(absl::StatusCode::kAlreadyExists, "LEAD_EXISTS",
                   fmt::format("alliances/{} has a lead hospital already", alliance_id));
}

absl::Status DepartmentExists(std::string_view department_id) {
  return Exists("DEPARTMENT_EXISTS", "departments", department_id);
}

absl::Status UserExists(std::string_view user_id) {
  return Exists("USER_EXISTS", "users", user_id);
}

absl::Status UserNotFound(std::string_view user_id) {
  return NotFound("USER_NOT_FOUND", "users", user_id);
}

absl::Status EtagMismatch() {
  return MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                   "the user was changed meanwhile; read it again");
}

absl::Status LastAdministrator() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "LAST_ADMINISTRATOR",
                   "this is the last bureau administrator; create another one first");
}

absl::Status SignInFailed() {
  return MakeError(absl::StatusCode::kUnauthenticated, "SIGN_IN_FAILED",
                   "user and password do not fit, or the user is disabled");
}

absl::Status SignInThrottled(absl::Duration retry_after) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(retry_after, absl::Seconds(1)));
  return WithRetryDelay(
      MakeError(absl::StatusCode::kResourceExhausted, "SIGN_IN_THROTTLED",
                fmt::format("too many failed sign-ins; try again in {} seconds", seconds)),
      retry_after);
}

absl::Status SessionEnded(std::string_view because) {
  const std::string_view cause = because.empty() ? "RAN_OUT" : because;
  return MakeError(absl::StatusCode::kUnauthenticated, "SESSION_ENDED",
                   fmt::format("the session has ended ({}); sign in again", cause),
                   {{"because", std::string(cause)}});
}

absl::Status RefreshTokenReused() {
  return MakeError(absl::StatusCode::kUnauthenticated, "REFRESH_TOKEN_REUSED",
                   "this refresh token has been used before, by you or by a thief; the session has "
                   "ended, sign in again");
}

absl::Status SessionNotFound(std::string_view session_id) {
  return NotFound("SESSION_NOT_FOUND", "sessions", session_id);
}

absl::Status WrongPassword() {
  return MakeError(absl::StatusCode::kPermissionDenied, "WRONG_PASSWORD",
                   "the current password is wrong");
}

absl::Status SecondFactorRequired() {
  return MakeError(absl::StatusCode::kUnauthenticated, "SECOND_FACTOR_REQUIRED",
                   "sign in again with the code of your authenticator, or a recovery code, as "
                   "second_factor_code",
                   {{"field", "second_factor_code"}});
}

absl::Status SecondFactorWrong() {
  return MakeError(absl::StatusCode::kUnauthenticated, "SECOND_FACTOR_WRONG",
                   "the code is wrong, too old, or has been used; wait for the next one");
}

absl::Status SecondFactorExists() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "SECOND_FACTOR_EXISTS",
                   "you have a second factor; an administrator can take it away");
}

absl::Status SecondFactorNotEnrolled() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "SECOND_FACTOR_NOT_ENROLLED",
                   "there is no second factor; begin with EnrolSecondFactor");
}

absl::Status OwnSecondFactor() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "OWN_SECOND_FACTOR",
                   "another administrator has to take your second factor away");
}

absl::Status RoleNotForMachines() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "ROLE_NOT_FOR_MACHINES",
                   "who administers, or must have a second factor, acts in person; take the role "
                   "away first");
}

absl::Status MachineClientExists(std::string_view user_id) {
  return MakeError(absl::StatusCode::kAlreadyExists, "MACHINE_CLIENT_EXISTS",
                   fmt::format("users/{} is a machine client already", user_id));
}

absl::Status NoMachineClient(std::string_view user_id) {
  return MakeError(absl::StatusCode::kNotFound, "NO_MACHINE_CLIENT",
                   fmt::format("users/{} is no machine client", user_id));
}

absl::Status TooManyApiKeys() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "TOO_MANY_API_KEYS",
                   "two keys are active; revoke one of them first");
}

absl::Status ApiKeyNotFound(std::string_view handle) {
  return NotFound("API_KEY_NOT_FOUND", "apiKeys", handle);
}

absl::Status ApiKeyInvalid() {
  return MakeError(absl::StatusCode::kUnauthenticated, "API_KEY_INVALID",
                   "this is no API key, or its user is disabled");
}

absl::Status ApiKeyEnded(std::string_view because) {
  return MakeError(absl::StatusCode::kUnauthenticated, "API_KEY_ENDED",
                   fmt::format("the API key has ended ({}); ask for another one", because),
                   {{"because", std::string(because)}});
}

absl::Status CertificateRequired() {
  return MakeError(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REQUIRED",
                   "this client is bound to a certificate, and has shown none or another one");
}

absl::Status ExternalTokenRefused(std::string_view because) {
  return MakeError(absl::StatusCode::kUnauthenticated, "EXTERNAL_TOKEN_REFUSED",
                   fmt::format("the token of the other system is refused ({})", because),
                   {{"because", std::string(because)}});
}

absl::Status IssuerUnavailable() {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "ISSUER_UNAVAILABLE",
                                  "the keys of the token's issuer cannot be read at the moment"),
                        absl::Seconds(30));
}

absl::Status ExternalSubjectUnknown() {
  return MakeError(absl::StatusCode::kUnauthenticated, "EXTERNAL_SUBJECT_UNKNOWN",
                   "nobody here is linked to the token's subject; ask an administrator");
}

absl::Status ExternalSubjectExists() {
  return MakeError(absl::StatusCode::kAlreadyExists, "EXTERNAL_SUBJECT_EXISTS",
                   "this subject is linked to a user already");
}

absl::Status ExternalSubjectNotFound() {
  return MakeError(absl::StatusCode::kNotFound, "EXTERNAL_SUBJECT_NOT_FOUND",
                   "this subject is linked to nobody");
}

absl::Status UserOfOtherInstitution(std::string_view institution_id) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "USER_OF_OTHER_INSTITUTION",
      fmt::format("this issuer speaks for users of institutions/{} alone", institution_id));
}

absl::Status SignInBusy() {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "SIGN_IN_BUSY",
                                  "too many sign in at this moment; try again"),
                        absl::Seconds(1));
}

}  // namespace qingqu::identity
