#pragma once

#include <vector>

#include "common/rpc/service_host.h"

namespace qingqu::testing {

// Every service of the platform, for a TestHost.
std::vector<rpc::ServiceSpec> AllSpecs();

}  // namespace qingqu::testing
