#include "common/db/response_purge.h"

#include <chrono>

#include "absl/time/clock.h"
#include "pqxx/transaction_base"
#include "spdlog/spdlog.h"

#include "common/db/transaction.h"
#include "common/status/status_macros.h"

namespace qingqu::db {
namespace {

constexpr absl::Duration kBatchDeadline = absl::Seconds(10);
// Between two batches, so that calls get the connections and the disk first.
constexpr absl::Duration kPause = absl::Milliseconds(20);

// A locked row keeps its place, so the places that the lock returned are those of the rows.
constexpr char kPurge[] =
    "DELETE FROM idempotency WHERE ctid = ANY (ARRAY("
    "SELECT ctid FROM idempotency WHERE created_at < to_timestamp($1)"
    " ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))";

}  // namespace

absl::StatusOr<int64_t> ResponsePurge::PurgeBatch() {
  CallContext call;
  call.principal = auth::SystemPrincipal(options_.service);
  call.method = "idempotency/purge";
  call.client = options_.service;
  call.deadline = absl::Now() + kBatchDeadline;
  const int64_t kept_since = absl::ToUnixSeconds(options_.clock->Now() - kResponsesKept);
  return RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<int64_t> {
    const pqxx::result purged = tx.exec_params(kPurge, kept_since, options_.batch_max);
    return static_cast<int64_t>(purged.affected_rows());
  });
}

absl::StatusOr<int64_t> ResponsePurge::PurgeOnce(const std::stop_token& stop) {
  int64_t total = 0;
  for (int batch = 0; batch < options_.batches_max && !stop.stop_requested(); ++batch) {
    if (batch > 0) absl::SleepFor(kPause);
    QINGQU_ASSIGN_OR_RETURN(const int64_t purged, PurgeBatch());
    total += purged;
    if (purged < options_.batch_max) break;
  }
  return total;
}

void ResponsePurge::Start() {
  loop_.Start([this](const std::stop_token& stop) {
    const absl::StatusOr<int64_t> purged = PurgeOnce(stop);
    if (!purged.ok()) {
      spdlog::warn("{}: old responses are not removed: {}", options_.service,
                   purged.status().ToString());
    } else if (*purged > 0) {
      spdlog::info("{}: removed {} old responses", options_.service, *purged);
    }
    return options_.interval;
  });
}

}  // namespace qingqu::db
