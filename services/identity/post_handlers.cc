#include "services/identity/post_handlers.h"

#include <algorithm>
#include <utility>

#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/base/uuid.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/identity/api_key_store.h"
#include "services/identity/convert.h"
#include "services/identity/errors.h"
#include "services/identity/period.h"
#include "services/identity/post_errors.h"
#include "services/identity/post_store.h"
#include "services/identity/second_factor_check.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

v1::Post ToProto(const Post& post) {
  v1::Post proto;
  proto.set_name("posts/" + post.post_id);
  proto.set_user("users/" + post.user_id);
  for (const std::string& role : post.roles) proto.add_roles(RoleToProto(role));
  proto.set_scope(ScopeToProto(post.scope));
  proto.set_institution(NameOrEmpty("institutions", post.institution_id));
  proto.set_alliance(NameOrEmpty("alliances", post.alliance_id));
  proto.set_supplier(NameOrEmpty("suppliers", post.supplier_id));
  proto.set_department(NameOrEmpty("departments", post.department_id));
  *proto.mutable_start_time() = rpc::ToTimestamp(post.starts_at);
  if (post.ends_at != absl::InfiniteFuture()) {
    *proto.mutable_end_time() = rpc::ToTimestamp(post.ends_at);
  }
  *proto.mutable_create_time() = rpc::ToTimestamp(post.created_at);
  proto.set_etag(std::to_string(post.version));
  return proto;
}

absl::StatusOr<Post> PostFromProto(const v1::Post& proto, absl::Time now,
                                   const std::string& reason) {
  FieldViolations violations;
  Post post;
  post.created_at = now;
  const absl::StatusOr<std::string> user_id = ParseResourceId("users/{user}", proto.user());
  violations.AddIfError("post.user", user_id.status());
  post.user_id = user_id.value_or("");
  post.roles = RolesFromProto("post.roles", proto.roles(), violations);
  post.scope = ScopeFromProto(proto.scope());
  if (post.scope == auth::Scope::kSystem) violations.Add("post.scope", "must be set");
  post.institution_id =
      IdFromName("institutions/{institution}", "post.institution", proto.institution(), violations);
  post.alliance_id =
      IdFromName("alliances/{alliance}", "post.alliance", proto.alliance(), violations);
  post.supplier_id =
      IdFromName("suppliers/{supplier}", "post.supplier", proto.supplier(), violations);
  post.department_id =
      IdFromName("departments/{department}", "post.department", proto.department(), violations);
  CheckPlace("post", post, violations);
  const Period period = ReadPeriod("post", proto, now, violations);
  post.starts_at = period.starts_at;
  post.ends_at = period.ends_at;
  CheckReason(reason, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return post;
}

absl::StatusOr<std::string> PostIdOf(const std::string& name) {
  FieldViolations violations;
  absl::StatusOr<std::string> post_id = ParseResourceId("posts/{post}", name);
  violations.AddIfError("name", post_id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return post_id;
}

void JournalPost(pqxx::transaction_base& tx, const CallContext& call, const std::string& event,
                 const Post& post, const std::string& reason) {
  const v1::Post proto = ToProto(post);
  db::JournalEntry entry{.event = event,
                         .resource = proto.name(),
                         .subjects = {proto.user()},
                         .institution_id = post.institution_id,
                         .alliance_id = post.alliance_id,
                         .supplier_id = post.supplier_id,
                         .reason = reason,
                         .details_json = ToJson(proto)};
  for (const std::string& name :
       {proto.institution(), proto.alliance(), proto.supplier(), proto.department()}) {
    if (!name.empty()) entry.subjects.push_back(name);
  }
  db::AppendJournal(tx, call, entry);
}

bool IsAdministrators(const Post& post) {
  return std::ranges::find(post.roles, "bureau_administrator") != post.roles.end();
}

absl::StatusOr<PostFilter> FilterOf(const v1::ListPostsRequest& request) {
  FieldViolations violations;
  PostFilter filter;
  filter.user_id = IdFromName("users/{user}", "user", request.user(), violations);
  const std::string& unit = request.unit();
  if (unit.starts_with("alliances/")) {
    filter.alliance_id = IdFromName("alliances/{alliance}", "unit", unit, violations);
  } else if (unit.starts_with("suppliers/")) {
    filter.supplier_id = IdFromName("suppliers/{supplier}", "unit", unit, violations);
  } else if (unit.starts_with("departments/")) {
    filter.department_id = IdFromName("departments/{department}", "unit", unit, violations);
  } else {
    filter.institution_id = IdFromName("institutions/{institution}", "unit", unit, violations);
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return filter;
}

// Ends what `post` is at `ends_at`, within a transaction that holds the locks.
absl::Status End(pqxx::transaction_base& tx, const CallContext& call, Post& post,
                 absl::Time ends_at) {
  if (post.ends_at <= ends_at) return PostOver(post.post_id);
  if (IsAdministrators(post) &&
      CountOtherAdministrators(tx, "", post.post_id, call.received_at) == 0) {
    return LastAdministrator();
  }
  EndPost(tx, post.post_id, ends_at);
  TouchUser(tx, post.user_id);
  post.ends_at = std::max(post.starts_at, ends_at);
  ++post.version;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Post> PostHandlers::CreatePost(const CallContext& call,
                                                  const v1::CreatePostRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(
      const Post described,
      PostFromProto(request.post(), StoredInstant(call.received_at), request.reason()));
  return db::RunIdempotent<v1::Post>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Post> {
        LockGrants(tx);
        Post post = described;
        post.post_id = NewUuidV7(*clock_).ToString();
        const std::optional<Account> account = LockUser(tx, post.user_id);
        if (!account.has_value()) return UserNotFound(post.user_id);
        if (account->user.disabled) return UserDisabled(post.user_id);
        if (IsForPeople(second_factor_roles_, post.roles) &&
            ReadMachineClient(tx, post.user_id).has_value()) {
          return RoleNotForMachines();
        }
        QINGQU_RETURN_IF_ERROR(PlacePost(tx, "post", post));
        InsertPost(tx, post);
        TouchUser(tx, post.user_id);
        QINGQU_RETURN_IF_ERROR(CheckSeparation(tx, post.user_id));
        JournalPost(tx, call, "post.created", post, request.reason());
        return ToProto(post);
      });
}

absl::StatusOr<v1::Post> PostHandlers::EndPost(const CallContext& call,
                                               const v1::EndPostRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string post_id, PostIdOf(request.name()));
  FieldViolations violations;
  CheckReason(request.reason(), violations);
  if (!IsValid(request.end_time())) violations.Add("end_time", "is not an instant");
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  const absl::Time ends_at =
      std::max(StoredInstant(call.received_at), InstantOf(request.end_time()));
  return db::RunIdempotent<v1::Post>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Post> {
        // As in DisableUser: two who end each other's posts must not both succeed.
        LockNamed(tx, "administrators");
        LockGrants(tx);
        std::optional<Post> post = LockPost(tx, post_id);
        if (!post.has_value()) return PostNotFound(post_id);
        if (!request.etag().empty() && request.etag() != std::to_string(post->version)) {
          return PostEtagMismatch();
        }
        QINGQU_RETURN_IF_ERROR(End(tx, call, *post, ends_at));
        JournalPost(tx, call, "post.ended", *post, request.reason());
        return ToProto(*post);
      });
}

absl::StatusOr<v1::Post> PostHandlers::GetPost(const CallContext& call,
                                               const v1::GetPostRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string post_id, PostIdOf(request.name()));
  return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Post> {
    const std::optional<Post> post = ReadPost(tx, post_id);
    if (!post.has_value()) return PostNotFound(post_id);
    return ToProto(*post);
  });
}

absl::StatusOr<v1::ListPostsResponse> PostHandlers::ListPosts(const CallContext& call,
                                                              const v1::ListPostsRequest& request) {
  const std::string filter_text = "posts of " + request.user() + " at " + request.unit();
  QINGQU_ASSIGN_OR_RETURN(const PostFilter filter, FilterOf(request));
  QINGQU_ASSIGN_OR_RETURN(const int rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter_text, 1));
  const PageOf page{.after = key.empty() ? "" : key.front(), .rows_max = rows + 1};
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListPostsResponse> {
                       v1::ListPostsResponse response;
                       std::string last;
                       for (const Post& post : identity::ListPosts(tx, page, filter)) {
                         if (response.posts_size() == rows) {
                           response.set_next_page_token(EncodePageToken({last}, filter_text));
                           break;
                         }
                         last = post.post_id;
                         *response.add_posts() = ToProto(post);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::ListPostsResponse> PostHandlers::ListOwnPosts(
    const CallContext& call, const v1::ListOwnPostsRequest& /*request*/) {
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListPostsResponse> {
        v1::ListPostsResponse response;
        for (const Post& post : PostsOfUser(tx, call.principal.user_id, call.received_at)) {
          if (!IsWithinSession(call.principal, post.institution_id)) continue;
          *response.add_posts() = ToProto(post);
        }
        return response;
      });
}

}  // namespace qingqu::identity
