#pragma once

#include "common/rpc/service_host.h"

namespace qingqu::supervision {

// How a process hosts the supervision service.
rpc::ServiceSpec SupervisionSpec();

}  // namespace qingqu::supervision
