#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/errors.h"
#include "services/identity/proof.h"
#include "services/identity/second_factor_check.h"
#include "services/identity/second_factor_store.h"
#include "services/identity/session_store.h"
#include "services/identity/sign_in_store.h"
#include "services/identity/totp.h"
#include "services/identity/user_journal.h"

namespace qingqu::identity {
namespace {

// Makes new codes, the only ones that are good from now on.
v1::RecoveryCodes NewCodes(pqxx::transaction_base& tx, const std::string& user_id) {
  v1::RecoveryCodes response;
  std::vector<std::string> hashes;
  for (const std::string& code : NewRecoveryCodes()) {
    response.add_codes(code);
    hashes.push_back(RecoveryCodeHash(code));
  }
  ReplaceRecoveryCodes(tx, user_id, hashes);
  return response;
}

}  // namespace

absl::StatusOr<v1::SecondFactorEnrolment> CredentialHandlers::EnrolSecondFactor(
    const CallContext& call, const v1::EnrolSecondFactorRequest& request) {
  const std::string& user_id = call.principal.user_id;
  // A stolen token must not give its owner a second factor that the thief has.
  QINGQU_ASSIGN_OR_RETURN(const Proof proof,
                          ProvePassword(dependencies_, call, user_id, request.password()));
  if (!proof.fits) {
    QINGQU_RETURN_IF_ERROR(JournalFailure(dependencies_, call, user_id, "password"));
    return WrongPassword();
  }
  const std::string key = NewTotpKey();
  const std::string sealed = dependencies_.box->Seal(user_id, key);
  bool exists = false;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies_.pool, call, [&](pqxx::transaction_base& tx) -> absl::Status {
        ForgetAttempt(tx, proof.attempt_id);
        const std::optional<SecondFactor> present = LockSecondFactor(tx, user_id);
        exists = present.has_value() && present->confirmed;
        if (!exists) PutSecondFactor(tx, user_id, sealed, call.received_at);
        return absl::OkStatus();
      }));
  if (exists) return SecondFactorExists();
  v1::SecondFactorEnrolment response;
  response.set_secret(Base32(key));
  response.set_otpauth_uri(OtpauthUri(user_id, key));
  return response;
}

absl::Status CredentialHandlers::ConfirmEnrolment(pqxx::transaction_base& tx,
                                                  const CallContext& call, const std::string& code,
                                                  v1::RecoveryCodes& codes) {
  const std::string& user_id = call.principal.user_id;
  const std::optional<Account> account = LockUser(tx, user_id);
  const std::optional<SecondFactor> factor = LockSecondFactor(tx, user_id);
  if (!account.has_value() || !factor.has_value()) return SecondFactorNotEnrolled();
  if (factor->confirmed) return SecondFactorExists();
  const std::optional<std::string> key = dependencies_.box->Open(user_id, factor->sealed_key);
  const std::optional<int64_t> step =
      key.has_value() ? FindTotpStep(*key, code, call.received_at, factor->last_step)
                      : std::nullopt;
  if (!step.has_value()) return SecondFactorWrong();
  AcceptSecondFactor(tx, user_id, *step, call.received_at);
  codes = NewCodes(tx, user_id);
  identity::EndUserSessions(tx, user_id, call.received_at, "SECOND_FACTOR_CHANGED");
  JournalUser(tx, call, "user.second_factor_enrolled", account->user);
  return absl::OkStatus();
}

absl::StatusOr<v1::RecoveryCodes> CredentialHandlers::ConfirmSecondFactor(
    const CallContext& call, const v1::ConfirmSecondFactorRequest& request) {
  const std::string& user_id = call.principal.user_id;
  QINGQU_ASSIGN_OR_RETURN(const std::string attempt_id, NoteTry(dependencies_, call, user_id));
  v1::RecoveryCodes codes;
  const absl::Status confirmed =
      db::RunTransaction(*dependencies_.pool, call, [&](pqxx::transaction_base& tx) {
        ForgetAttempt(tx, attempt_id);  // rolled back with all else when the code is wrong
        return ConfirmEnrolment(tx, call, request.code(), codes);
      });
  if (ErrorReason(confirmed) == "SECOND_FACTOR_WRONG") {
    QINGQU_RETURN_IF_ERROR(JournalFailure(dependencies_, call, user_id, "second_factor"));
  }
  QINGQU_RETURN_IF_ERROR(confirmed);
  return codes;
}

absl::StatusOr<v1::RecoveryCodes> CredentialHandlers::RenewRecoveryCodes(
    const CallContext& call, const v1::RenewRecoveryCodesRequest& request) {
  const std::string& user_id = call.principal.user_id;
  QINGQU_ASSIGN_OR_RETURN(const std::string attempt_id, NoteTry(dependencies_, call, user_id));
  v1::RecoveryCodes codes;
  FactorCheck check;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies_.pool, call, [&](pqxx::transaction_base& tx) -> absl::Status {
        const std::optional<Account> account = LockUser(tx, user_id);
        if (!account.has_value()) return UserNotFound(user_id);
        check =
            CheckSecondFactor(tx, dependencies_, account->user, request.code(), call.received_at);
        // Rolled back: the code stays good for a sign-in.
        if (check.outcome == FactorOutcome::kRecovered) return SecondFactorWrong();
        if (check.outcome == FactorOutcome::kWrong) return absl::OkStatus();
        ForgetAttempt(tx, attempt_id);
        if (check.outcome != FactorOutcome::kPassed) return absl::OkStatus();
        codes = NewCodes(tx, user_id);
        JournalUser(tx, call, "user.recovery_codes_renewed", account->user);
        return absl::OkStatus();
      }));
  switch (check.outcome) {
    case FactorOutcome::kPassed:
      return codes;
    case FactorOutcome::kLocked:
      return SignInThrottled(check.wait);
    case FactorOutcome::kNotNeeded:
    case FactorOutcome::kNotEnrolled:
      return SecondFactorNotEnrolled();
    case FactorOutcome::kMissing:
    case FactorOutcome::kRecovered:
      return SecondFactorWrong();
    case FactorOutcome::kWrong:
      QINGQU_RETURN_IF_ERROR(JournalFailure(dependencies_, call, user_id, "second_factor"));
      return SecondFactorWrong();
  }
  return SecondFactorWrong();
}

absl::StatusOr<v1::RemoveSecondFactorResponse> CredentialHandlers::RemoveSecondFactor(
    const CallContext& call, const v1::RemoveSecondFactorRequest& request) {
  FieldViolations violations;
  const absl::StatusOr<std::string> user_id = ParseResourceId("users/{user}", request.user());
  violations.AddIfError("user", user_id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  if (*user_id == call.principal.user_id) return OwnSecondFactor();
  return db::RunIdempotent<v1::RemoveSecondFactorResponse>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::RemoveSecondFactorResponse> {
        const std::optional<Account> account = LockUser(tx, *user_id);
        if (!account.has_value()) return UserNotFound(*user_id);
        if (!identity::RemoveSecondFactor(tx, *user_id)) return SecondFactorNotEnrolled();
        identity::EndUserSessions(tx, *user_id, call.received_at, "SECOND_FACTOR_CHANGED");
        JournalUser(tx, call, "user.second_factor_removed", account->user);
        return v1::RemoveSecondFactorResponse();
      });
}

}  // namespace qingqu::identity
