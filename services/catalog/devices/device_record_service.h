#pragma once

#include <memory>

#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"
#include "services/catalog/catalog_face.h"

namespace qingqu::catalog {

// The gRPC face of the device database's records. `pool` outlives it.
std::unique_ptr<CatalogFace> MakeDeviceRecordFace(std::unique_ptr<rpc::CallRunner> runner,
                                                  db::ConnectionPool* pool);

}  // namespace qingqu::catalog
