#include "services/distribution/ledger/upkeep.h"

#include <chrono>
#include <future>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr absl::Duration kExpireTimeMax = absl::Seconds(20);
// A client's clock may be a day ahead, and an operator a quarter away.
constexpr absl::Duration kPartitionsAhead = absl::Hours(24 * 100);

void WarnUnlessOk(std::string_view what, const absl::Status& status) {
  if (!status.ok()) spdlog::warn("ledger: {}: {}", what, status.ToString());
}

}  // namespace

Upkeep::Upkeep(db::ConnectionPool* pool, const Clock* clock, Lane* lane, const Options& options)
    : pool_(pool), clock_(clock), lane_(lane), options_(options) {}

CallContext Upkeep::SystemCall(std::string method, absl::Duration time) const {
  return {.principal = auth::SystemPrincipal("distribution"),
          .method = std::move(method),
          .client = "distribution",
          .received_at = clock_->Now(),
          .deadline = absl::Now() + time};
}

absl::StatusOr<int> Upkeep::ExpireReservations() {
  const CallContext call = SystemCall("ledger/expire", kExpireTimeMax);
  // Behind each command the movement that nobody asked for.
  std::vector<v1::Movement> asked;
  auto job = std::make_unique<PostingJob>();
  job->call = call;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *pool_, call, db::TransactionOptions{.single_read = true, .beyond_scope = true},
      [&](pqxx::transaction_base& tx) {
        job->commands.clear();
        for (const auto& row :
             tx.exec_prepared(queries::kListExpiredReservations.name, InstantText(call.received_at),
                              options_.expire_max)) {
          const auto reservation_id = row["reservation_id"].as<std::string>();
          const Uuid movement_id =
              UuidV7FromText(InstantOf(row["expires_us"]), "expire/" + reservation_id);
          job->commands.push_back({.rule = &ExpireRule(),
                                   .movement_id = movement_id.ToString(),
                                   .condition = "available",
                                   .to_condition = "available",
                                   .reservation_id = reservation_id});
        }
        return absl::OkStatus();
      }));
  const int count = static_cast<int>(job->commands.size());
  if (count == 0) return 0;
  asked.resize(job->commands.size());
  for (size_t index = 0; index < asked.size(); ++index) {
    asked[index].set_kind(v1::MOVEMENT_KIND_EXPIRE);
    asked[index].set_reservation("reservations/" + job->commands[index].reservation_id);
    job->commands[index].asked = &asked[index];
  }
  std::promise<absl::Status> answered;
  job->done = [&](const absl::Status& status, const PostingJob& /*posted*/) {
    answered.set_value(status);
  };
  QINGQU_RETURN_IF_ERROR(lane_->Submit(std::move(job)));
  QINGQU_RETURN_IF_ERROR(answered.get_future().get());
  return count;
}

absl::Status Upkeep::MakePartitions() {
  const CallContext call = SystemCall("ledger/partitions", kExpireTimeMax);
  return db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) {
    tx.exec_prepared(queries::kEnsureMovementPartitions.name,
                     InstantText(call.received_at + kPartitionsAhead));
    return absl::OkStatus();
  });
}

void Upkeep::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Upkeep::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Upkeep::Run(const std::stop_token& stop) {
  absl::Time partitions_at = absl::Now();
  while (!stop.stop_requested()) {
    WarnUnlessOk("reservations do not expire", ExpireReservations().status());
    if (absl::Now() >= partitions_at) {
      WarnUnlessOk("no partitions are made", MakePartitions());
      partitions_at = absl::Now() + options_.partitions_every;
    }
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, absl::ToChronoNanoseconds(options_.expire_every),
                      [] { return false; });
  }
}

}  // namespace qingqu::distribution
