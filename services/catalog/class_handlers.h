#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"

namespace qingqu::catalog {

// The rpcs on the class tree and its imports; their contract is in the proto. Thread-safe. `pool`
// outlives it.
class ClassHandlers {
 public:
  explicit ClassHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::ListClassesResponse> ListClasses(const CallContext& call,
                                                      const v1::ListClassesRequest& request);
  absl::StatusOr<v1::ClassStatistics> GetClassStatistics(
      const CallContext& call, const v1::GetClassStatisticsRequest& request);
  absl::StatusOr<v1::ClassImport> CreateClassImport(const CallContext& call,
                                                    const v1::CreateClassImportRequest& request);
  absl::StatusOr<v1::AppendClassRowsResponse> AppendClassRows(
      const CallContext& call, const v1::AppendClassRowsRequest& request);
  absl::StatusOr<v1::ClassImport> FinishClassImport(const CallContext& call,
                                                    const v1::FinishClassImportRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
