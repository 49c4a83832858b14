#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/notification"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"

namespace qingqu::db {

// An entry as a follower gets it.
struct FollowedEntry {
  int64_t sequence = 0;
  std::string event;
  std::string resource;
  std::string actor_user_id;
  std::string details_json;
};

// Follows the journal: applies entries of certain events in commit-safe order, each exactly once.
// The cursor lies in the service's own schema and moves in the transaction in which the entries
// take effect; its row lock lets one process at a time apply. An entry that cannot be applied is
// tried again, with growing pauses, and holds up those behind it: nothing is skipped.
class JournalFollower {
 public:
  struct Options {
    std::string consumer;             // unique in the schema: "order_progress"
    std::string service;              // who acts: "procurement"
    std::vector<std::string> events;  // "receipt.posted"
    int batch_max = 200;
    absl::Duration poll_interval = absl::Seconds(1);  // when no notification arrives
  };
  using Apply = std::function<absl::Status(pqxx::transaction_base&, const CallContext&,
                                           const FollowedEntry&)>;

  // `pool` outlives the follower.
  JournalFollower(ConnectionPool* pool, Options options, Apply apply);
  ~JournalFollower();

  void Start();
  // Returns after the batch at hand.
  void Stop();

  // Applies what there is now, up to one batch; how many entries. For Start's thread and for tests.
  absl::StatusOr<int> ApplyOnce();

 private:
  struct Batch {
    int applied = 0;
    // There are entries behind a transaction that is not finished yet.
    bool held_up = false;
  };

  void Run(const std::stop_token& stop);
  absl::StatusOr<Batch> ApplyBatch();
  absl::StatusOr<Batch> ApplyIn(pqxx::transaction_base& tx, const CallContext& call);
  // What notifies from now on is not missed by the next WaitForNotification.
  void Listen();
  void WaitForNotification(const std::stop_token& stop, absl::Duration at_most);

  ConnectionPool* pool_;
  Options options_;
  Apply apply_;
  std::unique_ptr<pqxx::connection> listener_;
  std::unique_ptr<pqxx::notification_receiver> wake_up_;  // listens while it lives
  std::jthread thread_;
};

}  // namespace qingqu::db
