#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/distribution/ledger/book_store.h"
#include "services/distribution/ledger/command.h"
#include "services/distribution/ledger/decide.h"

namespace qingqu::distribution {

// Some of the commands of one call, with a place for what becomes of each.
struct PostingSlice {
  const CallContext* call = nullptr;
  absl::Span<const Command> commands;
  absl::Span<Outcome> outcomes;
};

// Decides the slices in order and commits all of it in one transaction; journals each slice as
// entries of its caller (posting_journal.h). Groups lie within a slice. When others got in the way
// (the same new lot or account, the same id in another process) or the commit is in doubt, all of
// it is decided again: ids make that safe. OK when every outcome is filled in; else nothing was
// posted, or, with COMMIT_IN_DOUBT, it may have been.
absl::Status PostSlices(db::ConnectionPool& pool, const Clock& clock, AccountIds& known,
                        absl::Time deadline, const std::vector<PostingSlice>& slices);

}  // namespace qingqu::distribution
