#pragma once

#include <memory>

#include "common/rpc/service_host.h"
#include "services/catalog/catalog_face.h"

namespace qingqu::catalog {

// The gRPC face of the device database's records. `dependencies` outlive the face.
absl::StatusOr<std::unique_ptr<CatalogFace>> MakeDeviceRecordFace(
    const rpc::ServiceDependencies& dependencies);

}  // namespace qingqu::catalog
