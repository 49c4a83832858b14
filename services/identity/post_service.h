#pragma once

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

#include "common/rpc/call_runner.h"
#include "services/identity/handler_dependencies.h"

namespace qingqu::identity {

// PostService on gRPC.
class PostFace {
 public:
  virtual ~PostFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  // Returns when the calls at hand are finished.
  virtual void Drain() = 0;
};

// What `dependencies` point to outlives the face.
std::unique_ptr<PostFace> MakePostFace(std::unique_ptr<rpc::CallRunner> runner,
                                       const HandlerDependencies& dependencies);

}  // namespace qingqu::identity
