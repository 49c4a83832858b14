#include <algorithm>

#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/status/status_macros.h"
#include "services/identity/admission.h"
#include "services/identity/api_key_store.h"
#include "services/identity/convert.h"
#include "services/identity/credential_errors.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/errors.h"
#include "services/identity/external_subject_store.h"
#include "services/identity/post_store.h"
#include "services/identity/proof.h"
#include "services/identity/session_store.h"
#include "services/identity/user_store.h"
#include "services/identity/web_key_source.h"

namespace qingqu::identity {
namespace {

constexpr int kSubjectCharactersMax = 255;

// What a request names, or what is wrong with it.
absl::Status CheckSubject(const std::string& subject) {
  if (subject.empty() || CodePointCount(subject) > kSubjectCharactersMax) {
    return InvalidField("subject", "must have 1 to 255 characters");
  }
  return absl::OkStatus();
}

db::JournalEntry EntryOf(const v1::ExternalSubject& link, const std::string& event) {
  return {.event = event, .resource = link.user(), .details_json = ToJson(link)};
}

}  // namespace

absl::StatusOr<v1::ExternalSubject> CredentialHandlers::LinkExternalSubject(
    const CallContext& call, const v1::LinkExternalSubjectRequest& request) {
  const v1::ExternalSubject& link = request.link();
  FieldViolations violations;
  const absl::StatusOr<std::string> user_id = ParseResourceId("users/{user}", link.user());
  violations.AddIfError("link.user", user_id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_RETURN_IF_ERROR(CheckSubject(link.subject()));
  const OidcIssuer* issuer = dependencies_.external->Find(link.issuer());
  if (issuer == nullptr) return InvalidField("link.issuer", "is not configured");
  return db::RunIdempotent<v1::ExternalSubject>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ExternalSubject> {
        if (!LockUser(tx, *user_id).has_value()) return UserNotFound(*user_id);
        if (ReadMachineClient(tx, *user_id).has_value()) return IsMachineClient(*user_id);
        const std::vector<Post> posts = PostsOfUser(tx, *user_id, call.received_at);
        if (std::none_of(posts.begin(), posts.end(), [&](const Post& post) {
              return post.institution_id == issuer->institution;
            })) {
          return UserOfOtherInstitution(issuer->institution);
        }
        if (!InsertExternalSubject(tx, {.issuer = link.issuer(), .subject = link.subject()},
                                   *user_id, call.received_at)) {
          return ExternalSubjectExists();
        }
        db::AppendJournal(tx, call, EntryOf(link, "external_subject.linked"));
        return link;
      });
}

absl::StatusOr<v1::ExternalSubject> CredentialHandlers::UnlinkExternalSubject(
    const CallContext& call, const v1::UnlinkExternalSubjectRequest& request) {
  const ExternalSubject subject{.issuer = request.issuer(), .subject = request.subject()};
  return db::RunIdempotent<v1::ExternalSubject>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ExternalSubject> {
        const std::string user_id = FindExternalSubject(tx, subject);
        if (user_id.empty()) return ExternalSubjectNotFound();
        // Behind the lock of a sign-in, which either sees no link or leaves a session to end.
        LockUser(tx, user_id);
        if (FindExternalSubject(tx, subject) != user_id) return ExternalSubjectNotFound();
        RemoveExternalSubject(tx, subject);
        identity::EndUserSessions(tx, user_id, call.received_at, "ENDED_BY_ADMINISTRATOR");
        v1::ExternalSubject link;
        link.set_issuer(subject.issuer);
        link.set_subject(subject.subject);
        link.set_user("users/" + user_id);
        db::AppendJournal(tx, call, EntryOf(link, "external_subject.unlinked"));
        return link;
      });
}

absl::StatusOr<v1::ListExternalSubjectsResponse> CredentialHandlers::ListExternalSubjects(
    const CallContext& call, const v1::ListExternalSubjectsRequest& request) {
  FieldViolations violations;
  const absl::StatusOr<std::string> user_id = ParseResourceId("users/{user}", request.user());
  violations.AddIfError("user", user_id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunRead(
      *dependencies_.pool, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListExternalSubjectsResponse> {
        v1::ListExternalSubjectsResponse response;
        for (const ExternalSubject& subject : identity::ListExternalSubjects(tx, *user_id)) {
          v1::ExternalSubject& link = *response.add_links();
          link.set_issuer(subject.issuer);
          link.set_subject(subject.subject);
          link.set_user(request.user());
        }
        return response;
      });
}

absl::StatusOr<v1::SignInResponse> CredentialHandlers::SignInWithExternalToken(
    const CallContext& call, const v1::SignInWithExternalTokenRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ExternalTokenVerifier::Verified verified,
                          dependencies_.external->Verify(request.token()));
  const CallContext platform = AsPlatform(call);
  const ExternalSubject subject{.issuer = verified.issuer->issuer, .subject = verified.subject};
  const PostChoice wanted{.institution_id = verified.issuer->institution};
  User user;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies_.pool, platform, [&](pqxx::transaction_base& tx) -> absl::Status {
        const std::string user_id = FindExternalSubject(tx, subject);
        if (user_id.empty()) return ExternalSubjectUnknown();
        const User linked = ReadUser(tx, user_id)->user;
        if (linked.disabled || ReadMachineClient(tx, user_id).has_value()) {
          return ExternalSubjectUnknown();
        }
        return PutInPost(tx, linked, wanted, call.received_at, user);
      }));
  // For the second factor, which may be guessed.
  QINGQU_ASSIGN_OR_RETURN(const std::string attempt_id,
                          NoteTry(dependencies_, platform, user.user_id));
  const CallContext signed_in = AsUser(call, user);
  const RefreshToken token = NewRefreshToken();
  Admission admission;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies_.pool, signed_in, [&](pqxx::transaction_base& tx) -> absl::Status {
        const std::optional<Account> account = LockUser(tx, user.user_id);
        // Disabled, unlinked or made a machine client meanwhile.
        if (!account.has_value() || account->user.disabled ||
            FindExternalSubject(tx, subject) != user.user_id ||
            ReadMachineClient(tx, user.user_id).has_value()) {
          return ExternalSubjectUnknown();
        }
        absl::Status placed = PutInPost(tx, account->user, wanted, call.received_at, user);
        if (!placed.ok()) return placed;
        admission = Admit(tx, dependencies_, signed_in,
                          {.user = user,
                           .code = request.second_factor_code(),
                           .token = token,
                           .attempt_id = attempt_id,
                           .only_institution_id = wanted.institution_id});
        // Who has to come again with a code comes with the same token.
        if (IsAdmitted(admission) && !UseExternalToken(tx, verified.token_hash, call.received_at)) {
          return ExternalTokenRefused("ALREADY_USED");
        }
        return absl::OkStatus();
      }));
  call.database_time += platform.database_time + signed_in.database_time;
  return AnswerAdmission(dependencies_, call, admission, token);
}

}  // namespace qingqu::identity
