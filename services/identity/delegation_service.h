#pragma once

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"

namespace qingqu::identity {

// DelegationService on gRPC.
class DelegationFace {
 public:
  virtual ~DelegationFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  // Returns when the calls at hand are finished.
  virtual void Drain() = 0;
};

// `pool` and `clock` outlive the face.
std::unique_ptr<DelegationFace> MakeDelegationFace(std::unique_ptr<rpc::CallRunner> runner,
                                                   db::ConnectionPool* pool, const Clock* clock);

}  // namespace qingqu::identity
