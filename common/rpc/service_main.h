#pragma once

#include <vector>

#include "common/rpc/service_host.h"

namespace qingqu::rpc {

// The main function of a process that hosts these services: flags, start, one line when it cannot,
// wait for SIGTERM or SIGINT, graceful stop.
int RunServiceMain(int argc, char** argv, const std::vector<ServiceSpec>& specs);

}  // namespace qingqu::rpc
