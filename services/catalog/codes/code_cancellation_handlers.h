#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"

namespace qingqu::catalog {

// The rpcs by which two people cancel a release of national codes; their contract is in the proto.
// Thread-safe. `pool` outlives it.
class CodeCancellationHandlers {
 public:
  explicit CodeCancellationHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::CodeRelease> ProposeCodeReleaseCancellation(
      const CallContext& call, const v1::ProposeCodeReleaseCancellationRequest& request);
  absl::StatusOr<v1::CodeRelease> ApproveCodeReleaseCancellation(
      const CallContext& call, const v1::ApproveCodeReleaseCancellationRequest& request);
  absl::StatusOr<v1::CodeRelease> RejectCodeReleaseCancellation(
      const CallContext& call, const v1::RejectCodeReleaseCancellationRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
