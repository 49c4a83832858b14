#include "services/catalog/item_change_handlers.h"

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/auth/alliance_scope.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/call_id.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item_change_store.h"
#include "services/catalog/item_records.h"

namespace qingqu::catalog {
namespace {

constexpr int kBatchMax = 1000;

absl::StatusOr<std::optional<ItemChangeState>> ChangeStateFilter(v1::ItemChangeState state) {
  switch (state) {
    case v1::ITEM_CHANGE_STATE_UNSPECIFIED:
      return std::nullopt;
    case v1::ITEM_CHANGE_STATE_OPEN:
      return ItemChangeState::kOpen;
    case v1::ITEM_CHANGE_STATE_APPROVED:
      return ItemChangeState::kApproved;
    case v1::ITEM_CHANGE_STATE_REJECTED:
      return ItemChangeState::kRejected;
    case v1::ITEM_CHANGE_STATE_WITHDRAWN:
      return ItemChangeState::kWithdrawn;
    default:
      return InvalidField("state", "is no state that this version knows");
  }
}

// Runs `change` for each of `count` in order, each whole or not at all, and keeps how it fared.
template <typename Response>
Response RunEach(pqxx::transaction_base& tx, int count,
                 absl::FunctionRef<absl::StatusOr<v1::Item>(int index)> change) {
  Response response;
  for (int index = 0; index < count; ++index) {
    tx.exec0("SAVEPOINT one_of_many");
    const absl::StatusOr<v1::Item> changed = change(index);
    v1::ItemResult& result = *response.add_results();
    if (changed.ok()) {
      *result.mutable_item() = *changed;
    } else {
      tx.exec0("ROLLBACK TO SAVEPOINT one_of_many");
      result.set_reason(ErrorReason(changed.status()));
      result.set_message(std::string(ToStd(changed.status().message())));
    }
    tx.exec0("RELEASE SAVEPOINT one_of_many");
  }
  return response;
}

// The items of `names`, in order, each once. INVALID_ARGUMENT when there are too many or one stands
// twice. What names no item is left to its own result.
absl::StatusOr<std::vector<std::string>> ItemsOf(std::string_view field,
                                                 const std::vector<std::string>& names) {
  if (names.size() > kBatchMax) {
    return InvalidField(field, fmt::format("must be at most {}", kBatchMax));
  }
  std::set<std::string> seen;
  std::vector<std::string> ids;
  for (size_t index = 0; index < names.size(); ++index) {
    const std::string item = names[index].substr(0, names[index].find("/changes/"));
    const auto id = ParseResourceId("items/{item}", item);
    if (!id.ok()) continue;
    if (!seen.insert(*id).second) {
      return InvalidField(fmt::format("{}[{}]", field, index), "names an item a second time");
    }
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace

absl::StatusOr<v1::Item> ItemChangeHandlers::ProposeItemChange(
    const CallContext& call, const v1::ProposeItemChangeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return db::RunIdempotent<v1::Item>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
    return ProposeItemChangeIn(tx, call, request, db::IdOfCall(call));
  });
}

absl::StatusOr<v1::Item> ItemChangeHandlers::ApproveItemChange(
    const CallContext& call, const v1::ApproveItemChangeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const ItemChangeName name, ParseItemChangeName("name", request.name()));
  return db::RunIdempotent<v1::Item>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
    return ApproveItemChangeIn(tx, call, name, request.etag());
  });
}

absl::StatusOr<v1::Item> ItemChangeHandlers::RejectItemChange(
    const CallContext& call, const v1::RejectItemChangeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const ItemChangeName name, ParseItemChangeName("name", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::Item>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
    return EndItemChangeIn(tx, call, name, ItemChangeState::kRejected, reason);
  });
}

absl::StatusOr<v1::Item> ItemChangeHandlers::WithdrawItemChange(
    const CallContext& call, const v1::WithdrawItemChangeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const ItemChangeName name, ParseItemChangeName("name", request.name()));
  return db::RunIdempotent<v1::Item>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
    return EndItemChangeIn(tx, call, name, ItemChangeState::kWithdrawn, "");
  });
}

absl::StatusOr<v1::ListItemChangesResponse> ItemChangeHandlers::ListItemChanges(
    const CallContext& call, const v1::ListItemChangesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto state, ChangeStateFilter(request.state()));
  ItemChangeListOptions options{.item_id = "", .state = state, .limit = page_size + 1};
  if (!request.parent().empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.item_id, ParseName("parent", "items/{item}", request.parent()));
  }
  const std::string filter = fmt::format("item changes of={} state={}", request.parent(),
                                         static_cast<int>(request.state()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 2));
  if (!key.empty()) {
    options.after_item_id = key[0];
    options.after_change_id = key[1];
  }
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListItemChangesResponse> {
        v1::ListItemChangesResponse response;
        std::vector<std::string> last;
        for (const ItemChange& change : catalog::ListItemChanges(tx, options)) {
          if (response.changes_size() == page_size) {
            response.set_next_page_token(EncodePageToken(last, filter));
            break;
          }
          *response.add_changes() = ToProto(change);
          last = {change.item_id, change.id};
        }
        return response;
      });
}

absl::StatusOr<v1::ListItemVersionsResponse> ItemChangeHandlers::ListItemVersions(
    const CallContext& call, const v1::ListItemVersionsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", "items/{item}", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  const std::string filter = fmt::format("versions of items/{}", id);
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!key.empty() && !absl::SimpleAtoi(key[0], &before)) return WrongPageToken();
  return db::RunTransaction(
      *pool_, call, {.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListItemVersionsResponse> {
        QINGQU_RETURN_IF_ERROR(GetItem(tx, id).status());
        v1::ListItemVersionsResponse response;
        for (const Item& version : catalog::ListItemVersions(tx, id, before, page_size + 1)) {
          if (response.versions_size() == page_size) {
            const std::string& last = response.versions(page_size - 1).etag();
            response.set_next_page_token(EncodePageToken({last}, filter));
            break;
          }
          *response.add_versions() = ToProto(version);
        }
        return response;
      });
}

absl::StatusOr<v1::BatchUpdateItemsResponse> ItemChangeHandlers::BatchUpdateItems(
    const CallContext& call, const v1::BatchUpdateItemsRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  std::vector<std::string> names;
  for (const auto& one : request.requests()) names.push_back(one.item().name());
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ItemsOf("requests", names));
  using Response = v1::BatchUpdateItemsResponse;
  return db::RunIdempotent<Response>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Response> {
        LockItems(tx, ids);
        return RunEach<Response>(tx, request.requests_size(), [&](int index) {
          return ProposeItemChangeIn(tx, call, request.requests(index),
                                     db::IdOfCall(call, fmt::format("{}", index)));
        });
      });
}

absl::StatusOr<v1::BatchApproveItemsResponse> ItemChangeHandlers::BatchApproveItems(
    const CallContext& call, const v1::BatchApproveItemsRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                          ItemsOf("names", {request.names().begin(), request.names().end()}));
  using Response = v1::BatchApproveItemsResponse;
  const auto approve = [&](pqxx::transaction_base& tx,
                           const std::string& name) -> absl::StatusOr<v1::Item> {
    if (const auto id = ParseResourceId("items/{item}", name); id.ok()) {
      return ApproveItemIn(tx, call, *id, "");
    }
    QINGQU_ASSIGN_OR_RETURN(const ItemChangeName change, ParseItemChangeName("names", name));
    return ApproveItemChangeIn(tx, call, change, "");
  };
  return db::RunIdempotent<Response>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Response> {
        LockItems(tx, ids);
        return RunEach<Response>(tx, request.names_size(),
                                 [&](int index) { return approve(tx, request.names(index)); });
      });
}

}  // namespace qingqu::catalog
