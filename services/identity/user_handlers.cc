#include <algorithm>

#include "pqxx/pqxx"

#include "common/auth/role_grants.h"
#include "common/base/resource_name.h"
#include "common/base/uuid.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/identity/convert.h"
#include "services/identity/errors.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/password.h"
#include "services/identity/post_store.h"
#include "services/identity/second_factor_check.h"
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

bool IsAdministrator(const std::vector<Post>& posts) {
  return std::ranges::any_of(posts, [](const Post& post) {
    return std::ranges::find(post.roles, "bureau_administrator") != post.roles.end();
  });
}

// The user as they are in the post in which their session acts. A role that this process does not
// know yet is left out.
User AsTheirToken(User user, const auth::Principal& principal) {
  const auto& known = auth::AllRoles();
  user.roles.clear();
  for (const std::string& role : principal.roles) {
    if (std::ranges::find(known, role) != known.end()) user.roles.push_back(role);
  }
  user.scope = principal.scope;
  user.institution_id = principal.institution_id;
  user.alliance_id = principal.alliance_id;
  user.supplier_id = principal.supplier_id;
  user.department_id = principal.department_id;
  user.on_behalf_of = principal.on_behalf_of;
  return user;
}

// The user and the post that they begin with.
absl::Status InsertWithPost(pqxx::transaction_base& tx, Account& account, std::string post_id) {
  LockGrants(tx);
  Post post = PostOf(account.user);
  post.post_id = std::move(post_id);
  QINGQU_RETURN_IF_ERROR(PlacePost(tx, "user", post));
  account.user = InPost(account.user, post);
  QINGQU_RETURN_IF_ERROR(InsertUser(tx, account));
  InsertPost(tx, post);
  return CheckSeparation(tx, post.user_id);
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
  const std::string& user_id = call.principal.user_id;
  return db::RunRead(*dependencies_.pool, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::User> {
                       const std::optional<Account> account = ReadUser(tx, user_id);
                       if (!account.has_value()) return UserNotFound(user_id);
                       return ToProto(AsTheirToken(account->user, call.principal));
                     });
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
  return db::RunIdempotent<v1::User>(
      *dependencies_.pool, call, remembered,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::User> {
        account.user = described;
        account.user.created_at = StoredInstant(call.received_at);
        QINGQU_RETURN_IF_ERROR(
            InsertWithPost(tx, account, NewUuidV7(*dependencies_.clock).ToString()));
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
        LockGrants(tx);
        std::optional<Account> account = LockUser(tx, user_id);
        if (!account.has_value()) return UserNotFound(user_id);
        User& user = account->user;
        if (!request.etag().empty() && request.etag() != EtagOf(user)) return EtagMismatch();
        if (user.disabled) return ToProto(user);
        if (IsAdministrator(PostsOfUser(tx, user_id, call.received_at)) &&
            CountOtherAdministrators(tx, user_id, "", call.received_at) == 0) {
          return LastAdministrator();
        }
        SetDisabled(tx, user_id);
        EndPostsOfUser(tx, user_id, call.received_at);
        user.disabled = true;
        ++user.version;
        EndUserSessions(tx, user_id, call.received_at, "USER_DISABLED");
        JournalUser(tx, call, "user.disabled", user);
        return ToProto(user);
      });
}

}  // namespace qingqu::identity
