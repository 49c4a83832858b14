#include "services/usage/posting.h"

#include <algorithm>

#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/usage/convert.h"
#include "services/usage/errors.h"
#include "services/usage/use_store.h"

namespace qingqu::usage {
namespace {

constexpr absl::Duration kRoundInterval = absl::Seconds(3);
constexpr absl::Duration kCallerWaits = absl::Seconds(15);
constexpr int kRoundMax = 100;

// The ledger's answer leaves it open whether the goods were taken.
bool IsOpen(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kUnimplemented:
    // Something went out under the use's name or the request's id: that is no refusal of the goods.
    case absl::StatusCode::kAlreadyExists:
      return true;
    default:
      return false;
  }
}

absl::Status RefusalStatus(const Refusal& refusal) {
  return rpc::FromGrpcStatus(
      {static_cast<grpc::StatusCode>(refusal.code), refusal.message, refusal.details});
}

// With the scope of the institution also for who sees one department: what is used up is booked
// against an account of the whole institution.
auth::Principal RecorderOf(const Use& use) {
  return {.user_id = use.recorder_id,
          .institution_id = use.institution_id,
          .alliance_id = use.alliance_id,
          .scope = auth::Scope::kInstitution,
          .roles = use.recorder_roles,
          .on_behalf_of = use.recorder_for_id,
          .delegation_id = use.delegation_id};
}

}  // namespace

absl::StatusOr<Use> Posting::Finish(const CallContext& call, const std::string& use_id) {
  bool leased = false;
  QINGQU_ASSIGN_OR_RETURN(
      Use use,
      db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Use> {
        leased = TakeLease(tx, use_id, kPostingDeadline + kLeaseMargin);
        return ReadUse(tx, use_id);
      }));
  if (use.state == UseState::kPosted) return use;
  if (use.refusal.has_value()) return RefusalStatus(*use.refusal);
  if (!leased) return UseInProgress();
  const absl::Time deadline = std::min(call.deadline, absl::Now() + kPostingDeadline);
  const absl::Status consumed = stock_->Consume(RecorderOf(use), use, call.traceparent, deadline);
  if (consumed.ok()) return Post(call, use);
  if (!IsOpen(consumed)) {
    QINGQU_RETURN_IF_ERROR(Refuse(call, use, consumed));
    return consumed;
  }
  spdlog::warn("use {} stays open: {}", use_id, consumed.ToString());
  // After a timeout the ledger may still be at it: the lease is left to run out.
  if (!absl::IsDeadlineExceeded(consumed)) {
    QINGQU_RETURN_IF_ERROR(db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) {
      ReleaseLease(tx, use_id);
      return absl::OkStatus();
    }));
  }
  return StockUnavailable(consumed);
}

absl::StatusOr<Use> Posting::Post(const CallContext& call, const Use& use) {
  return db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<Use> {
    if (MarkPosted(tx, use.use_id)) {
      db::AppendJournal(tx, call, MakeJournalEntry("use.posted", use));
    }
    return ReadUse(tx, use.use_id);
  });
}

absl::Status Posting::Refuse(const CallContext& call, const Use& use, const absl::Status& refusal) {
  return db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) {
    const Refusal kept{.code = refusal.code(),
                       .reason = ErrorReason(refusal),
                       .message = std::string(ToStd(refusal.message())),
                       .details = rpc::ToGrpcStatus(refusal).error_details()};
    if (MarkRefused(tx, use.use_id, kept)) {
      db::JournalEntry entry = MakeJournalEntry("use.refused", use);
      entry.reason = kept.reason;
      db::AppendJournal(tx, call, entry);
    }
    return absl::OkStatus();
  });
}

int Posting::FinishPending(absl::Duration older_than, const std::stop_token& stop) {
  CallContext call;
  call.principal = auth::SystemPrincipal("usage");
  call.method = "usage/finish_pending";
  call.client = "usage";
  const absl::StatusOr<std::vector<std::string>> pending = db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<std::string>> {
        return ListPending(tx, older_than, kRoundMax);
      });
  if (!pending.ok()) return 0;
  int finished = 0;
  for (const std::string& use_id : *pending) {
    if (stop.stop_requested()) break;
    call.deadline = absl::Now() + kPostingDeadline;
    const absl::Status status = Finish(call, use_id).status();
    if (!IsOpen(status)) ++finished;
  }
  return finished;
}

void Posting::Start() {
  loop_.Start([this](const std::stop_token& stop) {
    FinishPending(kCallerWaits, stop);
    return kRoundInterval;
  });
}

}  // namespace qingqu::usage
