#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "qingqu/catalog/v1/approved_list_service.pb.h"
#include "services/catalog/approval.h"

namespace qingqu::catalog {

// To whom a list belongs: a department with its institution and alliance, an institution with its
// alliance, an alliance, or with all empty the county.
struct Holder {
  std::string alliance_id;
  std::string institution_id;
  std::string department_id;
};

// "county", "alliances/{alliance}", "institutions/{institution}" or "departments/{department}".
std::string HolderName(const Holder& holder);

// The two parts of such a name: "alliances", "east"; of the county's both empty.
struct HolderReference {
  std::string collection;
  std::string id;
};
// INVALID_ARGUMENT.
absl::StatusOr<HolderReference> ParseHolder(std::string_view name);

struct ApprovedList {
  std::string id;
  std::string display_name;
  Holder holder;
  CivilDate start_date;
  std::optional<CivilDate> end_date;
  ApprovalState state = ApprovalState::kProposed;
  std::string reason;
  std::string proposer_id;
  std::string proposer_for_id;
  std::string approver_id;
  absl::Time created_at;
  int64_t version = 1;
  std::string decision_reason;  // of one that was refused or taken back
};

std::string ListName(std::string_view id);
v1::ApprovedList ToProto(const ApprovedList& list);

struct ApprovedListDraft {
  ApprovedList list;  // its holder is to be looked up
  HolderReference holder;
};
// INVALID_ARGUMENT with every violation.
absl::StatusOr<ApprovedListDraft> ParseList(const v1::CreateApprovedListRequest& request,
                                            std::string_view proposer_id, absl::Time now);

// OK when `principal` acts for as many as the list binds. A list of the county is proposed for an
// alliance at least and decided by the county. PERMISSION_DENIED SCOPE_TOO_NARROW.
absl::Status CheckProposingScope(const Holder& holder, const auth::Principal& principal);
absl::Status CheckDecidingScope(const Holder& holder, const auth::Principal& principal);

// Who may approve or refuse it: FAILED_PRECONDITION LIST_NOT_PROPOSED, PERMISSION_DENIED
// SAME_PERSON or SCOPE_TOO_NARROW, ABORTED ETAG_MISMATCH.
absl::Status CheckListApproval(const ApprovedList& list, const auth::Principal& approver,
                               std::string_view etag);

// The same, but by who proposed it: FAILED_PRECONDITION LIST_NOT_PROPOSED, PERMISSION_DENIED
// NOT_PROPOSER, ABORTED ETAG_MISMATCH.
absl::Status CheckListWithdrawal(const ApprovedList& list, const auth::Principal& proposer,
                                 std::string_view etag);

// FAILED_PRECONDITION LIST_ENDED when the list governs nobody on `day` and later.
absl::Status CheckListStands(const ApprovedList& list, CivilDate day);

struct ListEntry {
  std::string item_id;
  CivilDate start_date;
  std::optional<CivilDate> end_date;
  std::string added_by;
  std::string removed_by;
};
v1::ApprovedListEntry ToProto(const ListEntry& entry);

}  // namespace qingqu::catalog
