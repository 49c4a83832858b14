#pragma once

#include "grpcpp/impl/codegen/service_type.h"

namespace qingqu::catalog {

// One gRPC service of the catalogue's process, with what runs its calls.
class CatalogFace {
 public:
  virtual ~CatalogFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  // Returns when the calls at hand are finished.
  virtual void Drain() = 0;
};

}  // namespace qingqu::catalog
