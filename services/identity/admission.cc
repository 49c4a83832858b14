#include "services/identity/admission.h"

#include <algorithm>
#include <vector>

#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/identity/convert.h"
#include "services/identity/delegation_errors.h"
#include "services/identity/delegation_store.h"
#include "services/identity/errors.h"
#include "services/identity/post_errors.h"
#include "services/identity/post_store.h"
#include "services/identity/proof.h"
#include "services/identity/session_store.h"
#include "services/identity/sign_in_store.h"
#include "services/identity/user_journal.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

absl::StatusOr<v1::SignInResponse> IssueFor(const HandlerDependencies& dependencies,
                                            const CallContext& call, const User& user,
                                            const auth::Principal& principal) {
  v1::SignInResponse response;
  const absl::Duration lifetime =
      std::min(kAccessTokenLifetime, user.post_ends_at - dependencies.clock->Now());
  if (lifetime < absl::Seconds(1)) return PostNotInForce();
  QINGQU_ASSIGN_OR_RETURN(*response.mutable_access_token(),
                          dependencies.signer->Sign(principal, lifetime));
  response.mutable_access_token_expire_time()->set_seconds(
      absl::ToUnixSeconds(call.received_at + lifetime));
  *response.mutable_user() = ToProto(user);
  return response;
}

absl::StatusOr<v1::SignInResponse> IssueEnrolmentToken(const HandlerDependencies& dependencies,
                                                       const CallContext& call, const User& user) {
  auth::Principal principal = PrincipalOfUser(user);
  // A verifier that does not know the limit yet must find nothing else to grant.
  principal.roles.clear();
  principal.only_permissions.clear();
  principal.on_behalf_of.clear();
  principal.delegation_id.clear();
  principal.enrolment_only = true;
  QINGQU_ASSIGN_OR_RETURN(v1::SignInResponse response,
                          IssueFor(dependencies, call, user, principal));
  response.set_enrolment_required(true);
  return response;
}

}  // namespace

CallContext AsPlatform(const CallContext& call) {
  CallContext platform = call;
  platform.principal = auth::SystemPrincipal("identity");
  return platform;
}

CallContext AsUser(const CallContext& call, const User& user) {
  CallContext signed_in = call;
  signed_in.principal = PrincipalOfUser(user);
  return signed_in;
}

absl::Status PutInPost(pqxx::transaction_base& tx, const User& user, const PostChoice& wanted,
                       absl::Time now, User& placed) {
  if (!wanted.delegation_id.empty()) {
    const std::optional<Post> post = StandInPost(tx, user.user_id, wanted.delegation_id, now);
    const bool elsewhere = post.has_value() && !wanted.institution_id.empty() &&
                           post->institution_id != wanted.institution_id;
    if (!post.has_value() || elsewhere) return DelegationNotFound(wanted.delegation_id);
    QINGQU_ASSIGN_OR_RETURN(const Post chosen, ChoosePost({*post}, post->post_id, now));
    placed = InPost(user, chosen);
    placed.confined = !wanted.institution_id.empty();
    return absl::OkStatus();
  }
  std::vector<Post> posts = PostsOfUser(tx, user.user_id, absl::UnixEpoch());
  if (!wanted.institution_id.empty()) {
    std::erase_if(posts,
                  [&](const Post& post) { return post.institution_id != wanted.institution_id; });
  }
  QINGQU_ASSIGN_OR_RETURN(const Post post, ChoosePost(posts, wanted.post_id, now));
  placed = InPost(user, post);
  placed.confined = !wanted.institution_id.empty();
  return absl::OkStatus();
}

absl::StatusOr<v1::SignInResponse> IssueAccessToken(const HandlerDependencies& dependencies,
                                                    const CallContext& call, const User& user) {
  QINGQU_ASSIGN_OR_RETURN(v1::SignInResponse response,
                          IssueFor(dependencies, call, user, PrincipalOfUser(user)));
  response.set_post(user.delegation_id.empty() ? "posts/" + user.post_id
                                               : "delegations/" + user.delegation_id);
  return response;
}

absl::StatusOr<v1::SignInResponse> IssueTokens(const HandlerDependencies& dependencies,
                                               const CallContext& call, const User& user,
                                               const RefreshToken& token) {
  QINGQU_ASSIGN_OR_RETURN(v1::SignInResponse response, IssueAccessToken(dependencies, call, user));
  response.set_refresh_token(token.text);
  return response;
}

bool IsAdmitted(const Admission& admission) {
  switch (admission.factor.outcome) {
    case FactorOutcome::kWrong:
    case FactorOutcome::kMissing:
    case FactorOutcome::kLocked:
      return false;
    case FactorOutcome::kNotEnrolled:
    case FactorOutcome::kRecovered:
    case FactorOutcome::kNotNeeded:
    case FactorOutcome::kPassed:
      return true;
  }
  return false;
}

Admission Admit(pqxx::transaction_base& tx, const HandlerDependencies& dependencies,
                const CallContext& call, const Candidate& candidate) {
  const User& user = candidate.user;
  const FactorCheck factor =
      CheckSecondFactor(tx, dependencies, user, candidate.code, call.received_at);
  const Admission admission{.user = user, .factor = factor};
  if (factor.outcome == FactorOutcome::kWrong) return admission;
  ForgetAttempt(tx, candidate.attempt_id);
  switch (factor.outcome) {
    case FactorOutcome::kWrong:
    case FactorOutcome::kMissing:
    case FactorOutcome::kLocked:
      return admission;
    case FactorOutcome::kNotEnrolled:
      JournalUser(tx, call, "user.signed_in", user);
      return admission;
    case FactorOutcome::kRecovered:
      JournalUser(tx, call, "user.recovery_code_used", user);
      break;
    case FactorOutcome::kNotNeeded:
    case FactorOutcome::kPassed:
      break;
  }
  RememberAddress(tx, user.user_id, call.client_address, call.received_at);
  InsertSession(tx,
                {.token = candidate.token,
                 .user_id = user.user_id,
                 .post_id = user.post_id,
                 .delegation_id = user.delegation_id,
                 .only_institution_id = candidate.only_institution_id,
                 .address = call.client_address,
                 .client = call.client,
                 .second_factor = factor.outcome != FactorOutcome::kNotNeeded},
                call.received_at);
  ClearUserSessions(tx, user.user_id, call.received_at);
  JournalUser(tx, call, "user.signed_in", user);
  return admission;
}

absl::StatusOr<v1::SignInResponse> AnswerAdmission(const HandlerDependencies& dependencies,
                                                   const CallContext& call,
                                                   const Admission& admission,
                                                   const RefreshToken& token) {
  switch (admission.factor.outcome) {
    case FactorOutcome::kMissing:
      return SecondFactorRequired();
    case FactorOutcome::kLocked:
      return SignInThrottled(admission.factor.wait);
    case FactorOutcome::kWrong:
      QINGQU_RETURN_IF_ERROR(
          JournalFailure(dependencies, AsPlatform(call), admission.user.user_id, "second_factor"));
      return SecondFactorWrong();
    case FactorOutcome::kNotEnrolled:
      return IssueEnrolmentToken(dependencies, call, admission.user);
    case FactorOutcome::kNotNeeded:
    case FactorOutcome::kPassed:
    case FactorOutcome::kRecovered:
      return IssueTokens(dependencies, call, admission.user, token);
  }
  return SignInFailed();
}

absl::Status RefuseOnceProved(const HandlerDependencies& dependencies, const CallContext& call,
                              const std::string& user_id, const std::string& code,
                              const std::string& attempt_id, const absl::Status& why) {
  Admission admission;
  QINGQU_RETURN_IF_ERROR(
      db::RunTransaction(*dependencies.pool, call, [&](pqxx::transaction_base& tx) -> absl::Status {
        const std::optional<Account> account = LockUser(tx, user_id);
        if (!account.has_value() || account->user.disabled) return SignInFailed();
        admission.user = account->user;
        admission.factor =
            CheckSecondFactor(tx, dependencies, account->user, code, call.received_at);
        // Rolled back, so that the code is good for another try.
        if (IsAdmitted(admission)) return why;
        if (admission.factor.outcome != FactorOutcome::kWrong) ForgetAttempt(tx, attempt_id);
        return absl::OkStatus();
      }));
  return AnswerAdmission(dependencies, call, admission, RefreshToken()).status();
}

}  // namespace qingqu::identity
