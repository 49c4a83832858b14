#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/supervision/v1/doctor_level.pb.h"

namespace qingqu::supervision {

// SupervisionService.ListDoctorLevelAccesses: the journal's entries question.people_asked and
// question.people_refused, as common/rpc/call_runner.cc writes them.
absl::StatusOr<v1::ListDoctorLevelAccessesResponse> ListAccesses(
    db::ConnectionPool& pool, const CallContext& call,
    const v1::ListDoctorLevelAccessesRequest& request);

}  // namespace qingqu::supervision
