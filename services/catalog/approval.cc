#include "services/catalog/approval.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/check.h"
#include "services/catalog/errors.h"

namespace qingqu::catalog {
namespace {

absl::Time WholeMicroseconds(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

Approval Next(const Approval& approval, ApprovalState state, absl::Time now) {
  Approval next = approval;
  next.state = state;
  // Calls may reach the row in another order than they came; versions follow each other in time.
  next.updated_at = std::max(approval.updated_at, WholeMicroseconds(now));
  ++next.version;
  return next;
}

Approval WithoutReinstatement(const Approval& approval, ApprovalState state, absl::Time now) {
  Approval next = Next(approval, state, now);
  next.reinstatement_proposer_id.clear();
  next.reinstatement_proposer_for_id.clear();
  next.reinstater_id.clear();
  return next;
}

}  // namespace

std::string_view ApprovalStateName(ApprovalState state) {
  switch (state) {
    case ApprovalState::kProposed:
      return "proposed";
    case ApprovalState::kApproved:
      return "approved";
    case ApprovalState::kSuspended:
      return "suspended";
    case ApprovalState::kDraft:
      return "draft";
    case ApprovalState::kWithdrawn:
      return "withdrawn";
  }
  return "";
}

ApprovalState ApprovalStateFromName(std::string_view name) {
  if (name == "proposed") return ApprovalState::kProposed;
  if (name == "approved") return ApprovalState::kApproved;
  if (name == "draft") return ApprovalState::kDraft;
  if (name == "withdrawn") return ApprovalState::kWithdrawn;
  QINGQU_CHECK(name == "suspended");
  return ApprovalState::kSuspended;
}

auth::Actor Proposer(const Approval& approval) {
  return {.user_id = approval.proposer_id, .on_behalf_of = approval.proposer_for_id};
}

auth::Actor ReinstatementProposer(const Approval& approval) {
  return {.user_id = approval.reinstatement_proposer_id,
          .on_behalf_of = approval.reinstatement_proposer_for_id};
}

Approval NewApproval(std::string_view proposer_id, absl::Time now) {
  return {.proposer_id = std::string(proposer_id),
          .created_at = WholeMicroseconds(now),
          .updated_at = WholeMicroseconds(now)};
}

std::string Etag(const Approval& approval) { return fmt::format("{}", approval.version); }

absl::Status CheckEtag(const Approval& approval, std::string_view etag, std::string_view name) {
  if (etag.empty() || etag == Etag(approval)) return absl::OkStatus();
  return EtagMismatch(name, Etag(approval));
}

Approval Approved(const Approval& approval, std::string_view approver_id, absl::Time now) {
  Approval next = Next(approval, ApprovalState::kApproved, now);
  next.approver_id = approver_id;
  return next;
}

Approval Suspended(const Approval& approval, absl::Time now) {
  return WithoutReinstatement(approval, ApprovalState::kSuspended, now);
}

Approval Submitted(const Approval& approval, absl::Time now) {
  return Next(approval, ApprovalState::kProposed, now);
}

Approval Returned(const Approval& approval, absl::Time now) {
  return Next(approval, ApprovalState::kDraft, now);
}

Approval Withdrawn(const Approval& approval, absl::Time now) {
  return WithoutReinstatement(approval, ApprovalState::kWithdrawn, now);
}

Approval Changed(const Approval& approval, absl::Time now) {
  return Next(approval, approval.state, now);
}

Approval ReinstatementProposed(const Approval& approval, std::string_view proposer_id,
                               absl::Time now) {
  Approval next = Next(approval, ApprovalState::kSuspended, now);
  next.reinstatement_proposer_id = proposer_id;
  return next;
}

Approval Reinstated(const Approval& approval, std::string_view reinstater_id, absl::Time now) {
  Approval next = Next(approval, ApprovalState::kApproved, now);
  next.reinstater_id = reinstater_id;
  return next;
}

bool MaySuspend(const Approval& approval) {
  return approval.state == ApprovalState::kApproved ||
         (approval.state == ApprovalState::kSuspended &&
          !approval.reinstatement_proposer_id.empty());
}

}  // namespace qingqu::catalog
