#include <algorithm>

#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/identity/convert.h"
#include "services/identity/errors.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/password.h"
#include "services/identity/session_store.h"
#include "services/identity/user_journal.h"

namespace qingqu::identity {
namespace {

constexpr std::string_view kUserPattern = "users/{user}";

absl::StatusOr<std::string> UserIdOf(const std::string& name) {
  FieldViolations violations;
  const absl::StatusOr<std::string> user_id = ParseResourceId(kUserPattern, name);
  violations.AddIfError("name", user_id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return *user_id;
}

// Fills in the alliance of the user's institution, and says what is missing.
absl::Status PlaceUser(pqxx::transaction_base& tx, User& user) {
  if (!user.institution_id.empty()) {
    const auto alliance_id = FindAllianceOfInstitution(tx, user.institution_id);
    if (!alliance_id.has_value()) return InstitutionNotFound(user.institution_id);
    if (user.alliance_id.empty()) user.alliance_id = *alliance_id;
    if (user.alliance_id != *alliance_id) {
      return InvalidField("user.alliance", "is not the alliance of the institution");
    }
    return absl::OkStatus();
  }
  if (!user.alliance_id.empty() && !AllianceIsThere(tx, user.alliance_id)) {
    return AllianceNotFound(user.alliance_id);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::User> IdentityHandlers::ReadUserById(const CallContext& call,
                                                        const std::string& user_id) {
  return db::RunRead(*dependencies_.pool, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::User> {
                       const std::optional<Account> account = ReadUser(tx, user_id);
                       if (!account.has_value()) return UserNotFound(user_id);
                       return ToProto(account->user);
                     });
}

absl::StatusOr<v1::User> IdentityHandlers::GetSelf(const CallContext& call,
                                                   const v1::GetSelfRequest& /*request*/) {
  return ReadUserById(call, call.principal.user_id);
}

absl::StatusOr<v1::User> IdentityHandlers::GetUser(const CallContext& call,
                                                   const v1::GetUserRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string user_id, UserIdOf(request.name()));
  return ReadUserById(call, user_id);
}

absl::StatusOr<v1::User> IdentityHandlers::CreateUser(const CallContext& call,
                                                      const v1::CreateUserRequest& request) {
  FieldViolations violations;
  violations.AddIfError("user_id", ValidateResourceId(request.user_id()));
  const User described = UserFromProto(request.user_id(), request.user(), violations);
  CheckUser(described, violations);
  CheckPassword("password",
                {.user_id = request.user_id(),
                 .display_name = request.user().display_name(),
                 .second_factor_required = MustHaveSecondFactor(dependencies_, described)},
                request.password(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  // The request is remembered by a hash of its content, which must not help to guess the password.
  v1::CreateUserRequest remembered = request;
  QINGQU_ASSIGN_OR_RETURN(
      *remembered.mutable_password(),
      dependencies_.hasher->Fingerprint(request.password(), call.request_id, call.deadline));
  Account account{.user = described};
  QINGQU_ASSIGN_OR_RETURN(account.password_hash,
                          dependencies_.hasher->Hash(request.password(), call.deadline));
  return db::RunIdempotent<v1::User>(*dependencies_.pool, call, remembered,
                                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::User> {
                                       account.user = described;
                                       account.user.created_at = StoredInstant(call.received_at);
                                       QINGQU_RETURN_IF_ERROR(PlaceUser(tx, account.user));
                                       QINGQU_RETURN_IF_ERROR(InsertUser(tx, account));
                                       JournalUser(tx, call, "user.created", account.user);
                                       return ToProto(account.user);
                                     });
}

absl::StatusOr<v1::ListUsersResponse> IdentityHandlers::ListUsers(
    const CallContext& call, const v1::ListUsersRequest& request) {
  const std::string filter = "users";
  QINGQU_ASSIGN_OR_RETURN(const int rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 1));
  const PageOf page{.after = key.empty() ? "" : key.front(), .rows_max = rows + 1};
  return db::RunRead(*dependencies_.pool, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListUsersResponse> {
                       v1::ListUsersResponse response;
                       std::string last;
                       for (const User& user : identity::ListUsers(tx, page)) {
                         if (response.users_size() == rows) {
                           response.set_next_page_token(EncodePageToken({last}, filter));
                           break;
                         }
                         last = user.user_id;
                         *response.add_users() = ToProto(user);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::User> IdentityHandlers::DisableUser(const CallContext& call,
                                                       const v1::DisableUserRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string user_id, UserIdOf(request.name()));
  return db::RunIdempotent<v1::User>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::User> {
        // Two administrators who disable each other at once must not both succeed.
        LockNamed(tx, "administrators");
        std::optional<Account> account = LockUser(tx, user_id);
        if (!account.has_value()) return UserNotFound(user_id);
        User& user = account->user;
        if (!request.etag().empty() && request.etag() != EtagOf(user)) return EtagMismatch();
        if (user.disabled) return ToProto(user);
        const bool administrator = std::find(user.roles.begin(), user.roles.end(),
                                             "bureau_administrator") != user.roles.end();
        if (administrator && CountOtherAdministrators(tx, user_id) == 0) return LastAdministrator();
        SetDisabled(tx, user_id);
        user.disabled = true;
        ++user.version;
        EndUserSessions(tx, user_id, call.received_at, "USER_DISABLED");
        JournalUser(tx, call, "user.disabled", user);
        return ToProto(user);
      });
}

}  // namespace qingqu::identity
