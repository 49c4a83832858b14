#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::supervision {

// The rpc SearchEntries of JournalService.
absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(db::ConnectionPool& pool,
                                                        const CallContext& call,
                                                        const v1::SearchEntriesRequest& request);

}  // namespace qingqu::supervision
