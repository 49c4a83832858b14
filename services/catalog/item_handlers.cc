#include "services/catalog/item_handlers.h"

#include <optional>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/util/time_util.h"

#include "common/auth/alliance_scope.h"
#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/device_identifier.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item_change_store.h"
#include "services/catalog/item_records.h"
#include "services/catalog/item_store.h"
#include "services/catalog/merges/item_merge_store.h"
#include "services/catalog/national_code.h"

namespace qingqu::catalog {
namespace {

constexpr int kBatchMax = 1000;

absl::Status CheckNationalCodePrefix(std::string_view prefix) {
  const bool fits = prefix.empty() || prefix == "C" ||
                    (prefix[0] == 'C' && prefix.size() <= kNationalCodeLength &&
                     prefix.find_first_not_of("0123456789", 1) == std::string_view::npos);
  if (fits) return absl::OkStatus();
  return InvalidField("national_code_prefix", "must be C and up to 26 digits");
}

absl::StatusOr<absl::Time> ParseInstant(std::string_view field,
                                        const google::protobuf::Timestamp& instant) {
  using google::protobuf::util::TimeUtil;
  if (instant.seconds() < TimeUtil::kTimestampMinSeconds ||
      instant.seconds() > TimeUtil::kTimestampMaxSeconds || instant.nanos() < 0 ||
      instant.nanos() >= 1'000'000'000) {
    return InvalidField(field, "is no instant of the years 1 to 9999");
  }
  return absl::FromUnixSeconds(instant.seconds()) + absl::Nanoseconds(instant.nanos());
}

// What was withdrawn changes no more.
void RejectOpenChange(pqxx::transaction_base& tx, const CallContext& call, std::string_view id,
                      const std::string& reason) {
  std::optional<ItemChange> open = FindOpenItemChange(tx, id);
  if (!open) return;
  open->state = ItemChangeState::kRejected;
  open->decider_id = call.principal.user_id;
  open->decided_at = call.received_at;
  open->decision_reason = reason;
  DecideItemChange(tx, *open);
}

// What was merged into another item does not come back, nor is it asked for.
absl::Status CheckComesBack(pqxx::transaction_base& tx, const Item& changed) {
  const bool asked = !changed.approval.reinstatement_proposer_id.empty();
  return asked ? CheckNotMerged(tx, changed.id) : absl::OkStatus();
}

// Changes the state of what `request` names, in one transaction with the journal's entry. `change`
// makes the next state of the present one.
template <typename Request, typename Change>
absl::StatusOr<v1::Item> ChangeState(db::ConnectionPool& pool, const CallContext& call,
                                     const Request& request, const char* event,
                                     const Change& change) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", "items/{item}", request.name()));
  std::string reason;
  if constexpr (requires { request.reason(); }) {
    QINGQU_ASSIGN_OR_RETURN(reason, CheckReason(request.reason()));
  }
  return db::RunIdempotent<v1::Item>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Item> {
        QINGQU_ASSIGN_OR_RETURN(const Item present, LockItem(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckEtag(present.approval, request.etag(), request.name()));
        QINGQU_ASSIGN_OR_RETURN(const Item changed, change(present));
        if (present.approval.state == ApprovalState::kSuspended) {
          QINGQU_RETURN_IF_ERROR(CheckComesBack(tx, changed));
        }
        UpdateItemState(tx, changed, {.name = event, .reason = reason});
        if (changed.approval.state == ApprovalState::kWithdrawn) {
          RejectOpenChange(tx, call, id, reason);
        }
        return RecordItem(tx, call, id, event, reason);
      });
}

}  // namespace

absl::StatusOr<v1::Item> ItemHandlers::CreateItem(const CallContext& call,
                                                  const v1::CreateItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const Item item,
                          ProposeItem(DraftOf(request), call.principal.user_id, call.received_at));
  const char* event = request.draft() ? "item.drafted" : "item.proposed";
  return db::RunIdempotent<v1::Item>(*pool_, call, request,
                                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Item> {
                                       QINGQU_RETURN_IF_ERROR(CheckToldRegistration(tx, item));
                                       QINGQU_RETURN_IF_ERROR(InsertItem(tx, item, event));
                                       return RecordItem(tx, call, item.id, event);
                                     });
}

absl::StatusOr<v1::Item> ItemHandlers::SubmitItem(const CallContext& call,
                                                  const v1::SubmitItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "item.submitted", [&](const Item& present) {
    return catalog::SubmitItem(present, call.principal.user_id, call.received_at);
  });
}

absl::StatusOr<v1::Item> ItemHandlers::ReturnItem(const CallContext& call,
                                                  const v1::ReturnItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "item.returned", [&](const Item& present) {
    return catalog::ReturnItem(present, call.received_at);
  });
}

absl::StatusOr<v1::Item> ItemHandlers::WithdrawItem(const CallContext& call,
                                                    const v1::WithdrawItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "item.withdrawn", [&](const Item& present) {
    return catalog::WithdrawItem(present, call.received_at);
  });
}

absl::StatusOr<v1::Item> ItemHandlers::ApproveItem(const CallContext& call,
                                                   const v1::ApproveItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", "items/{item}", request.name()));
  return db::RunIdempotent<v1::Item>(*pool_, call, request, [&](pqxx::transaction_base& tx) {
    return ApproveItemIn(tx, call, id, request.etag());
  });
}

absl::StatusOr<v1::Item> ItemHandlers::SuspendItem(const CallContext& call,
                                                   const v1::SuspendItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "item.suspended", [&](const Item& present) {
    return catalog::SuspendItem(present, call.received_at);
  });
}

absl::StatusOr<v1::Item> ItemHandlers::ProposeItemReinstatement(
    const CallContext& call, const v1::ProposeItemReinstatementRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(
      *pool_, call, request, "item.reinstatement_proposed", [&](const Item& present) {
        return catalog::ProposeItemReinstatement(present, call.principal.user_id, call.received_at);
      });
}

absl::StatusOr<v1::Item> ItemHandlers::ReinstateItem(const CallContext& call,
                                                     const v1::ReinstateItemRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  return ChangeState(*pool_, call, request, "item.reinstated", [&](const Item& present) {
    return catalog::ReinstateItem(present, auth::ActorOf(call.principal), call.received_at);
  });
}

absl::StatusOr<v1::Item> ItemHandlers::GetItem(const CallContext& call,
                                               const v1::GetItemRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", "items/{item}", request.name()));
  if (request.has_as_of()) {
    QINGQU_ASSIGN_OR_RETURN(const absl::Time as_of, ParseInstant("as_of", request.as_of()));
    return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Item> {
      QINGQU_ASSIGN_OR_RETURN(const Item item, GetItemAsOf(tx, id, as_of));
      return ToProto(item);
    });
  }
  return db::RunTransaction(*pool_, call, {.snapshot_read = true},
                            [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Item> {
                              QINGQU_RETURN_IF_ERROR(catalog::GetItem(tx, id).status());
                              return ReadForAnswer(tx, id);
                            });
}

absl::StatusOr<v1::ListItemsResponse> ItemHandlers::ListItems(const CallContext& call,
                                                              const v1::ListItemsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto state, StateFilter(request.state()));
  QINGQU_RETURN_IF_ERROR(CheckNationalCodePrefix(request.national_code_prefix()));
  const std::string filter =
      fmt::format("items state={} national_code_prefix={}", static_cast<int>(request.state()),
                  request.national_code_prefix());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const ItemListOptions options{.after_id = key.empty() ? "" : key[0],
                                .state = state,
                                .national_code_prefix = request.national_code_prefix(),
                                .limit = page_size + 1};
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListItemsResponse> {
                       v1::ListItemsResponse response;
                       std::string last_id;
                       for (const Item& item : catalog::ListItems(tx, options)) {
                         if (response.items_size() == page_size) {
                           response.set_next_page_token(EncodePageToken({last_id}, filter));
                           break;
                         }
                         *response.add_items() = ToProto(item);
                         last_id = item.id;
                       }
                       return response;
                     });
}

absl::StatusOr<v1::BatchGetItemsResponse> ItemHandlers::BatchGetItems(
    const CallContext& call, const v1::BatchGetItemsRequest& request) {
  if (request.names_size() > kBatchMax) {
    return InvalidField("names", fmt::format("must be at most {}", kBatchMax));
  }
  FieldViolations violations;
  std::vector<std::string> ids;
  for (int index = 0; index < request.names_size(); ++index) {
    absl::StatusOr<std::string> id = ParseResourceId("items/{item}", request.names(index));
    violations.AddIfError(fmt::format("names[{}]", index), id.status());
    if (id.ok()) ids.push_back(*std::move(id));
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchGetItemsResponse> {
        QINGQU_ASSIGN_OR_RETURN(const std::vector<Item> items, catalog::BatchGetItems(tx, ids));
        v1::BatchGetItemsResponse response;
        for (const Item& item : items) *response.add_items() = ToProto(item);
        return response;
      });
}

absl::StatusOr<v1::LookupDeviceIdentifierResponse> ItemHandlers::LookupDeviceIdentifier(
    const CallContext& call, const v1::LookupDeviceIdentifierRequest& request) {
  FieldViolations violations;
  const std::string identifier = CheckParsed(
      "device_identifier", ParseDeviceIdentifier(request.device_identifier()), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::LookupDeviceIdentifierResponse> {
        QINGQU_ASSIGN_OR_RETURN(const FoundIdentifier found,
                                catalog::LookupDeviceIdentifier(tx, identifier));
        v1::LookupDeviceIdentifierResponse response;
        *response.mutable_item() = ToProto(found.item);
        response.set_base_units(found.base_units);
        return response;
      });
}

}  // namespace qingqu::catalog
