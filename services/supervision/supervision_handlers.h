#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"

namespace qingqu::supervision {

// One method for each rpc of SupervisionService; see the proto for what they promise. Thread-safe.
class SupervisionHandlers {
 public:
  // Both outlive the handlers. Without a key nobody sees pseudonyms.
  SupervisionHandlers(db::ConnectionPool* pool, const privacy::PseudonymKey* pseudonyms)
      : pool_(pool), pseudonyms_(pseudonyms) {}

  absl::StatusOr<v1::TraceLotResponse> TraceLot(const CallContext& call,
                                                const v1::TraceLotRequest& request);
  absl::StatusOr<v1::ListEntriesResponse> ListEntries(const CallContext& call,
                                                      const v1::ListEntriesRequest& request);
  absl::StatusOr<v1::ListDoctorLevelAccessesResponse> ListDoctorLevelAccesses(
      const CallContext& call, const v1::ListDoctorLevelAccessesRequest& request);

 private:
  db::ConnectionPool* pool_;
  const privacy::PseudonymKey* pseudonyms_;
};

}  // namespace qingqu::supervision
