#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "services/catalog/item_search.h"

namespace qingqu::catalog {

// SearchItems; its contract is in the proto. Thread-safe. Both outlive it.
class SearchHandlers {
 public:
  SearchHandlers(db::ConnectionPool* pool, const ItemSearch* search)
      : pool_(pool), search_(search) {}

  absl::StatusOr<v1::SearchItemsResponse> SearchItems(const CallContext& call,
                                                      const v1::SearchItemsRequest& request);

 private:
  db::ConnectionPool* const pool_;
  const ItemSearch* const search_;
};

}  // namespace qingqu::catalog
