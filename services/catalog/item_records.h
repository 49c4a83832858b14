#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "qingqu/catalog/v1/catalog.pb.h"
#include "qingqu/catalog/v1/item_change.pb.h"
#include "services/catalog/item_change.h"
#include "services/catalog/item_store.h"

namespace qingqu::catalog {

// What is done to items, in the caller's transaction and with the journal's entry: for rpcs on one
// item and on many alike.

v1::ItemChange ToProto(const ItemChange& change);

// The item as it is, with the change that waits. The item is there.
v1::Item ReadForAnswer(pqxx::transaction_base& tx, std::string_view id);

// Appends what was done to the journal and answers as ReadForAnswer does.
v1::Item RecordItem(pqxx::transaction_base& tx, const CallContext& call, std::string_view id,
                    std::string_view event, std::string_view reason = "");

// As the rpcs of these names; `change_id` names what may come of it.
absl::StatusOr<v1::Item> ProposeItemChangeIn(pqxx::transaction_base& tx, const CallContext& call,
                                             const v1::ProposeItemChangeRequest& request,
                                             std::string_view change_id);
absl::StatusOr<v1::Item> ApproveItemIn(pqxx::transaction_base& tx, const CallContext& call,
                                       const std::string& id, std::string_view etag);
absl::StatusOr<v1::Item> ApproveItemChangeIn(pqxx::transaction_base& tx, const CallContext& call,
                                             const ItemChangeName& name, std::string_view etag);

// Ends a change without it: rejected by the caller, or taken back by who proposed it.
// NOT_FOUND CHANGE_NOT_FOUND, FAILED_PRECONDITION CHANGE_DECIDED, PERMISSION_DENIED NOT_THE_AUTHOR.
absl::StatusOr<v1::Item> EndItemChangeIn(pqxx::transaction_base& tx, const CallContext& call,
                                         const ItemChangeName& name, ItemChangeState state,
                                         const std::string& reason);

}  // namespace qingqu::catalog
