#pragma once

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"

#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"
#include "services/distribution/ledger/lane.h"
#include "services/distribution/ledger/movement_stream.h"

namespace qingqu::distribution {

// The face of LedgerService with the lane behind it.
class LedgerFace {
 public:
  virtual ~LedgerFace() = default;
  virtual grpc::Service& grpc_service() = 0;
  virtual Lane& lane() = 0;
  // Refuses new calls and answers those accepted.
  virtual void Drain() = 0;
};

// `pool` and `clock` outlive the face.
std::unique_ptr<LedgerFace> MakeLedgerFace(std::unique_ptr<rpc::CallRunner> runner,
                                           db::ConnectionPool* pool, const Clock* clock,
                                           const MovementStreamLimits& limits = {});

}  // namespace qingqu::distribution
