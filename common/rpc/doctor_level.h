#pragma once

#include <string>

#include "absl/status/status.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"

namespace qingqu::rpc {

// How often what tells of patients and doctors may be asked for, by one user and by all users of
// one institution (the county's offices together count as one), in any hour, over all processes. A
// method counts for as many askings as its doctor_level says.
struct DoctorLevelLimits {
  int per_user = 300;
  int per_institution = 3000;
};

// INVALID_ARGUMENT PURPOSE_REQUIRED unless `purpose` has 5 to 200 characters and names nobody.
absl::Status CheckPurpose(const std::string& purpose);

// Counts `weight` askings of the call's user. RESOURCE_EXHAUSTED DOCTOR_LEVEL_LIMIT, with when to
// try again, and nothing is counted, when they are too many.
absl::Status CountDoctorLevel(db::ConnectionPool& pool, const CallContext& call, int weight,
                              const DoctorLevelLimits& limits);

}  // namespace qingqu::rpc
