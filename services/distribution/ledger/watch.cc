#include "services/distribution/ledger/watch.h"

#include <chrono>
#include <set>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/db/transaction.h"
#include "services/distribution/ledger/faults.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr absl::Duration kPostersTimeMax = absl::Seconds(30);
constexpr absl::Duration kPollEvery = absl::Milliseconds(20);
constexpr absl::Duration kCancelEvery = absl::Milliseconds(100);

prometheus::Gauge* FindingsGauge(prometheus::Registry& metrics) {
  return &prometheus::BuildGauge()
              .Name("qingqu_ledger_findings")
              .Help("What the last check of the stock ledger found wrong; -1: it failed")
              .Register(metrics)
              .Add({});
}

absl::Status Stopped() { return absl::CancelledError("the watch was stopped"); }

std::set<std::string> ListPosters(pqxx::transaction_base& tx) {
  std::set<std::string> posters;
  for (const auto& row : tx.exec_prepared(queries::kListPosters.name)) {
    posters.insert(row["poster"].as<std::string>());
  }
  return posters;
}

}  // namespace

struct LedgerWatch::State {
  WatchMark mark;
  absl::Time proved_at = absl::UnixEpoch();
  absl::Time checked_at = absl::UnixEpoch();
  int finding_count = 0;
};

LedgerWatch::LedgerWatch(db::ConnectionPool* pool, const Clock* clock,
                         prometheus::Registry* metrics, const Options& options)
    : pool_(pool), clock_(clock), findings_(FindingsGauge(*metrics)), options_(options) {}

std::optional<LedgerWatch::State> LedgerWatch::ReadState(pqxx::transaction_base& tx) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadWatch.name);
  if (rows.empty()) return std::nullopt;
  const pqxx::row row = rows[0];
  return State{.mark = {.posting_number = row["posting_number"].as<int64_t>(),
                        .walked_at = InstantOf(row["walked_us"])},
               .proved_at = InstantOf(row["proved_us"]),
               .checked_at = InstantOf(row["checked_us"]),
               .finding_count = row["finding_count"].as<int>()};
}

bool LedgerWatch::Goes() const {
  const std::lock_guard lock(mutex_);
  return !stopping_;
}

// Who has a number that is not committed yet is among those who post now. Nobody is kept waiting.
bool LedgerWatch::WaitForPosters(pqxx::transaction_base& tx) {
  std::set<std::string> waited_for = ListPosters(tx);
  const absl::Time end = absl::Now() + kPostersTimeMax;
  while (!waited_for.empty()) {
    if (absl::Now() > end || !Goes()) return false;
    absl::SleepFor(kPollEvery);
    const std::set<std::string> posters = ListPosters(tx);
    std::erase_if(waited_for, [&](const std::string& one) { return !posters.contains(one); });
  }
  return true;
}

absl::StatusOr<std::optional<int>> LedgerWatch::CheckIn(pqxx::transaction_base& tx,
                                                        absl::Time now) {
  const bool alone = tx.exec_prepared(queries::kBeginWatch.name)[0]["alone"].as<bool>();
  const std::optional<State> last = ReadState(tx);
  if (!alone || (last.has_value() && last->checked_at + options_.every / 2 > now)) {
    return last.has_value() ? std::optional(last->finding_count) : std::nullopt;
  }
  State state = last.value_or(State{});
  const WatchMark next{.posting_number = ReadLastNumber(tx), .walked_at = now};
  const bool settled = WaitForPosters(tx);
  if (!Goes()) return Stopped();
  AllowLongStatements(tx, options_.time_max);
  const bool prove = state.proved_at + options_.prove_every <= now || state.finding_count > 0;
  const std::vector<std::string> faults = prove
                                              ? FindLedgerFaults(tx, now, [this] { return Goes(); })
                                              : FindFreshFaults(tx, now, state.mark);
  if (!Goes()) return Stopped();
  for (const std::string& fault : faults) spdlog::error("the stock ledger is wrong: {}", fault);
  state.finding_count = static_cast<int>(faults.size());
  if (faults.empty() && settled) state.mark = next;
  if (faults.empty() && prove) state.proved_at = now;
  tx.exec_prepared(queries::kKeepWatch.name, state.mark.posting_number,
                   InstantText(state.mark.walked_at), InstantText(state.proved_at),
                   InstantText(now), state.finding_count);
  return std::optional(state.finding_count);
}

absl::StatusOr<std::optional<int>> LedgerWatch::Check() {
  const CallContext call{.principal = auth::SystemPrincipal("distribution"),
                         .method = "ledger/watch",
                         .client = "distribution",
                         .received_at = clock_->Now(),
                         .deadline = absl::Now() + options_.time_max};
  const absl::StatusOr<std::optional<int>> found =
      db::RunTransaction(*pool_, call, db::TransactionOptions{.beyond_scope = true},
                         [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::optional<int>> {
                           {
                             const std::lock_guard lock(mutex_);
                             if (stopping_) return Stopped();
                             running_ = &tx.conn();
                           }
                           const absl::Cleanup end = [this] {
                             const std::lock_guard lock(mutex_);
                             running_ = nullptr;
                             changed_.notify_all();
                           };
                           return CheckIn(tx, call.received_at);
                         });
  if (!found.ok()) {
    if (Goes()) findings_->Set(-1);
    return found.status();
  }
  if (found->has_value()) findings_->Set(static_cast<double>(**found));
  return found;
}

void LedgerWatch::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

// A statement may begin after it was cancelled, so it is cancelled until the round has ended.
void LedgerWatch::Stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    while (running_ != nullptr) {
      const absl::Status cancelled = db::CancelStatement(*running_);
      if (!cancelled.ok()) spdlog::warn("ledger: the watch goes on: {}", cancelled.ToString());
      changed_.wait_for(lock, absl::ToChronoNanoseconds(kCancelEvery));
    }
  }
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void LedgerWatch::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const absl::Status checked = Check().status();
    if (!checked.ok() && Goes()) {
      spdlog::warn("ledger: it is not watched: {}", checked.ToString());
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, absl::ToChronoNanoseconds(options_.every),
                      [this] { return stopping_; });
  }
}

}  // namespace qingqu::distribution
