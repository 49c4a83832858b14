#pragma once

#include <memory>

#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"
#include "services/catalog/catalog_face.h"
#include "services/catalog/item_search.h"

namespace qingqu::catalog {

// ItemMergeService on gRPC. Both outlive it.
std::unique_ptr<CatalogFace> MakeItemMergeFace(std::unique_ptr<rpc::CallRunner> runner,
                                               db::ConnectionPool* pool, const ItemSearch* search);

}  // namespace qingqu::catalog
