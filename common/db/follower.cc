#include "common/db/follower.h"

#include <algorithm>
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

class WakeUp : public pqxx::notification_receiver {
 public:
  explicit WakeUp(pqxx::connection_base& connection)
      : notification_receiver(connection, "journal") {}
  void operator()(const std::string& /*payload*/, int /*backend*/) override {}
};

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
  CallContext call = FollowerCall(options_);
  call.deadline = absl::Now() + absl::Seconds(60);
  return RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<int> {
    tx.exec_params("SELECT journal.wake_on($1::text[])", TextArray(options_.events));
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
        cursor[0].as<std::string>(), cursor[1].as<int64_t>(), horizon, TextArray(options_.events),
        options_.batch_max);
    for (const auto& row : entries) {
      QINGQU_RETURN_IF_ERROR(apply_(tx, call,
                                    {.sequence = row[1].as<int64_t>(),
                                     .event = row[2].as<std::string>(),
                                     .resource = row[3].as<std::string>(),
                                     .actor_user_id = row[4].as<std::string>(),
                                     .details_json = row[5].as<std::string>()}));
    }
    if (!entries.empty()) {
      const auto& last = entries.back();
      tx.exec_params(
          "UPDATE journal_cursor SET transaction_id = $2::xid8, sequence = $3 WHERE consumer = $1",
          options_.consumer, last[0].as<std::string>(), last[1].as<int64_t>());
    }
    return static_cast<int>(entries.size());
  });
}

void JournalFollower::Run(const std::stop_token& stop) {
  absl::Duration pause = absl::Milliseconds(100);
  while (!stop.stop_requested()) {
    const absl::StatusOr<int> applied = ApplyOnce();
    if (!applied.ok()) {
      spdlog::warn("follower {} cannot apply: {}; trying again in {} ms", options_.consumer,
                   applied.status().ToString(), absl::ToInt64Milliseconds(pause));
      WaitForNotification(stop, pause);
      pause = std::min(pause * 2, kPauseMax);
      continue;
    }
    pause = absl::Milliseconds(100);
    if (*applied == options_.batch_max) continue;
    WaitForNotification(stop, options_.poll_interval);
  }
  listener_.reset();
}

void JournalFollower::WaitForNotification(const std::stop_token& stop, absl::Duration at_most) {
  const absl::Time until = absl::Now() + at_most;
  try {
    if (listener_ == nullptr) listener_ = std::make_unique<pqxx::connection>(pool_->conninfo());
    const WakeUp wake_up(*listener_);
    while (!stop.stop_requested() && absl::Now() < until) {
      const auto wait = std::min(kStopCheckInterval, until - absl::Now());
      if (listener_->await_notification(0, static_cast<long>(absl::ToInt64Microseconds(wait))) > 0)
        return;
    }
  } catch (const std::exception& failure) {
    listener_.reset();
    while (!stop.stop_requested() && absl::Now() < until) {
      absl::SleepFor(std::min(kStopCheckInterval, until - absl::Now()));
    }
  }
}

}  // namespace qingqu::db
