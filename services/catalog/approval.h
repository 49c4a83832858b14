#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"

namespace qingqu::catalog {

// The risk class of a device (管理类别). The values are those of the database.
enum class DeviceClass { kI = 1, kII = 2, kIII = 3 };

// Where a supplier or an item stands: one person proposes, another approves. An item may be a draft
// before, and is withdrawn for good in the end.
enum class ApprovalState { kProposed, kApproved, kSuspended, kDraft, kWithdrawn };

// "proposed", "approved", "suspended", "draft", "withdrawn": as in the database.
std::string_view ApprovalStateName(ApprovalState state);
// QINGQU_CHECKs that `name` is one of them.
ApprovalState ApprovalStateFromName(std::string_view name);

struct Approval {
  ApprovalState state = ApprovalState::kProposed;
  std::string proposer_id;
  std::string approver_id;  // empty while proposed
  // Who asked that it come back after it was suspended last, and who agreed; empty: nobody.
  std::string reinstatement_proposer_id;
  std::string reinstater_id;
  // For whom the two who proposed did it, when by a delegation; the database notes it by itself.
  std::string proposer_for_id;
  std::string reinstatement_proposer_for_id;
  absl::Time created_at;  // whole microseconds, as the database keeps them
  absl::Time updated_at;
  int64_t version = 1;
};

// Who proposed it, and who proposed that it come back.
auth::Actor Proposer(const Approval& approval);
auth::Actor ReinstatementProposer(const Approval& approval);

Approval NewApproval(std::string_view proposer_id, absl::Time now);
std::string Etag(const Approval& approval);

// ABORTED ETAG_MISMATCH when `etag` is set and not the present one.
absl::Status CheckEtag(const Approval& approval, std::string_view etag, std::string_view name);

// `approval` in its next state; the caller has checked that the change is allowed.
Approval Approved(const Approval& approval, std::string_view approver_id, absl::Time now);
Approval Suspended(const Approval& approval, absl::Time now);
// Between draft and proposed, before anybody approved it.
Approval Submitted(const Approval& approval, absl::Time now);
Approval Returned(const Approval& approval, absl::Time now);
Approval Withdrawn(const Approval& approval, absl::Time now);
// Where it stood, with something of it changed.
Approval Changed(const Approval& approval, absl::Time now);
Approval ReinstatementProposed(const Approval& approval, std::string_view proposer_id,
                               absl::Time now);
Approval Reinstated(const Approval& approval, std::string_view reinstater_id, absl::Time now);

// Whether it can be suspended: it is approved, or somebody asks that it come back, which this
// refuses.
bool MaySuspend(const Approval& approval);

}  // namespace qingqu::catalog
