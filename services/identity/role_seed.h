#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/db/connection_pool.h"

namespace qingqu::identity {

// Brings into the table of roles what this version of the platform knows and the table does not:
// roles, permissions with the seed's grants (common/auth/role_grants.h), and the pairs that one
// person must not hold. What an administrator changed stays. A grant of the seed that would break a
// separation, because of such a change, is left out and said in the log. Any number of processes
// may do it at once.
absl::Status SeedRoles(db::ConnectionPool& pool, absl::Time now);

}  // namespace qingqu::identity
