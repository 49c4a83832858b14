#pragma once

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

#include "common/rpc/call_runner.h"
#include "services/identity/credential_handlers.h"

namespace qingqu::identity {

// CredentialService on gRPC.
class CredentialFace {
 public:
  virtual ~CredentialFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  // Refuses new calls and returns when those accepted are finished.
  virtual void Drain() = 0;
};

std::unique_ptr<CredentialFace> MakeCredentialFace(
    std::unique_ptr<rpc::CallRunner> runner, const CredentialHandlers::Dependencies& dependencies);

}  // namespace qingqu::identity
