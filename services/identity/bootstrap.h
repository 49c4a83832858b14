#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/db/connection_pool.h"
#include "services/identity/password_hasher.h"

namespace qingqu::identity {

inline constexpr std::string_view kFirstUserId = "admin";

// Makes the user `admin`, a bureau administrator, when there are no users at all; otherwise changes
// nothing, whoever else starts at the same time. The password is the first line of the file.
// FAILED_PRECONDITION BOOTSTRAP_PASSWORD_UNUSABLE when it cannot be read or is too weak.
absl::Status CreateFirstUser(db::ConnectionPool& pool, PasswordHasher& hasher,
                             const std::string& password_file, absl::Time now);

}  // namespace qingqu::identity
