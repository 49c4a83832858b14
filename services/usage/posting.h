#pragma once

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/base/background_loop.h"
#include "common/db/connection_pool.h"
#include "services/usage/stock_client.h"
#include "services/usage/use.h"

namespace qingqu::usage {

// How long one attempt may take, and how much longer nobody else may try.
inline constexpr absl::Duration kPostingDeadline = absl::Seconds(10);
inline constexpr absl::Duration kLeaseMargin = absl::Seconds(2);

// Finishes recorded uses: asks the stock ledger to consume, and writes down whether it did. See
// README, "Two services, one use".
class Posting {
 public:
  // Both outlive the object.
  Posting(db::ConnectionPool* pool, StockClient* stock) : pool_(pool), stock_(stock) {}
  ~Posting() { Stop(); }

  // Finishes a use on behalf of its recorder, when it is still pending. Returns the posted use; the
  // refusal, when the ledger refused now or earlier; UNAVAILABLE USE_IN_PROGRESS or
  // STOCK_UNAVAILABLE, when it is still open.
  absl::StatusOr<Use> Finish(const CallContext& call, const std::string& use_id);

  // Finishes, every few seconds, what callers did not wait for.
  void Start();
  void Stop() { loop_.Stop(); }
  // One round of that; how many were finished. Ends early when it is to stop.
  int FinishPending(absl::Duration older_than, const std::stop_token& stop = {});

 private:
  absl::StatusOr<Use> Post(const CallContext& call, const Use& use);
  absl::Status Refuse(const CallContext& call, const Use& use, const absl::Status& refusal);

  db::ConnectionPool* pool_;
  StockClient* stock_;
  BackgroundLoop loop_;
};

}  // namespace qingqu::usage
