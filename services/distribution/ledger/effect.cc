#include "services/distribution/ledger/effect.h"

#include <algorithm>
#include <map>
#include <set>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/db/array.h"
#include "services/distribution/ledger/refusals.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

using Cuts = std::map<size_t, std::set<absl::Time>>;  // by account

// Longer ago a movement takes effect only as what an account begins with: what is read to decide it
// has a bound, and everybody waits for it.
constexpr absl::Duration kEffectAgeMax = absl::Hours(24 * 31);
// Whoever else posts waits so long at most for the past of somebody's account.
constexpr std::string_view kReadTimeMax = "2s";

// Every time of effect in the batch of the accounts that are taken from in the past.
Cuts FindCuts(const std::vector<const Plan*>& plans, const Book& book) {
  Cuts cuts;
  for (const Plan* plan : plans) {
    if (!plan->credit.has_value() || !plan->debit.has_value()) continue;
    if (!book.accounts[*plan->credit].IsContra()) cuts.try_emplace(*plan->credit);
  }
  if (cuts.empty()) return cuts;
  for (const Plan* plan : plans) {
    for (const std::optional<size_t>& side : {plan->credit, plan->debit}) {
      const auto cut = side.has_value() ? cuts.find(*side) : cuts.end();
      if (cut != cuts.end()) cut->second.insert(*plan->effective_at);
    }
  }
  return cuts;
}

// By account. Of each span two changes stand for all: down to the least, and up to what was left.
std::map<int64_t, std::vector<EffectStep>> ReadSteps(pqxx::transaction_base& tx,
                                                     const db::ArrayBuilder& ids,
                                                     const db::ArrayBuilder& cuts,
                                                     absl::Time earliest) {
  const auto before =
      tx.exec_prepared1(queries::kLimitStatements.name, std::string(kReadTimeMax))[0]
          .as<std::string>();
  std::map<int64_t, std::vector<EffectStep>> steps;
  for (const auto& row : tx.exec_prepared(queries::kListEffectsSince.name, ids.Build(),
                                          cuts.Build(), InstantText(earliest))) {
    std::vector<EffectStep>& of_account = steps[row["account_id"].as<int64_t>()];
    const auto least = row["least"].as<int64_t>();
    of_account.push_back({.effective_at = InstantOf(row["first_us"]), .moved = least});
    of_account.push_back(
        {.effective_at = InstantOf(row["last_us"]), .moved = row["moved"].as<int64_t>() - least});
  }
  tx.exec_prepared1(queries::kLimitStatements.name, before);
  return steps;
}

}  // namespace

std::vector<EffectSpan> EffectSpansOf(const std::vector<absl::Time>& cuts, int64_t on_hand,
                                      const std::vector<EffectStep>& steps) {
  std::vector<EffectSpan> spans;
  spans.reserve(cuts.size());
  for (const absl::Time cut : cuts) spans.push_back({.from = cut});
  int64_t level = on_hand;
  auto step = steps.rbegin();
  for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
    span->least = level;
    for (; step != steps.rend() && step->effective_at > span->from; ++step) {
      level -= step->moved;
      span->least = std::min(span->least, level);
    }
    // What took effect at the very cut is in the span that it begins.
    for (; step != steps.rend() && step->effective_at == span->from; ++step) level -= step->moved;
  }
  return spans;
}

absl::Status CheckEffectiveTime(const Facts& facts, const Book& book, const Plan& plan,
                                absl::Time effective_at, absl::Time posted_at) {
  if (effective_at <= facts.archived_until) {
    return RuleBroken("HISTORY_ARCHIVED",
                      fmt::format("movements up to {} are in the archive; nothing takes effect "
                                  "before that any more",
                                  absl::FormatTime(facts.archived_until, absl::UTCTimeZone())),
                      "effective_time");
  }
  for (const std::string& holder : plan.holders) {
    const auto closed = facts.closed_until.find(holder);
    if (closed == facts.closed_until.end() || effective_at >= closed->second) continue;
    return RuleBroken("PERIOD_CLOSED",
                      fmt::format("the month of {} is closed for {}; nothing takes effect in it",
                                  BusinessDay(effective_at).ToString(), holder),
                      "effective_time");
  }
  if (posted_at - effective_at <= kEffectAgeMax) return absl::OkStatus();
  if (plan.opens && plan.debit.has_value()) {
    const BookAccount& account = book.accounts[*plan.debit];
    if (!account.changed && account.changed_at == absl::UnixEpoch()) return absl::OkStatus();
  }
  return RuleBroken("EFFECTIVE_TIME_TOO_OLD",
                    "nothing takes effect more than 31 days before it is posted, but what an "
                    "account begins with (OPENING_BALANCE)",
                    "effective_time");
}

void ReadEffectSpans(pqxx::transaction_base& tx, const Facts& facts, const std::vector<Plan>& plans,
                     absl::Time now, Book& book) {
  std::vector<const Plan*> late;
  for (const Plan& plan : plans) {
    if (!plan.effective_at.has_value() || !plan.status.ok()) continue;
    // It is posted now or later, and refused then, too.
    if (!CheckEffectiveTime(facts, book, plan, *plan.effective_at, now).ok()) continue;
    late.push_back(&plan);
  }
  Cuts cuts = FindCuts(late, book);
  db::ArrayBuilder ids;
  db::ArrayBuilder cuts_us;
  absl::Time earliest = absl::InfiniteFuture();
  for (auto& [index, times] : cuts) {
    const BookAccount& account = book.accounts[index];
    if (account.account_id == 0 || *times.begin() >= account.changed_at) continue;
    earliest = std::min(earliest, *times.begin());
    // What it has held since then it did not hold before.
    times.insert(account.changed_at);
    for (const absl::Time time : times) {
      ids.AddInteger(account.account_id);
      cuts_us.AddInteger(absl::ToUnixMicros(time));
    }
  }
  std::map<int64_t, std::vector<EffectStep>> steps;
  if (earliest != absl::InfiniteFuture()) steps = ReadSteps(tx, ids, cuts_us, earliest);
  for (const auto& [index, times] : cuts) {
    BookAccount& account = book.accounts[index];
    account.spans =
        EffectSpansOf({times.begin(), times.end()}, account.on_hand, steps[account.account_id]);
  }
}

int64_t LeastSince(const BookAccount& account, absl::Time since, absl::Time posted_at) {
  int64_t least = account.on_hand;
  for (const EffectSpan& span : account.spans) {
    if (span.from >= since && span.from < posted_at) least = std::min(least, span.least);
  }
  return least;
}

void MoveSpans(const EffectStep& step, BookAccount& account) {
  for (EffectSpan& span : account.spans) {
    if (span.from >= step.effective_at) span.least += step.moved;
  }
}

}  // namespace qingqu::distribution
