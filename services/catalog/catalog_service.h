#pragma once

#include "common/rpc/service_host.h"

namespace qingqu::catalog {

// The catalogue as a process hosts it.
rpc::ServiceSpec CatalogSpec();

}  // namespace qingqu::catalog
