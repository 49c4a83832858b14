#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "qingqu/identity/v1/delegation_service.pb.h"

namespace qingqu::identity {

// One method for each rpc of DelegationService; see the proto for what they promise. Thread-safe.
class DelegationHandlers {
 public:
  // `pool` and `clock` outlive the handlers.
  DelegationHandlers(db::ConnectionPool* pool, const Clock* clock) : pool_(pool), clock_(clock) {}

  absl::StatusOr<v1::Delegation> CreateDelegation(const CallContext& call,
                                                  const v1::CreateDelegationRequest& request);
  absl::StatusOr<v1::Delegation> RevokeDelegation(const CallContext& call,
                                                  const v1::RevokeDelegationRequest& request);
  absl::StatusOr<v1::Delegation> EndDelegation(const CallContext& call,
                                               const v1::EndDelegationRequest& request);
  absl::StatusOr<v1::Delegation> GetDelegation(const CallContext& call,
                                               const v1::GetDelegationRequest& request);
  absl::StatusOr<v1::ListDelegationsResponse> ListDelegations(
      const CallContext& call, const v1::ListDelegationsRequest& request);
  absl::StatusOr<v1::ListDelegationsResponse> ListOwnDelegations(
      const CallContext& call, const v1::ListOwnDelegationsRequest& request);

 private:
  db::ConnectionPool* const pool_;
  const Clock* const clock_;
};

}  // namespace qingqu::identity
