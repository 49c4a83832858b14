#pragma once

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

#include "common/rpc/service_host.h"
#include "services/supervision/log/log_keeper.h"

namespace qingqu::supervision {

// The gRPC face of the sealed journal.
class JournalFace {
 public:
  virtual ~JournalFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  // Ends streams, and returns when the calls at hand are finished.
  virtual void Drain() = 0;
};

// All outlive the face.
absl::StatusOr<std::unique_ptr<JournalFace>> MakeJournalFace(
    const rpc::ServiceDependencies& dependencies, LogKeeper* keeper);

}  // namespace qingqu::supervision
