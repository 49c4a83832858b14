#pragma once

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"

namespace qingqu::identity {

// RoleService on gRPC.
class RoleFace {
 public:
  virtual ~RoleFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  // Returns when the calls at hand are finished.
  virtual void Drain() = 0;
};

// `pool` outlives the face.
std::unique_ptr<RoleFace> MakeRoleFace(std::unique_ptr<rpc::CallRunner> runner,
                                       db::ConnectionPool* pool);

}  // namespace qingqu::identity
