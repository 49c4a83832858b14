#include <utility>

#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/identity/admission.h"
#include "services/identity/convert.h"
#include "services/identity/errors.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/password.h"
#include "services/identity/proof.h"
#include "services/identity/session_store.h"
#include "services/identity/sign_in_store.h"
#include "services/identity/user_journal.h"

namespace qingqu::identity {
namespace {

constexpr std::string_view kUserPattern = "users/{user}";
// Stands for every text that no user could have as an id.
constexpr std::string_view kNobody = "-";

std::string UserIdToSignIn(const std::string& user) {
  const absl::StatusOr<std::string> named = ParseResourceId(kUserPattern, user);
  if (named.ok()) return *named;
  return ValidateResourceId(user).ok() ? user : std::string(kNobody);
}

// The post or delegation that a request may name; none when it names none.
absl::StatusOr<PostChoice> WantedPost(const std::string& name) {
  FieldViolations violations;
  PostChoice wanted;
  if (name.starts_with("delegations/")) {
    wanted.delegation_id = IdFromName("delegations/{delegation}", "post", name, violations);
  } else {
    wanted.post_id = IdFromName("posts/{post}", "post", name, violations);
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return wanted;
}

// By the user, and for whom they stand in from now on. The last thing in its transaction.
void JournalSwitch(pqxx::transaction_base& tx, const CallContext& call, const User& user) {
  const CallContext switched = AsUser(call, user);
  db::ActAs(tx, switched);
  JournalUser(tx, switched, "session.post_switched", user);
}

}  // namespace

absl::StatusOr<v1::SignInResponse> IdentityHandlers::SignIn(const CallContext& call,
                                                            const v1::SignInRequest& request) {
  const CallContext platform = AsPlatform(call);
  const std::string user_id = UserIdToSignIn(request.user());
  QINGQU_ASSIGN_OR_RETURN(const Proof proof,
                          ProvePassword(dependencies_, platform, user_id, request.password()));
  if (!proof.fits) {
    // Names that nobody has are without number; the journal is kept for ever.
    if (proof.account.has_value()) {
      QINGQU_RETURN_IF_ERROR(JournalFailure(dependencies_, platform, user_id, "password"));
    }
    return SignInFailed();
  }
  QINGQU_ASSIGN_OR_RETURN(const PostChoice wanted, WantedPost(request.post()));
  User user;
  const absl::Status placeable =
      db::RunRead(*dependencies_.pool, platform, [&](pqxx::transaction_base& tx) {
        return PutInPost(tx, proof.account->user, wanted, call.received_at, user);
      });
  if (!placeable.ok()) {
    return RefuseOnceProved(dependencies_, platform, user_id, request.second_factor_code(),
                            proof.attempt_id, placeable);
  }
  const CallContext signed_in = AsUser(call, user);
  const RefreshToken token = NewRefreshToken();
  Admission admission;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies_.pool, signed_in, [&](pqxx::transaction_base& tx) -> absl::Status {
        const std::optional<Account> account = LockUser(tx, user_id);
        // Disabled, or given another password, while the hash was computed.
        if (!account.has_value() || account->user.disabled ||
            account->password_hash != proof.account->password_hash) {
          return SignInFailed();
        }
        absl::Status placed = PutInPost(
            tx, account->user, {.post_id = user.post_id, .delegation_id = user.delegation_id},
            call.received_at, user);
        if (!placed.ok()) return placed;
        admission = Admit(tx, dependencies_, signed_in,
                          {.user = user,
                           .code = request.second_factor_code(),
                           .token = token,
                           .attempt_id = proof.attempt_id});
        return absl::OkStatus();
      }));
  call.database_time += platform.database_time + signed_in.database_time;
  return AnswerAdmission(dependencies_, call, admission, token);
}

IdentityHandlers::Refreshed IdentityHandlers::Refresh(pqxx::transaction_base& tx,
                                                      const CallContext& platform,
                                                      const RefreshToken& present,
                                                      const PostChoice& wanted) {
  const absl::Time now = platform.received_at;
  const std::optional<Session> session = LockSession(tx, present.handle_hash);
  if (!session.has_value()) return {};
  const std::optional<Account> account = ReadUser(tx, session->user_id);
  // Also when the session is over: whoever comes second must learn that somebody was first.
  if (session->secret_hash != present.secret_hash) {
    if (EndSession(tx, present.handle_hash, now, "TOKEN_REUSED")) {
      JournalUser(tx, platform, "session.token_reused", account->user);
    }
    return {.refusal = RefreshTokenReused()};
  }
  if (IsOver(*session, now)) return {.refusal = SessionEnded(session->ended_because)};
  if (account->user.disabled || session->post_id.empty()) return {};
  User user;
  PostChoice choice{.post_id = session->post_id,
                    .delegation_id = session->delegation_id,
                    .institution_id = session->only_institution_id};
  if (!wanted.post_id.empty() || !wanted.delegation_id.empty()) {
    choice.post_id = wanted.post_id;
    choice.delegation_id = wanted.delegation_id;
  }
  // A session that a hospital's own sign-in began stays in that institution.
  absl::Status placed = PutInPost(tx, account->user, choice, now, user);
  if (!placed.ok()) return {.refusal = std::move(placed)};
  // Who needs a second factor by now, and began without.
  if (!session->second_factor && MustHaveInAnyPost(tx, dependencies_, user, now)) {
    EndSession(tx, present.handle_hash, now, "SECOND_FACTOR_CHANGED");
    return {.refusal = SessionEnded("SECOND_FACTOR_CHANGED")};
  }
  if (user.post_id != session->post_id || user.delegation_id != session->delegation_id) {
    SetSessionPost(tx, present.handle_hash, user);
    return {.user = std::move(user), .switched = true};
  }
  return {.user = std::move(user)};
}

absl::StatusOr<v1::SignInResponse> IdentityHandlers::RefreshSession(
    const CallContext& call, const v1::RefreshSessionRequest& request) {
  return RefreshIn(call, request.refresh_token(), {});
}

absl::StatusOr<v1::SignInResponse> IdentityHandlers::SwitchPost(
    const CallContext& call, const v1::SwitchPostRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const PostChoice wanted, WantedPost(request.post()));
  if (request.post().empty()) return InvalidField("post", "is required");
  return RefreshIn(call, request.refresh_token(), wanted);
}

absl::StatusOr<v1::SignInResponse> IdentityHandlers::RefreshIn(const CallContext& call,
                                                               const std::string& refresh_token,
                                                               const PostChoice& wanted) {
  RefreshToken present;
  if (!ParseRefreshToken(refresh_token, present)) return SessionEnded("");
  const CallContext platform = AsPlatform(call);
  const RefreshToken next = NextRefreshToken(present);
  Refreshed refreshed;
  // A refusal may end the session, which has to be kept although the caller gets an error.
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(*dependencies_.pool, platform,
                                            [&](pqxx::transaction_base& tx) -> absl::Status {
                                              refreshed = Refresh(tx, platform, present, wanted);
                                              if (!refreshed.user.has_value())
                                                return absl::OkStatus();
                                              RotateSession(tx, next, call.received_at);
                                              if (refreshed.switched)
                                                JournalSwitch(tx, call, *refreshed.user);
                                              return absl::OkStatus();
                                            }));
  call.database_time += platform.database_time;
  if (!refreshed.user.has_value()) return refreshed.refusal;
  return IssueTokens(dependencies_, call, *refreshed.user, next);
}

absl::StatusOr<v1::SignOutResponse> IdentityHandlers::SignOut(const CallContext& call,
                                                              const v1::SignOutRequest& request) {
  RefreshToken present;
  if (!ParseRefreshToken(request.refresh_token(), present)) return v1::SignOutResponse();
  const CallContext platform = AsPlatform(call);
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies_.pool, platform, [&](pqxx::transaction_base& tx) -> absl::Status {
        const std::optional<Session> session = LockSession(tx, present.handle_hash);
        if (!session.has_value() ||
            !EndSession(tx, present.handle_hash, call.received_at, "SIGNED_OUT")) {
          return absl::OkStatus();
        }
        const std::optional<Account> account = ReadUser(tx, session->user_id);
        JournalUser(tx, platform, "user.signed_out", account->user);
        return absl::OkStatus();
      }));
  call.database_time += platform.database_time;
  return v1::SignOutResponse();
}

absl::StatusOr<v1::User> IdentityHandlers::ChangePassword(
    const CallContext& call, const v1::ChangePasswordRequest& request) {
  const std::string& user_id = call.principal.user_id;
  QINGQU_ASSIGN_OR_RETURN(const v1::User self, ReadUserById(call, user_id));
  FieldViolations unchecked;
  FieldViolations violations;
  CheckPassword("new_password",
                {.user_id = user_id,
                 .display_name = self.display_name(),
                 .second_factor_required =
                     MustHaveSecondFactor(dependencies_, UserFromProto(user_id, self, unchecked))},
                request.new_password(), violations);
  if (NormalizePassword(request.new_password()) == NormalizePassword(request.current_password())) {
    violations.Add("new_password", "must be another one");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(const Proof proof,
                          ProvePassword(dependencies_, call, user_id, request.current_password()));
  // The request is remembered by a hash of its content, which must not help to guess a password.
  v1::ChangePasswordRequest remembered;
  remembered.set_request_id(request.request_id());
  const absl::StatusOr<std::string> fingerprint = dependencies_.hasher->Fingerprint(
      request.current_password() + "\n" + request.new_password(), call.request_id, call.deadline);
  const absl::StatusOr<std::string> new_hash =
      fingerprint.ok() ? dependencies_.hasher->Hash(request.new_password(), call.deadline)
                       : fingerprint;
  if (!new_hash.ok()) {
    if (proof.fits) ForgetTry(dependencies_, call, proof.attempt_id);
    return new_hash.status();
  }
  remembered.set_new_password(*fingerprint);
  // A repeated call gets its first answer, although the current password is another one by now.
  absl::StatusOr<v1::User> changed = db::RunIdempotent<v1::User>(
      *dependencies_.pool, call, remembered,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::User> {
        std::optional<Account> account = LockUser(tx, user_id);
        if (!account.has_value()) return UserNotFound(user_id);
        if (!proof.fits || account->password_hash != proof.account->password_hash) {
          return WrongPassword();
        }
        ForgetAttempt(tx, proof.attempt_id);
        RememberAddress(tx, user_id, call.client_address, call.received_at);
        SetPasswordHash(tx, user_id, *new_hash);
        ++account->user.version;
        EndUserSessions(tx, user_id, call.received_at, "PASSWORD_CHANGED");
        JournalUser(tx, call, "user.password_changed", account->user);
        return ToProto(account->user);
      });
  if (absl::IsPermissionDenied(changed.status())) {
    QINGQU_RETURN_IF_ERROR(JournalFailure(dependencies_, call, user_id, "password"));
  }
  return changed;
}

}  // namespace qingqu::identity
