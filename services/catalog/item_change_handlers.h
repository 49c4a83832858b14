#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/catalog.pb.h"
#include "qingqu/catalog/v1/item_change.pb.h"

namespace qingqu::catalog {

// The rpcs that change items and ask how they were; their contract is in the proto. Thread-safe.
// `pool` outlives it.
class ItemChangeHandlers {
 public:
  explicit ItemChangeHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Item> ProposeItemChange(const CallContext& call,
                                             const v1::ProposeItemChangeRequest& request);
  absl::StatusOr<v1::Item> ApproveItemChange(const CallContext& call,
                                             const v1::ApproveItemChangeRequest& request);
  absl::StatusOr<v1::Item> RejectItemChange(const CallContext& call,
                                            const v1::RejectItemChangeRequest& request);
  absl::StatusOr<v1::Item> WithdrawItemChange(const CallContext& call,
                                              const v1::WithdrawItemChangeRequest& request);
  absl::StatusOr<v1::ListItemChangesResponse> ListItemChanges(
      const CallContext& call, const v1::ListItemChangesRequest& request);
  absl::StatusOr<v1::ListItemVersionsResponse> ListItemVersions(
      const CallContext& call, const v1::ListItemVersionsRequest& request);
  absl::StatusOr<v1::BatchUpdateItemsResponse> BatchUpdateItems(
      const CallContext& call, const v1::BatchUpdateItemsRequest& request);
  absl::StatusOr<v1::BatchApproveItemsResponse> BatchApproveItems(
      const CallContext& call, const v1::BatchApproveItemsRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
