#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::supervision {

// PERMISSION_DENIED COUNTY_ONLY unless the caller sees everything.
absl::Status CheckSeesCounty(const CallContext& call);

// One method for each unary rpc of JournalService; see the proto for what they promise.
// Thread-safe.
class JournalHandlers {
 public:
  // `pool` outlives the handlers.
  explicit JournalHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Checkpoint> GetCheckpoint(const CallContext& call,
                                               const v1::GetCheckpointRequest& request);
  absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
      const CallContext& call, const v1::GetInclusionProofRequest& request);
  absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
      const CallContext& call, const v1::GetConsistencyProofRequest& request);
  absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(const CallContext& call,
                                                          const v1::SearchEntriesRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::supervision
