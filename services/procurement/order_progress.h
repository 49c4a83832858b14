#pragma once

#include "absl/status/statusor.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"

#include "common/db/connection_pool.h"
#include "common/db/follower.h"

namespace qingqu::procurement {

// Follows the receipts that distribution posts: adds what was received and rejected at the door to
// the order's lines and to its agreements, each receipt once, and completes the order.
//
// An entry that can never be applied (malformed, of an unknown order, more than despatched) must
// not hold up those behind it, nor be lost: it is kept in the table unapplied_entry with the
// problem, logged, and counted in qingqu_procurement_unapplied_entries_total.
class OrderProgress {
 public:
  // Both outlive it.
  OrderProgress(db::ConnectionPool* pool, prometheus::Registry* metrics);

  void Start() { follower_.Start(); }
  void Stop() { follower_.Stop(); }
  // Applies what there is now, up to one batch; how many entries.
  absl::StatusOr<int> ApplyOnce() { return follower_.ApplyOnce(); }

 private:
  absl::Status Apply(pqxx::transaction_base& tx, const CallContext& call,
                     const db::FollowedEntry& entry);
  absl::Status ApplyReceipt(pqxx::transaction_base& tx, const CallContext& call,
                            const db::FollowedEntry& entry);

  prometheus::Counter& unapplied_;
  db::JournalFollower follower_;
};

}  // namespace qingqu::procurement
