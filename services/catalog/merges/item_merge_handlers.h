#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/item_merge_service.pb.h"
#include "services/catalog/item_search.h"

namespace qingqu::catalog {

// The rpcs of ItemMergeService; their contract is in the proto. Thread-safe. Both outlive it.
class ItemMergeHandlers {
 public:
  ItemMergeHandlers(db::ConnectionPool* pool, const ItemSearch* search)
      : pool_(pool), search_(search) {}

  absl::StatusOr<v1::FindDuplicatesResponse> FindDuplicates(
      const CallContext& call, const v1::FindDuplicatesRequest& request);
  absl::StatusOr<v1::ItemMerge> ProposeItemMerge(const CallContext& call,
                                                 const v1::ProposeItemMergeRequest& request);
  absl::StatusOr<v1::ItemMerge> ApproveItemMerge(const CallContext& call,
                                                 const v1::ApproveItemMergeRequest& request);
  absl::StatusOr<v1::ItemMerge> RejectItemMerge(const CallContext& call,
                                                const v1::RejectItemMergeRequest& request);
  absl::StatusOr<v1::ListItemMergesResponse> ListItemMerges(
      const CallContext& call, const v1::ListItemMergesRequest& request);

 private:
  db::ConnectionPool* const pool_;
  const ItemSearch* const search_;
};

}  // namespace qingqu::catalog
