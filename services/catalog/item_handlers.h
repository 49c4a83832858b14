#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"

namespace qingqu::catalog {

// The rpcs on items; their contract is in the proto. Thread-safe. `pool` outlives it.
class ItemHandlers {
 public:
  explicit ItemHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Item> CreateItem(const CallContext& call,
                                      const v1::CreateItemRequest& request);
  absl::StatusOr<v1::Item> SubmitItem(const CallContext& call,
                                      const v1::SubmitItemRequest& request);
  absl::StatusOr<v1::Item> ReturnItem(const CallContext& call,
                                      const v1::ReturnItemRequest& request);
  absl::StatusOr<v1::Item> WithdrawItem(const CallContext& call,
                                        const v1::WithdrawItemRequest& request);
  absl::StatusOr<v1::Item> ApproveItem(const CallContext& call,
                                       const v1::ApproveItemRequest& request);
  absl::StatusOr<v1::Item> SuspendItem(const CallContext& call,
                                       const v1::SuspendItemRequest& request);
  absl::StatusOr<v1::Item> ProposeItemReinstatement(
      const CallContext& call, const v1::ProposeItemReinstatementRequest& request);
  absl::StatusOr<v1::Item> ReinstateItem(const CallContext& call,
                                         const v1::ReinstateItemRequest& request);
  absl::StatusOr<v1::Item> GetItem(const CallContext& call, const v1::GetItemRequest& request);
  absl::StatusOr<v1::ListItemsResponse> ListItems(const CallContext& call,
                                                  const v1::ListItemsRequest& request);

  absl::StatusOr<v1::BatchGetItemsResponse> BatchGetItems(const CallContext& call,
                                                          const v1::BatchGetItemsRequest& request);
  absl::StatusOr<v1::LookupDeviceIdentifierResponse> LookupDeviceIdentifier(
      const CallContext& call, const v1::LookupDeviceIdentifierRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
