#pragma once

#include <memory>

#include "common/db/connection_pool.h"
#include "common/rpc/call_runner.h"
#include "services/catalog/catalog_face.h"

namespace qingqu::catalog {

// OrganisationService on gRPC. `pool` outlives the face.
std::unique_ptr<CatalogFace> MakeOrganisationFace(std::unique_ptr<rpc::CallRunner> runner,
                                                  db::ConnectionPool* pool);

}  // namespace qingqu::catalog
