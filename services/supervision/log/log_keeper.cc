#include "services/supervision/log/log_keeper.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

constexpr int kCountMax = 1'000'000;
constexpr int kTilesAtOnce = 8;
constexpr absl::Duration kUpkeepTimeMax = absl::Seconds(60);
// After a failure, which is likely to be there again at once.
constexpr absl::Duration kPauseAfterFailure = absl::Seconds(2);

prometheus::Gauge* NewGauge(prometheus::Registry& registry, const char* name, const char* help) {
  return &prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

struct LogKeeper::Metrics {
  explicit Metrics(prometheus::Registry& registry)
      : size(NewGauge(registry, "qingqu_journal_sealed_entries",
                      "Entries of the journal that are sealed: the size of the log")),
        published(NewGauge(registry, "qingqu_journal_published_entries",
                           "Size of the log that the published checkpoint names")),
        unsealed(NewGauge(registry, "qingqu_journal_unsealed_entries",
                          "Entries of the journal that are not sealed yet (at most a million)")),
        oldest(NewGauge(registry, "qingqu_journal_unsealed_oldest_seconds",
                        "Age of the oldest entry that is not sealed yet")),
        lag(NewGauge(registry, "qingqu_journal_seal_lag_seconds",
                     "Age of the oldest entry of the last round when it was sealed")),
        failures(&prometheus::BuildCounter()
                      .Name("qingqu_journal_seal_failures_total")
                      .Help("Rounds of sealing or publishing that failed")
                      .Register(registry)
                      .Add({})) {}

  prometheus::Gauge* size;
  prometheus::Gauge* published;
  prometheus::Gauge* unsealed;
  prometheus::Gauge* oldest;
  prometheus::Gauge* lag;
  prometheus::Counter* failures;
};

LogKeeper::LogKeeper(db::ConnectionPool* pool, const Clock* clock, prometheus::Registry* metrics,
                     Options options)
    : pool_(pool),
      clock_(clock),
      options_(std::move(options)),
      metrics_(std::make_unique<Metrics>(*metrics)),
      sealer_(pool, clock, options_.sealer),
      publisher_(pool, clock, {.folder = options_.folder, .origin = options_.sealer.origin}),
      term_writer_(pool, clock) {}

LogKeeper::~LogKeeper() { Stop(); }

void LogKeeper::Start() {
  // Before the first round: what the folder shows may forbid sealing.
  halted_ = !options_.folder.empty();
  publishing_ = std::jthread([this](const std::stop_token& stop) { PublishAlways(stop); });
  sealing_ = std::jthread([this](const std::stop_token& stop) { SealAlways(stop); });
}

void LogKeeper::Stop() {
  for (std::jthread* thread : {&sealing_, &publishing_}) {
    if (!thread->joinable()) continue;
    thread->request_stop();
    thread->join();
  }
}

bool LogKeeper::Halted() const {
  const std::lock_guard lock(mutex_);
  return halted_;
}

void LogKeeper::Pause(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, absl::ToChronoNanoseconds(kPauseAfterFailure),
                    [] { return false; });
}

uint64_t LogKeeper::WaitForGrowth(uint64_t size, absl::Duration at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(at_most), [&] { return size_ > size; });
  return size_;
}

void LogKeeper::SealAlways(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool more = false;
    if (!Halted()) {
      const absl::StatusOr<Sealer::Round> round = sealer_.Seal();
      if (!round.ok()) {
        metrics_->failures->Increment();
        spdlog::error("the journal is not sealed: {}", round.status().ToString());
        Pause(stop);
        continue;
      }
      more = round->full;
      const bool sealed = round->sealed > 0;
      metrics_->lag->Set(sealed ? absl::ToDoubleSeconds(absl::Now() - round->oldest) : 0.0);
      const std::lock_guard lock(mutex_);
      size_ = std::max(size_, round->size);
      metrics_->size->Set(static_cast<double>(size_));
      if (sealed) changed_.notify_all();
    }
    if (more) continue;
    std::unique_lock lock(mutex_);
    const bool halted = halted_;
    changed_.wait_for(lock, stop, absl::ToChronoNanoseconds(options_.poll_every),
                      [&] { return halted != halted_; });
  }
}

void LogKeeper::PublishAlways(const std::stop_token& stop) {
  uint64_t published = 0;
  while (!stop.stop_requested()) {
    if (!options_.folder.empty()) {
      const absl::StatusOr<uint64_t> done = publisher_.Publish();
      {
        const std::lock_guard lock(mutex_);
        // Only a look that found nothing wrong lifts a halt; a disk that is full makes none.
        contradicted_ = absl::IsDataLoss(done.status()) || (contradicted_ && !done.ok());
        const bool halt = contradicted_ || (halted_ && !publisher_.past_holds());
        if (halt != halted_) changed_.notify_all();
        halted_ = halt;
      }
      if (!done.ok()) {
        metrics_->failures->Increment();
        spdlog::error("the journal is not published: {}", done.status().ToString());
        Pause(stop);
        continue;
      }
      published = *done;
      metrics_->published->Set(static_cast<double>(published));
    }
    CountAndThin();
    MergeSubjects();
    if (WriteTerms()) continue;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, absl::ToChronoNanoseconds(options_.merge_every),
                      [&] { return size_ > published && !options_.folder.empty(); });
  }
}

void LogKeeper::MergeSubjects() {
  const absl::Time now = absl::Now();
  if (now - merged_at_ < options_.merge_every) return;
  merged_at_ = now;
  const absl::Status merged =
      db::RunTransaction(*pool_, LogCall(*clock_, "journal/merge", kUpkeepTimeMax),
                         [](pqxx::transaction_base& tx) -> absl::Status {
                           tx.exec_prepared(queries::kMergeSubjects.name);
                           return absl::OkStatus();
                         });
  if (!merged.ok()) spdlog::warn("subjects are not merged: {}", merged.ToString());
}

// A few tiles at a time, so that publishing does not wait.
bool LogKeeper::WriteTerms() {
  const absl::StatusOr<int> written = term_writer_.Write(kTilesAtOnce);
  if (!written.ok()) spdlog::warn("entries are not made findable: {}", written.status().ToString());
  return written.ok() && *written == kTilesAtOnce;
}

absl::StatusOr<int64_t> LogKeeper::ThinCheckpoints() {
  const int64_t before = absl::ToUnixMicros(clock_->Now() - options_.keep_all);
  return db::RunTransaction(
      *pool_, LogCall(*clock_, "journal/thin", kUpkeepTimeMax),
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<int64_t> {
        return static_cast<int64_t>(
            tx.exec_prepared(queries::kThinLogCheckpoints.name, before).affected_rows());
      });
}

void LogKeeper::CountAndThin() {
  const absl::Time now = absl::Now();
  if (now - counted_at_ >= options_.count_every) {
    counted_at_ = now;
    const absl::Status counted = db::RunRead(
        *pool_, LogCall(*clock_, "journal/count", kUpkeepTimeMax),
        [this](pqxx::transaction_base& tx) -> absl::Status {
          const LogHead head = ReadLogHead(tx);
          const pqxx::row unsealed = tx.exec_prepared(
              queries::kCountUnsealed.name, head.transaction_id, head.sequence, kCountMax)[0];
          metrics_->unsealed->Set(unsealed["entries"].as<double>());
          metrics_->oldest->Set(unsealed["oldest_seconds"].as<double>());
          return absl::OkStatus();
        });
    if (!counted.ok()) spdlog::warn("what is not sealed is not counted: {}", counted.ToString());
  }
  if (now - thinned_at_ < options_.thin_every) return;
  thinned_at_ = now;
  const absl::Status thinned = ThinCheckpoints().status();
  if (!thinned.ok()) spdlog::warn("old checkpoints stay: {}", thinned.ToString());
}

}  // namespace qingqu::supervision
