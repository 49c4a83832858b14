#pragma once

#include "common/rpc/service_host.h"

namespace qingqu::usage {

rpc::ServiceSpec UsageSpec();

}  // namespace qingqu::usage
