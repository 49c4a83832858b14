#include "services/distribution/ledger/posting.h"

#include <algorithm>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/ledger/movement_store.h"
#include "services/distribution/ledger/posting_journal.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kAttemptsMax = 8;

MovementWrite RowOf(const Outcome& outcome, const Book& book, const Plan& plan) {
  const StoredMovement& movement = outcome.movement;
  MovementWrite row{.movement_id = movement.movement_id,
                    .kind = movement.kind,
                    .quantity = movement.quantity,
                    .moved = movement.moved,
                    .held = movement.held,
                    .debit_after = movement.debit_after,
                    .credit_after = movement.credit_after,
                    .expiry_overridden = movement.expiry_overridden,
                    .actor_id = movement.actor_id,
                    .actor_for_id = movement.actor_for_id,
                    .alliance_id = outcome.alliance_id,
                    .from_location_id = movement.from_location_id,
                    .from_institution_id = outcome.from_institution_id,
                    .to_location_id = movement.to_location_id,
                    .to_institution_id = outcome.to_institution_id,
                    .from_department_id = outcome.from_department_id,
                    .to_department_id = outcome.to_department_id,
                    .document = movement.document,
                    .reason = movement.reason,
                    .linked_group = movement.linked_group,
                    .reservation_id = movement.reservation_id,
                    .original_id = movement.original_id,
                    .content_hash = movement.content_hash,
                    .refusal_json = movement.refusal_json};
  if (!outcome.status.ok()) return row;
  row.credit_account_id = book.accounts[*plan.credit].account_id;
  if (plan.debit.has_value()) row.debit_account_id = book.accounts[*plan.debit].account_id;
  if (movement.effective_at < movement.posted_at) row.effective_at = movement.effective_at;
  return row;
}

// One run of a batch inside of its transaction.
class Run {
 public:
  Run(pqxx::transaction_base& tx, const Clock& clock, AccountIds& known,
      const std::vector<PostingSlice>& slices)
      : tx_(tx), clock_(clock), known_(known), slices_(slices) {}

  absl::Status Post() {
    EnterLedger(tx_);
    for (const PostingSlice& slice : slices_) {
      for (const Command& command : slice.commands) commands_.push_back(&command);
    }
    const Facts facts = ReadFacts(tx_, commands_, book_);
    MakePlans(facts);
    const absl::Time changed_at =
        LockBook(tx_, facts, plans_, ToMicroseconds(clock_.Now()), known_, book_);
    posted_at_ = std::max(ToMicroseconds(clock_.Now()), changed_at);
    // A clock that is a little behind must not refuse what happens now, right after a month's end.
    for (const auto& [holder, closed_until] : facts.closed_until) {
      posted_at_ = std::max(posted_at_, closed_until);
    }
    Decide(facts);
    return Write();
  }

 private:
  void MakePlans(const Facts& facts) {
    Planner planner(facts, book_);
    plans_.reserve(commands_.size());
    for (const PostingSlice& slice : slices_) {
      for (const Command& command : slice.commands) {
        plans_.push_back(planner.Make(slice.call->principal, command));
      }
    }
  }

  void Decide(const Facts& facts) {
    Decider decider(facts, book_, posted_at_);
    size_t offset = 0;
    for (const PostingSlice& slice : slices_) {
      const auth::Actor actor = auth::ActorOf(slice.call->principal);
      for (size_t begin = 0; begin < slice.commands.size();) {
        const size_t end = GroupEnd(slice.commands, begin);
        if (slice.commands[begin].group.empty()) {
          slice.outcomes[begin] =
              decider.Decide(actor, slice.commands[begin], plans_[offset + begin]);
        } else {
          DecideGroup(decider, slice, offset, begin, end);
        }
        begin = end;
      }
      offset += slice.commands.size();
    }
  }

  static size_t GroupEnd(absl::Span<const Command> commands, size_t begin) {
    size_t end = begin + 1;
    while (end < commands.size() && commands[end].linked) ++end;
    return end;
  }

  void DecideGroup(Decider& decider, const PostingSlice& slice, size_t offset, size_t begin,
                   size_t end) {
    std::vector<const Command*> commands;
    std::vector<const Plan*> plans;
    for (size_t index = begin; index < end; ++index) {
      commands.push_back(&slice.commands[index]);
      plans.push_back(&plans_[offset + index]);
    }
    std::vector<Outcome> outcomes =
        decider.DecideGroup(auth::ActorOf(slice.call->principal), commands, plans);
    std::move(outcomes.begin(), outcomes.end(),
              slice.outcomes.begin() + static_cast<ptrdiff_t>(begin));
  }

  absl::Status Write() {
    PostingJournal entries;
    for (const PostingSlice& slice : slices_) entries.Add(slice);
    if (!entries.any()) return absl::OkStatus();
    entries.Append(tx_);
    QINGQU_RETURN_IF_ERROR(WriteNewOfBook(tx_, posted_at_, book_));
    WriteMovements();
    return WriteBalancesOfBook(tx_, posted_at_, book_);
  }

  void WriteMovements() {
    std::vector<MovementWrite> rows;
    db::ArrayBuilder originals;
    db::ArrayBuilder reversals;
    bool any_reversal = false;
    size_t index = 0;
    for (const PostingSlice& slice : slices_) {
      for (const Outcome& outcome : slice.outcomes) {
        const Plan& plan = plans_[index++];
        if (!outcome.written) continue;
        rows.push_back(RowOf(outcome, book_, plan));
        if (outcome.movement.original_id.empty() || !outcome.status.ok()) continue;
        originals.AddText(outcome.movement.original_id);
        reversals.AddText(outcome.movement.movement_id);
        any_reversal = true;
      }
    }
    InsertMovements(tx_, posted_at_, rows);
    if (any_reversal) {
      tx_.exec_prepared(queries::kInsertReversals.name, originals.Build(), reversals.Build());
    }
  }

  pqxx::transaction_base& tx_;
  const Clock& clock_;
  AccountIds& known_;
  const std::vector<PostingSlice>& slices_;
  std::vector<const Command*> commands_;
  std::vector<Plan> plans_;
  Book book_;
  absl::Time posted_at_;
};

// Somebody made the same thing meanwhile, or nobody knows whether the commit came through.
bool DecideAgain(const absl::Status& status) {
  constexpr std::string_view kUniqueViolation = "23505";
  if (absl::IsAborted(status) || ErrorReason(status) == "COMMIT_IN_DOUBT") return true;
  const ErrorMetadata details = ErrorDetails(status);
  const auto sqlstate = details.find("sqlstate");
  return sqlstate != details.end() && sqlstate->second == kUniqueViolation;
}

}  // namespace

absl::Status PostSlices(db::ConnectionPool& pool, const Clock& clock, AccountIds& known,
                        absl::Time deadline, const std::vector<PostingSlice>& slices) {
  // Several callers at once: what each may do is checked by the planner, and the journal names
  // each.
  CallContext lane{.principal = auth::SystemPrincipal("distribution"),
                   .method = "lane",
                   .client = "distribution",
                   .received_at = clock.Now(),
                   .deadline = deadline};
  absl::Status status;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    for (const PostingSlice& slice : slices) {
      std::fill(slice.outcomes.begin(), slice.outcomes.end(), Outcome{});
    }
    status = db::RunTransaction(
        pool, lane, db::TransactionOptions{.beyond_scope = true},
        [&](pqxx::transaction_base& tx) { return Run(tx, clock, known, slices).Post(); });
    if (status.ok() || !DecideAgain(status)) return status;
  }
  return status;
}

}  // namespace qingqu::distribution
