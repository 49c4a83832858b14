#include "services/identity/delegation_handlers.h"

#include <algorithm>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
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
#include "services/identity/delegation_errors.h"
#include "services/identity/delegation_store.h"
#include "services/identity/period.h"
#include "services/identity/post_errors.h"
#include "services/identity/post_store.h"
#include "services/identity/role_store.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

constexpr std::string_view kDelegationPattern = "delegations/{delegation}";

v1::Delegation ToProto(const Delegation& delegation) {
  v1::Delegation proto;
  proto.set_name("delegations/" + delegation.delegation_id);
  proto.set_post("posts/" + delegation.post_id);
  proto.set_holder("users/" + delegation.holder_id);
  proto.set_delegate("users/" + delegation.delegate_id);
  for (const std::string& role : delegation.roles) proto.add_roles(RoleToProto(role));
  for (const std::string& permission : delegation.permissions) proto.add_permissions(permission);
  *proto.mutable_start_time() = rpc::ToTimestamp(delegation.starts_at);
  *proto.mutable_end_time() = rpc::ToTimestamp(delegation.ends_at);
  *proto.mutable_effective_end_time() = rpc::ToTimestamp(delegation.effective_ends_at);
  *proto.mutable_create_time() = rpc::ToTimestamp(delegation.created_at);
  proto.set_etag(std::to_string(delegation.version));
  return proto;
}

absl::StatusOr<std::string> DelegationIdOf(const std::string& name) {
  FieldViolations violations;
  absl::StatusOr<std::string> id = ParseResourceId(kDelegationPattern, name);
  violations.AddIfError("name", id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return id;
}

void CheckPeriod(const v1::Delegation& proto, absl::Time now, Delegation& delegation,
                 FieldViolations& violations) {
  const Period period = ReadPeriod("delegation", proto, now, violations);
  delegation.starts_at = period.starts_at;
  delegation.ends_at = period.ends_at;
  if (period.starts_at > now + kDelegationAheadMax) {
    violations.Add("delegation.start_time", "must not be more than a year ahead");
  }
  if (period.ends_at > period.starts_at + kDelegationMax) {
    violations.Add("delegation.end_time", "must be set, and at most 90 days after the start");
  }
}

absl::StatusOr<Delegation> DelegationFromProto(const v1::CreateDelegationRequest& request,
                                               const std::string& caller_id, absl::Time now) {
  const v1::Delegation& proto = request.delegation();
  FieldViolations violations;
  Delegation delegation;
  delegation.created_at = now;
  const absl::StatusOr<std::string> post_id = ParseResourceId("posts/{post}", proto.post());
  violations.AddIfError("delegation.post", post_id.status());
  delegation.post_id = post_id.value_or("");
  const absl::StatusOr<std::string> user_id = ParseResourceId("users/{user}", proto.delegate());
  violations.AddIfError("delegation.delegate", user_id.status());
  delegation.delegate_id = user_id.value_or("");
  if (delegation.delegate_id == caller_id) {
    violations.Add("delegation.delegate", "must be somebody else");
  }
  delegation.roles = RolesFromProto("delegation.roles", proto.roles(), violations);
  const std::set<std::string> permissions(proto.permissions().begin(), proto.permissions().end());
  delegation.permissions.assign(permissions.begin(), permissions.end());
  if (permissions.size() > kDelegatedPermissionsMax) {
    violations.Add("delegation.permissions", "must be 64 at most");
  }
  CheckPeriod(proto, now, delegation, violations);
  CheckReason(request.reason(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return delegation;
}

// Of what is not held nothing can be delegated, and who means more should hear of it.
absl::Status CheckPermissions(pqxx::transaction_base& tx, const Delegation& delegation) {
  if (delegation.permissions.empty()) return absl::OkStatus();
  std::set<std::string> held;
  for (const std::string& role_id : delegation.roles) {
    for (const StoredRole& role : ReadRoles(tx, role_id)) {
      held.insert(role.permissions.begin(), role.permissions.end());
    }
  }
  FieldViolations violations;
  for (const std::string& permission : delegation.permissions) {
    if (!held.contains(permission)) {
      violations.Add("delegation.permissions", fmt::format("the roles do not hold {}", permission));
    }
  }
  return violations.ToStatus();
}

// Only people delegate, and only what is their own.
absl::Status CheckHolder(pqxx::transaction_base& tx, const CallContext& call) {
  const std::string& holder_id = call.principal.user_id;
  if (!call.principal.delegation_id.empty() || ReadMachineClient(tx, holder_id).has_value()) {
    return StandInCannotDelegate();
  }
  const std::vector<Delegation> known = DelegationsOfUser(tx, holder_id, call.received_at);
  const auto given = std::ranges::count(known, holder_id, &Delegation::holder_id);
  return given < kDelegationsPerHolderMax ? absl::OkStatus() : TooManyDelegations();
}

void Journal(pqxx::transaction_base& tx, const CallContext& call, const Delegation& delegation,
             db::JournalEntry entry) {
  entry.resource = "delegations/" + delegation.delegation_id;
  entry.subjects = {"posts/" + delegation.post_id, "users/" + delegation.holder_id,
                    "users/" + delegation.delegate_id};
  entry.institution_id = delegation.institution_id;
  entry.alliance_id = delegation.alliance_id;
  entry.supplier_id = delegation.supplier_id;
  db::AppendJournal(tx, call, entry);
}

absl::StatusOr<Delegation> Insert(pqxx::transaction_base& tx, const CallContext& call,
                                  Delegation delegation) {
  QINGQU_RETURN_IF_ERROR(CheckHolder(tx, call));
  const std::optional<Post> post = LockPost(tx, delegation.post_id);
  if (!post.has_value() || post->user_id != call.principal.user_id ||
      !IsWithinSession(call.principal, post->institution_id)) {
    return PostNotFound(delegation.post_id);
  }
  QINGQU_RETURN_IF_ERROR(TakeFromPost(*post, delegation));
  QINGQU_RETURN_IF_ERROR(CheckPermissions(tx, delegation));
  if (!LockUser(tx, delegation.delegate_id).has_value()) {
    return NoSuchColleague(delegation.delegate_id);
  }
  InsertDelegation(tx, delegation);
  const auto stored = ReadDelegation(tx, delegation.delegation_id, call.received_at);
  if (stored->effective_ends_at <= stored->starts_at) {
    return NoSuchColleague(delegation.delegate_id);
  }
  QINGQU_RETURN_IF_ERROR(CheckSeparation(tx, delegation.delegate_id));
  return *stored;
}

// Whose affair a delegation is: with "", everybody's.
bool Concerns(const Delegation& delegation, const std::string& user_id) {
  return user_id.empty() || delegation.holder_id == user_id || delegation.delegate_id == user_id;
}

template <typename Request>
absl::StatusOr<v1::Delegation> End(db::ConnectionPool& pool, const CallContext& call,
                                   const Request& request, const std::string& user_id) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, DelegationIdOf(request.name()));
  FieldViolations violations;
  CheckReason(request.reason(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Delegation>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Delegation> {
        LockGrants(tx);
        const auto before = LockDelegation(tx, id, call.received_at);
        if (!before.has_value() || !Concerns(*before, user_id) ||
            !IsWithinSession(call.principal, before->institution_id)) {
          return DelegationNotFound(id);
        }
        if (!request.etag().empty() && request.etag() != std::to_string(before->version)) {
          return DelegationEtagMismatch();
        }
        if (before->ends_at <= call.received_at) return DelegationOver(id);
        identity::EndDelegation(tx, id, StoredInstant(call.received_at));
        const auto after = ReadDelegation(tx, id, call.received_at);
        Journal(tx, call, *after,
                {.event = "delegation.ended",
                 .reason = request.reason(),
                 .details_json =
                     nlohmann::json{{"before", nlohmann::json::parse(ToJson(ToProto(*before)))},
                                    {"after", nlohmann::json::parse(ToJson(ToProto(*after)))}}
                         .dump()});
        return ToProto(*after);
      });
}

}  // namespace

absl::StatusOr<v1::Delegation> DelegationHandlers::CreateDelegation(
    const CallContext& call, const v1::CreateDelegationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(
      const Delegation described,
      DelegationFromProto(request, call.principal.user_id, StoredInstant(call.received_at)));
  return db::RunIdempotent<v1::Delegation>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Delegation> {
        LockGrants(tx);
        Delegation delegation = described;
        delegation.delegation_id = NewUuidV7(*clock_).ToString();
        QINGQU_ASSIGN_OR_RETURN(delegation, Insert(tx, call, std::move(delegation)));
        Journal(tx, call, delegation,
                {.event = "delegation.created",
                 .reason = request.reason(),
                 .details_json = ToJson(ToProto(delegation))});
        return ToProto(delegation);
      });
}

absl::StatusOr<v1::Delegation> DelegationHandlers::RevokeDelegation(
    const CallContext& call, const v1::RevokeDelegationRequest& request) {
  return End(*pool_, call, request, call.principal.user_id);
}

absl::StatusOr<v1::Delegation> DelegationHandlers::EndDelegation(
    const CallContext& call, const v1::EndDelegationRequest& request) {
  return End(*pool_, call, request, "");
}

absl::StatusOr<v1::Delegation> DelegationHandlers::GetDelegation(
    const CallContext& call, const v1::GetDelegationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, DelegationIdOf(request.name()));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Delegation> {
                       const auto delegation = ReadDelegation(tx, id, call.received_at);
                       if (!delegation.has_value()) return DelegationNotFound(id);
                       return ToProto(*delegation);
                     });
}

absl::StatusOr<v1::ListDelegationsResponse> DelegationHandlers::ListDelegations(
    const CallContext& call, const v1::ListDelegationsRequest& request) {
  const std::string filter = "delegations of " + request.user();
  FieldViolations violations;
  const std::string user_id = IdFromName("users/{user}", "user", request.user(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  QINGQU_ASSIGN_OR_RETURN(const int rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 1));
  const PageOf page{.after = key.empty() ? "" : key.front(), .rows_max = rows + 1};
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListDelegationsResponse> {
        v1::ListDelegationsResponse response;
        std::string last;
        for (const Delegation& delegation :
             identity::ListDelegations(tx, page, user_id, call.received_at)) {
          if (response.delegations_size() == rows) {
            response.set_next_page_token(EncodePageToken({last}, filter));
            break;
          }
          last = delegation.delegation_id;
          *response.add_delegations() = ToProto(delegation);
        }
        return response;
      });
}

absl::StatusOr<v1::ListDelegationsResponse> DelegationHandlers::ListOwnDelegations(
    const CallContext& call, const v1::ListOwnDelegationsRequest& /*request*/) {
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListDelegationsResponse> {
        v1::ListDelegationsResponse response;
        for (const Delegation& delegation :
             DelegationsOfUser(tx, call.principal.user_id, call.received_at)) {
          if (!IsWithinSession(call.principal, delegation.institution_id)) continue;
          *response.add_delegations() = ToProto(delegation);
        }
        return response;
      });
}

}  // namespace qingqu::identity
