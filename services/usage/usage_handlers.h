#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "qingqu/usage/v1/usage_service.pb.h"
#include "services/usage/posting.h"

namespace qingqu::usage {

// The methods of UsageService without their transport; what each does stands in the proto. People
// are told as they are: what the caller may see of them is decided on the way out, by the runner.
// Thread-safe.
class UsageHandlers {
 public:
  // All outlive the handlers.
  UsageHandlers(db::ConnectionPool* pool, Posting* posting, const privacy::PseudonymKey* pseudonyms)
      : pool_(pool), posting_(posting), pseudonyms_(pseudonyms) {}

  absl::StatusOr<v1::Use> CreateUse(const CallContext& call, const v1::CreateUseRequest& request);
  absl::StatusOr<v1::Use> GetUse(const CallContext& call, const v1::GetUseRequest& request);
  absl::StatusOr<v1::ListUsesResponse> ListUses(const CallContext& call,
                                                const v1::ListUsesRequest& request);
  absl::StatusOr<v1::ResolvePseudonymResponse> ResolvePseudonym(
      const CallContext& call, const v1::ResolvePseudonymRequest& request);

 private:
  db::ConnectionPool* pool_;
  Posting* posting_;
  const privacy::PseudonymKey* pseudonyms_;
};

}  // namespace qingqu::usage
