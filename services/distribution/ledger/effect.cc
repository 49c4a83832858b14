#include "services/distribution/ledger/effect.h"

#include <algorithm>
#include <map>
#include <set>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

using Cuts = std::map<size_t, std::set<absl::Time>>;  // by account

// Every time of effect in the batch of the accounts that are taken from in the past.
Cuts FindCuts(const std::vector<Plan>& plans, const Book& book) {
  Cuts cuts;
  for (const Plan& plan : plans) {
    if (!plan.effective_at.has_value() || !plan.credit.has_value() || !plan.debit.has_value()) {
      continue;
    }
    if (!book.accounts[*plan.credit].IsContra()) cuts.try_emplace(*plan.credit);
  }
  if (cuts.empty()) return cuts;
  for (const Plan& plan : plans) {
    if (!plan.effective_at.has_value()) continue;
    for (const std::optional<size_t>& side : {plan.credit, plan.debit}) {
      const auto cut = side.has_value() ? cuts.find(*side) : cuts.end();
      if (cut != cuts.end()) cut->second.insert(*plan.effective_at);
    }
  }
  return cuts;
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

void ReadEffectSpans(pqxx::transaction_base& tx, const std::vector<Plan>& plans, Book& book) {
  Cuts cuts = FindCuts(plans, book);
  db::ArrayBuilder ids;
  db::ArrayBuilder since;
  absl::Time earliest = absl::InfiniteFuture();
  for (auto& [index, times] : cuts) {
    const BookAccount& account = book.accounts[index];
    if (account.account_id == 0 || *times.begin() >= account.changed_at) continue;
    ids.AddInteger(account.account_id);
    since.AddInteger(absl::ToUnixMicros(*times.begin()));
    earliest = std::min(earliest, *times.begin());
    // What it has held since then it did not hold before.
    times.insert(account.changed_at);
  }
  std::map<int64_t, std::vector<EffectStep>> steps;
  if (earliest != absl::InfiniteFuture()) {
    for (const auto& row : tx.exec_prepared(queries::kListEffectsSince.name, ids.Build(),
                                            since.Build(), InstantText(earliest))) {
      steps[row[0].as<int64_t>()].push_back(
          {.effective_at = InstantOf(row[1]), .moved = row[2].as<int64_t>()});
    }
  }
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
