#pragma once

#include <memory>

#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"
#include "services/catalog/catalog_face.h"

namespace qingqu::catalog {

// The gRPC face of national codes. `pool` outlives it.
std::unique_ptr<CatalogFace> MakeCodeReleaseFace(std::unique_ptr<rpc::CallRunner> runner,
                                                 db::ConnectionPool* pool);

}  // namespace qingqu::catalog
