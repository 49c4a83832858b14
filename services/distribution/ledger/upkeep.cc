#include "services/distribution/ledger/upkeep.h"

#include <array>
#include <chrono>
#include <future>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/base/uuid.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
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

std::string ExpiryId(const std::string& reservation_id, absl::Time expires_at, absl::Time now) {
  const int64_t hour = absl::ToInt64Hours(now - absl::UnixEpoch());
  std::array<uint8_t, 16> bytes =
      UuidV7FromText(expires_at, fmt::format("expire/{}/{}", reservation_id, hour)).bytes();
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | 0x80);
  return Uuid::FromBytes(bytes).ToString();
}

Upkeep::Upkeep(db::ConnectionPool* pool, const Clock* clock, Lane* lane,
               prometheus::Registry* metrics, const Options& options)
    : pool_(pool),
      clock_(clock),
      lane_(lane),
      failures_(&prometheus::BuildCounter()
                     .Name("qingqu_ledger_expiry_failures_total")
                     .Help("How often a reservation whose time is over could not be let go of")
                     .Register(*metrics)
                     .Add({})),
      options_(options) {}

CallContext Upkeep::SystemCall(std::string method, absl::Duration time) const {
  return {.principal = auth::SystemPrincipal("distribution"),
          .method = std::move(method),
          .client = "distribution",
          .received_at = clock_->Now(),
          .deadline = absl::Now() + time};
}

struct Upkeep::Overdue {
  std::string reservation_id;
  absl::Time expires_at;
};

absl::StatusOr<std::vector<Upkeep::Overdue>> Upkeep::ListOverdue(const CallContext& call,
                                                                 Overdue& after) {
  std::vector<Overdue> overdue;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *pool_, call, db::TransactionOptions{.single_read = true, .beyond_scope = true},
      [&](pqxx::transaction_base& tx) {
        overdue.clear();
        for (const auto& row : tx.exec_prepared(
                 queries::kListExpiredReservations.name, InstantText(call.received_at),
                 InstantText(after.expires_at), after.reservation_id, options_.expire_max)) {
          overdue.push_back({.reservation_id = row["reservation_id"].as<std::string>(),
                             .expires_at = InstantOf(row["expires_us"])});
        }
        return absl::OkStatus();
      }));
  if (!overdue.empty()) after = overdue.back();
  return overdue;
}

absl::StatusOr<int> Upkeep::Expire(const CallContext& call,
                                   const std::vector<Overdue>& reservations) {
  // Behind each command the movement that nobody asked for.
  std::vector<v1::Movement> asked(reservations.size());
  auto job = std::make_unique<PostingJob>();
  job->call = call;
  for (size_t index = 0; index < asked.size(); ++index) {
    const auto& [reservation_id, expires_at] = reservations[index];
    asked[index].set_kind(v1::MOVEMENT_KIND_EXPIRE);
    asked[index].set_reservation("reservations/" + reservation_id);
    job->commands.push_back({.asked = &asked[index],
                             .rule = &ExpireRule(),
                             .movement_id = ExpiryId(reservation_id, expires_at, call.received_at),
                             .condition = "available",
                             .to_condition = "available",
                             .reservation_id = reservation_id});
  }
  int expired = 0;
  bool told = false;
  std::promise<absl::Status> answered;
  job->done = [&](const absl::Status& status, const PostingJob& posted) {
    for (size_t index = 0; status.ok() && index < posted.outcomes.size(); ++index) {
      const absl::Status& outcome = posted.outcomes[index].status;
      if (outcome.ok()) {
        ++expired;
        continue;
      }
      // Somebody else was faster.
      if (ErrorReason(outcome) == "RESERVATION_CLOSED") continue;
      failures_->Increment();
      if (std::exchange(told, true)) continue;
      WarnUnlessOk(fmt::format("{} does not expire", asked[index].reservation()), outcome);
    }
    answered.set_value(status);
  };
  QINGQU_RETURN_IF_ERROR(lane_->Submit(std::move(job)));
  QINGQU_RETURN_IF_ERROR(answered.get_future().get());
  return expired;
}

absl::StatusOr<int> Upkeep::ExpireReservations() {
  const CallContext call = SystemCall("ledger/expire", kExpireTimeMax);
  Overdue after{.reservation_id = Uuid().ToString(), .expires_at = absl::UnixEpoch()};
  int expired = 0;
  for (;;) {
    QINGQU_ASSIGN_OR_RETURN(const std::vector<Overdue> overdue, ListOverdue(call, after));
    if (overdue.empty()) return expired;
    const absl::StatusOr<int> done = Expire(call, overdue);
    if (done.ok()) {
      expired += *done;
    } else if (absl::IsUnavailable(done.status()) || absl::Now() >= call.deadline) {
      return done.status();
    } else {
      failures_->Increment(static_cast<double>(overdue.size()));
      WarnUnlessOk(fmt::format("{} reservations do not expire, from reservations/{} on",
                               overdue.size(), overdue.front().reservation_id),
                   done.status());
    }
  }
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
  loop_.Start([this, partitions_at = absl::InfinitePast()](const std::stop_token&) mutable {
    WarnUnlessOk("reservations do not expire", ExpireReservations().status());
    if (absl::Now() >= partitions_at) {
      WarnUnlessOk("no partitions are made", MakePartitions());
      partitions_at = absl::Now() + options_.partitions_every;
    }
    return options_.expire_every;
  });
}

}  // namespace qingqu::distribution
