#pragma once

#include "common/rpc/service_host.h"

namespace qingqu::identity {

// How a process hosts the identity service. Creating it makes the signing key, and the first user
// when a bootstrap password is given.
rpc::ServiceSpec IdentitySpec();

}  // namespace qingqu::identity
