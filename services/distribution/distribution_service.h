#pragma once

#include "common/rpc/service_host.h"

namespace qingqu::distribution {

// How a process hosts the distribution service.
rpc::ServiceSpec DistributionSpec();

}  // namespace qingqu::distribution
