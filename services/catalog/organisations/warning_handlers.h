#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"

namespace qingqu::catalog {

// The rpc on what ends; its contract is in the proto. Thread-safe. `pool` outlives it.
class WarningHandlers {
 public:
  explicit WarningHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::ListExpiryWarningsResponse> ListExpiryWarnings(
      const CallContext& call, const v1::ListExpiryWarningsRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
