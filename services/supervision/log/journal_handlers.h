#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::supervision {

// PERMISSION_DENIED COUNTY_ONLY unless the caller sees everything.
absl::Status CheckSeesCounty(const CallContext& call);

// One method for each unary rpc of JournalService; see the proto for what they promise.
// Thread-safe.
class JournalHandlers {
 public:
  // Both outlive the handlers. Without a key nobody sees pseudonyms.
  JournalHandlers(db::ConnectionPool* pool, const privacy::PseudonymKey* pseudonyms)
      : pool_(pool), pseudonyms_(pseudonyms) {}

  absl::StatusOr<v1::Checkpoint> GetCheckpoint(const CallContext& call,
                                               const v1::GetCheckpointRequest& request);
  absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
      const CallContext& call, const v1::GetInclusionProofRequest& request);
  absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
      const CallContext& call, const v1::GetConsistencyProofRequest& request);
  absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(const CallContext& call,
                                                          const v1::SearchEntriesRequest& request);
  absl::StatusOr<v1::LogRow> OpenEntry(const CallContext& call,
                                       const v1::OpenEntryRequest& request);

 private:
  db::ConnectionPool* pool_;
  const privacy::PseudonymKey* pseudonyms_;
};

}  // namespace qingqu::supervision
