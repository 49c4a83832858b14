#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/usage/v1/usage_service.pb.h"
#include "services/usage/posting.h"

namespace qingqu::usage {

// The methods of UsageService without their transport; what each does stands in the proto.
// Thread-safe.
class UsageHandlers {
 public:
  // Both outlive the handlers.
  UsageHandlers(db::ConnectionPool* pool, Posting* posting) : pool_(pool), posting_(posting) {}

  absl::StatusOr<v1::Use> CreateUse(const CallContext& call, const v1::CreateUseRequest& request);
  absl::StatusOr<v1::Use> GetUse(const CallContext& call, const v1::GetUseRequest& request);
  absl::StatusOr<v1::ListUsesResponse> ListUses(const CallContext& call,
                                                const v1::ListUsesRequest& request);

 private:
  db::ConnectionPool* pool_;
  Posting* posting_;
};

}  // namespace qingqu::usage
