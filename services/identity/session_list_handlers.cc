#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/errors.h"
#include "services/identity/session_store.h"
#include "services/identity/user_journal.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

absl::StatusOr<std::string> IdIn(std::string_view field, std::string_view pattern,
                                 const std::string& name) {
  FieldViolations violations;
  const absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  violations.AddIfError(field, id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return *id;
}

v1::EndSessionsResponse Ended(int count) {
  v1::EndSessionsResponse response;
  response.set_ended_count(count);
  return response;
}

// Ends what is left of the user's sessions, and says so in the journal.
absl::StatusOr<v1::EndSessionsResponse> EndAll(pqxx::transaction_base& tx, const CallContext& call,
                                               const std::string& user_id,
                                               std::string_view because) {
  const std::optional<Account> account = LockUser(tx, user_id);
  if (!account.has_value()) return UserNotFound(user_id);
  const int count = EndUserSessions(tx, user_id, call.received_at, because);
  JournalUser(tx, call, "user.sessions_ended", account->user);
  return Ended(count);
}

}  // namespace

absl::StatusOr<v1::ListSessionsResponse> CredentialHandlers::ListSessions(
    const CallContext& call, const v1::ListSessionsRequest& /*request*/) {
  return db::RunRead(*dependencies_.pool, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListSessionsResponse> {
                       v1::ListSessionsResponse response;
                       for (const ListedSession& session :
                            identity::ListSessions(tx, call.principal.user_id, call.received_at)) {
                         v1::Session& listed = *response.add_sessions();
                         listed.set_name("sessions/" + session.session_id);
                         *listed.mutable_start_time() = rpc::ToTimestamp(session.started_at);
                         *listed.mutable_last_use_time() = rpc::ToTimestamp(session.used_at);
                         listed.set_address(session.address);
                         listed.set_client(session.client);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::EndSessionsResponse> CredentialHandlers::EndSession(
    const CallContext& call, const v1::EndSessionRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string session_id,
                          IdIn("name", "sessions/{session}", request.name()));
  return db::RunIdempotent<v1::EndSessionsResponse>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::EndSessionsResponse> {
        const std::string& user_id = call.principal.user_id;
        const std::optional<Account> account = ReadUser(tx, user_id);
        if (!account.has_value() || !EndSessionOfUser(tx, user_id, session_id, call.received_at)) {
          return SessionNotFound(session_id);
        }
        JournalUser(tx, call, "user.signed_out", account->user);
        return Ended(1);
      });
}

absl::StatusOr<v1::EndSessionsResponse> CredentialHandlers::SignOutEverywhere(
    const CallContext& call, const v1::SignOutEverywhereRequest& request) {
  return db::RunIdempotent<v1::EndSessionsResponse>(
      *dependencies_.pool, call, request, [&](pqxx::transaction_base& tx) {
        return EndAll(tx, call, call.principal.user_id, "SIGNED_OUT_EVERYWHERE");
      });
}

absl::StatusOr<v1::EndSessionsResponse> CredentialHandlers::EndUserSessions(
    const CallContext& call, const v1::EndUserSessionsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string user_id, IdIn("user", "users/{user}", request.user()));
  return db::RunIdempotent<v1::EndSessionsResponse>(
      *dependencies_.pool, call, request, [&](pqxx::transaction_base& tx) {
        return EndAll(tx, call, user_id, "ENDED_BY_ADMINISTRATOR");
      });
}

}  // namespace qingqu::identity
