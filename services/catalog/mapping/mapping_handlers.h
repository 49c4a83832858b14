#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/mapping_service.pb.h"

namespace qingqu::catalog {

// The rpcs on hospitals' own lists; their contract is in the proto. Thread-safe. `pool` outlives
// it.
class MappingHandlers {
 public:
  explicit MappingHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::UploadLocalRowsResponse> UploadLocalRows(
      const CallContext& call, const v1::UploadLocalRowsRequest& request);
  absl::StatusOr<v1::ListReviewQueueResponse> ListReviewQueue(
      const CallContext& call, const v1::ListReviewQueueRequest& request);
  absl::StatusOr<v1::DecideMappingsResponse> DecideMappings(
      const CallContext& call, const v1::DecideMappingsRequest& request);
  absl::StatusOr<v1::CompareAgainResponse> CompareAgain(const CallContext& call,
                                                        const v1::CompareAgainRequest& request);
  absl::StatusOr<v1::LocalCode> GetLocalCode(const CallContext& call,
                                             const v1::GetLocalCodeRequest& request);
  absl::StatusOr<v1::ListLocalRowVersionsResponse> ListLocalRowVersions(
      const CallContext& call, const v1::ListLocalRowVersionsRequest& request);
  absl::StatusOr<v1::ListMappingsResponse> ListMappings(const CallContext& call,
                                                        const v1::ListMappingsRequest& request);
  absl::StatusOr<v1::Mapping> LookupLocalCode(const CallContext& call,
                                              const v1::LookupLocalCodeRequest& request);
  absl::StatusOr<v1::BatchLookupLocalCodesResponse> BatchLookupLocalCodes(
      const CallContext& call, const v1::BatchLookupLocalCodesRequest& request);

 private:
  db::ConnectionPool* const pool_;
};

}  // namespace qingqu::catalog
