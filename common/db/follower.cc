#include "common/db/follower.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/db/array.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

constexpr absl::Duration kPauseMax = absl::Seconds(30);
// How often a waiting thread looks whether it should stop.
constexpr absl::Duration kStopCheckInterval = absl::Milliseconds(100);
constexpr absl::Duration kHeldUpInterval = absl::Milliseconds(20);
// Transactions without an event of ours that are read again at the next look, rather than noting
// at each look that they were read.
constexpr uint64_t kSkippedUnnotedMax = 100;

class WakeUp : public pqxx::notification_receiver {
 public:
  explicit WakeUp(pqxx::connection_base& connection)
      : notification_receiver(connection, "journal") {}
  void operator()(const std::string& /*payload*/, int /*backend*/) override {}
};

void MoveCursor(pqxx::transaction_base& tx, const std::string& consumer,
                const std::string& transaction_id, int64_t sequence) {
  tx.exec_params(
      "UPDATE journal_cursor SET transaction_id = $2::xid8, sequence = $3 WHERE consumer = $1",
      consumer, transaction_id, sequence);
}

// 0 when the horizon lies before the cursor, which it does when another process moved it on.
uint64_t TransactionsBetween(const pqxx::field& cursor, const std::string& horizon) {
  const auto from = cursor.as<uint64_t>();
  const auto to = std::stoull(horizon);
  return to > from ? to - from : 0;
}

CallContext FollowerCall(const JournalFollower::Options& options) {
  CallContext call;
  call.principal = auth::SystemPrincipal(options.service);
  call.method = "journal/" + options.consumer;
  call.client = options.service;
  return call;
}

}  // namespace

JournalFollower::JournalFollower(ConnectionPool* pool, Options options, Apply apply)
    : pool_(pool), options_(std::move(options)), apply_(std::move(apply)) {}

JournalFollower::~JournalFollower() { Stop(); }

void JournalFollower::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void JournalFollower::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

absl::StatusOr<int> JournalFollower::ApplyOnce() {
  QINGQU_ASSIGN_OR_RETURN(const Batch batch, ApplyBatch());
  return batch.applied;
}

absl::StatusOr<JournalFollower::Batch> JournalFollower::ApplyBatch() {
  CallContext call = FollowerCall(options_);
  call.deadline = absl::Now() + absl::Seconds(60);
  return RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Batch> {
    return ApplyIn(tx, call);
  });
}

absl::StatusOr<JournalFollower::Batch> JournalFollower::ApplyIn(pqxx::transaction_base& tx,
                                                                const CallContext& call) {
  const std::string events = TextArray(options_.events);
  tx.exec_params("SELECT journal.wake_on($1::text[])", events);
  tx.exec_params(
      "INSERT INTO journal_cursor (consumer, transaction_id, sequence) VALUES ($1, '0', 0) ON "
      "CONFLICT DO NOTHING",
      options_.consumer);
  const pqxx::row cursor = tx.exec_params1(
      "SELECT transaction_id, sequence FROM journal_cursor WHERE consumer = $1 FOR UPDATE",
      options_.consumer);
  // A statement of its own: what lies below the horizon is visible to every later statement.
  const auto horizon = tx.exec1("SELECT journal.horizon()")[0].as<std::string>();
  const pqxx::result entries = tx.exec_params(
      "SELECT transaction_id, sequence, event, resource, actor_user_id, details"
      " FROM journal.read_after($1::xid8, $2, $3::xid8, $4::text[], $5)",
      cursor[0].as<std::string>(), cursor[1].as<int64_t>(), horizon, events, options_.batch_max);
  for (const auto& row : entries) {
    QINGQU_RETURN_IF_ERROR(apply_(tx, call,
                                  {.sequence = row[1].as<int64_t>(),
                                   .event = row[2].as<std::string>(),
                                   .resource = row[3].as<std::string>(),
                                   .actor_user_id = row[4].as<std::string>(),
                                   .details_json = row[5].as<std::string>()}));
  }
  if (std::ssize(entries) == options_.batch_max) {
    const auto& last = entries.back();
    MoveCursor(tx, options_.consumer, last[0].as<std::string>(), last[1].as<int64_t>());
  } else if (!entries.empty() || TransactionsBetween(cursor[0], horizon) >= kSkippedUnnotedMax) {
    // Everything below the horizon was read, also what others wait for: not to be read again.
    MoveCursor(tx, options_.consumer, horizon, 0);
  }
  const pqxx::result beyond = tx.exec_params(
      "SELECT FROM journal.read_after($1::xid8, 0, '18446744073709551615', $2::text[], 1)", horizon,
      events);
  return Batch{.applied = static_cast<int>(entries.size()), .held_up = !beyond.empty()};
}

void JournalFollower::Run(const std::stop_token& stop) {
  absl::Duration pause = absl::Milliseconds(100);
  while (!stop.stop_requested()) {
    // Before looking, so that nothing comes unnoticed between the look and the wait.
    Listen();
    const absl::StatusOr<Batch> batch = ApplyBatch();
    if (!batch.ok()) {
      spdlog::warn("follower {} cannot apply: {}; trying again in {} ms", options_.consumer,
                   batch.status().ToString(), absl::ToInt64Milliseconds(pause));
      WaitForNotification(stop, pause);
      pause = std::min(pause * 2, kPauseMax);
      continue;
    }
    pause = absl::Milliseconds(100);
    if (batch->applied == options_.batch_max) continue;
    // The end of the transaction that holds them up is not notified.
    WaitForNotification(stop, batch->held_up ? std::min(kHeldUpInterval, options_.poll_interval)
                                             : options_.poll_interval);
  }
  wake_up_.reset();
  listener_.reset();
}

void JournalFollower::Listen() {
  if (wake_up_ != nullptr) return;
  try {
    listener_ = std::make_unique<pqxx::connection>(pool_->conninfo());
    wake_up_ = std::make_unique<WakeUp>(*listener_);
  } catch (const std::exception& failure) {
    wake_up_.reset();
    listener_.reset();
  }
}

void JournalFollower::WaitForNotification(const std::stop_token& stop, absl::Duration at_most) {
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(at_most);
  // The clock is read once a round: to poll(2), by which libpqxx waits, less than nothing is for
  // ever.
  for (absl::Duration left = at_most; left > absl::ZeroDuration() && !stop.stop_requested();
       left = absl::FromChrono(until - std::chrono::steady_clock::now())) {
    const absl::Duration wait = std::min(kStopCheckInterval, left);
    if (wake_up_ == nullptr) {
      absl::SleepFor(wait);
      continue;
    }
    try {
      const auto microseconds = static_cast<long>(absl::ToInt64Microseconds(wait));
      if (listener_->await_notification(0, microseconds) > 0) return;
    } catch (const std::exception& failure) {
      wake_up_.reset();
      listener_.reset();
      return;  // what came meanwhile was not heard
    }
  }
}

}  // namespace qingqu::db
