#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/item_import_service.pb.h"

namespace qingqu::catalog {

// The rpcs of ItemImportService; their contract is in the proto. Thread-safe. `pool` outlives it.
class ItemImportHandlers {
 public:
  explicit ItemImportHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::ItemImport> CreateItemImport(const CallContext& call,
                                                  const v1::CreateItemImportRequest& request);
  absl::StatusOr<v1::AppendItemRowsResponse> AppendItemRows(
      const CallContext& call, const v1::AppendItemRowsRequest& request);
  absl::StatusOr<v1::ItemImport> FinishItemImport(const CallContext& call,
                                                  const v1::FinishItemImportRequest& request);

 private:
  db::ConnectionPool* const pool_;
};

}  // namespace qingqu::catalog
