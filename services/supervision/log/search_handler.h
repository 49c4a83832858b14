#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "common/privacy/pseudonym.h"
#include "qingqu/supervision/v1/journal_service.pb.h"

namespace qingqu::supervision {

// The rpc SearchEntries of JournalService. Without a key nobody sees pseudonyms.
absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(db::ConnectionPool& pool,
                                                        const privacy::PseudonymKey* pseudonyms,
                                                        const CallContext& call,
                                                        const v1::SearchEntriesRequest& request);

}  // namespace qingqu::supervision
