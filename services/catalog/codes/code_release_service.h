#pragma once

#include <memory>

#include "common/rpc/service_host.h"
#include "services/catalog/catalog_face.h"

namespace qingqu::catalog {

// The gRPC face of national codes. `dependencies` outlive the face.
absl::StatusOr<std::unique_ptr<CatalogFace>> MakeCodeReleaseFace(
    const rpc::ServiceDependencies& dependencies);

}  // namespace qingqu::catalog
