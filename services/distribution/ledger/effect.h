#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/distribution/ledger/book.h"
#include "services/distribution/ledger/plan.h"

namespace qingqu::distribution {

// The balance by time of effect of an account that holds goods is never below zero, at any instant.
// What takes effect when it is posted changes nothing before, so only what takes goods away and
// took effect earlier has to be looked at: all that the account held from then on has to cover it.

// Whether something may take effect at an instant that is posted at `posted_at`:
// FAILED_PRECONDITION HISTORY_ARCHIVED, PERIOD_CLOSED, EFFECTIVE_TIME_TOO_OLD. What is refused
// stays refused later.
absl::Status CheckEffectiveTime(const Facts& facts, const Book& book, const Plan& plan,
                                absl::Time effective_at, absl::Time posted_at);

// Prepares the accounts of the book, as they were locked, that such a plan takes goods from: cuts
// their past at the times of effect of the batch and reads how little they held between them. Reads
// nothing where the account has not changed since the earliest of these times, nor for what
// CheckEffectiveTime refuses now; else one statement, which has two seconds.
void ReadEffectSpans(pqxx::transaction_base& tx, const Facts& facts, const std::vector<Plan>& plans,
                     absl::Time now, Book& book);

// One change of an account by `moved` (negative: goods left) at an instant.
struct EffectStep {
  absl::Time effective_at;
  int64_t moved = 0;
};

// The spans that begin at `cuts` (in order, no two the same) of an account that holds `on_hand` now
// and changed by `steps` (in order) since the first of them.
std::vector<EffectSpan> EffectSpansOf(const std::vector<absl::Time>& cuts, int64_t on_hand,
                                      const std::vector<EffectStep>& steps);

// The least that the account held at any instant from `since` on, which is one of its cuts, until
// the batch is posted at `posted_at`; from then on it holds `on_hand`.
int64_t LeastSince(const BookAccount& account, absl::Time since, absl::Time posted_at);

// Of a step that was decided and took effect at one of the cuts, or later than all of them: then
// it changes nothing but `on_hand`.
void MoveSpans(const EffectStep& step, BookAccount& account);

}  // namespace qingqu::distribution
