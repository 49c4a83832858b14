#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"

namespace qingqu::catalog {

// The rpcs that import releases of national codes; their contract is in the proto.
// Thread-safe. `pool` outlives it.
class CodeImportHandlers {
 public:
  explicit CodeImportHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::CodeImport> CreateCodeImport(const CallContext& call,
                                                  const v1::CreateCodeImportRequest& request);
  absl::StatusOr<v1::AppendCodeRowsResponse> AppendSpecificationRows(
      const CallContext& call, const v1::AppendSpecificationRowsRequest& request);
  absl::StatusOr<v1::AppendCodeRowsResponse> AppendWithdrawnCodes(
      const CallContext& call, const v1::AppendWithdrawnCodesRequest& request);
  absl::StatusOr<v1::AppendCodeRowsResponse> AppendTranscodings(
      const CallContext& call, const v1::AppendTranscodingsRequest& request);
  absl::StatusOr<v1::CodeImport> FinishCodeImport(const CallContext& call,
                                                  const v1::FinishCodeImportRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
