#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"

namespace qingqu::supervision {

// One method for each rpc of SupervisionService; see the proto for what they promise. Thread-safe.
class SupervisionHandlers {
 public:
  // `pool` outlives the handlers.
  explicit SupervisionHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::TraceLotResponse> TraceLot(const CallContext& call,
                                                const v1::TraceLotRequest& request);
  absl::StatusOr<v1::ListEntriesResponse> ListEntries(const CallContext& call,
                                                      const v1::ListEntriesRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::supervision
