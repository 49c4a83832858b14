#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/call_context.h"
#include "common/base/civil_date.h"
#include "qingqu/catalog/v1/approved_list_service.pb.h"

namespace qingqu::catalog {

enum class ListChangeState { kProposed, kApproved, kRejected, kWithdrawn };

// "proposed", "approved", "rejected", "withdrawn": as in the database.
std::string_view ListChangeStateName(ListChangeState state);
// QINGQU_CHECKs that `name` is one of them.
ListChangeState ListChangeStateFromName(std::string_view name);
// INVALID_ARGUMENT when it is no known state; none when it is not set.
absl::StatusOr<std::optional<ListChangeState>> ListChangeStateFilter(v1::ListChangeState state);

struct ListChange {
  std::string id;
  std::string list_id;
  CivilDate start_date;
  std::vector<std::string> additions;  // ids of items
  std::vector<std::string> removals;
  bool ends_list = false;
  std::string reason;
  ListChangeState state = ListChangeState::kProposed;
  std::string proposer_id;
  std::string proposer_for_id;
  std::string decider_id;
  std::string decision_reason;
  absl::Time created_at;
  std::optional<absl::Time> decided_at;
};

std::string ListChangeName(std::string_view id);
v1::ListChange ToProto(const ListChange& change);

// INVALID_ARGUMENT with every violation: no item or more than 1,000, one twice, an end of the list
// with items besides, a day that has passed.
absl::StatusOr<ListChange> ParseChange(const CallContext& call,
                                       const v1::ProposeListChangeRequest& request);

// What the database knows of an item of a change.
struct ListLineFacts {
  bool known = false;       // there is such an item
  bool stays = false;       // it is on the list, without an end
  bool ends_later = false;  // it is on the list on the change's day or later, but not for ever
};
// `facts` of the additions and then of the removals. Every line that cannot be, under the name of
// its field: NOT_FOUND ITEM_NOT_FOUND, FAILED_PRECONDITION ITEM_ALREADY_LISTED or ITEM_NOT_LISTED.
absl::Status CheckLines(const ListChange& change, const std::vector<ListLineFacts>& facts);

// FAILED_PRECONDITION LIST_CHANGE_NOT_PROPOSED, PERMISSION_DENIED SAME_PERSON: who may approve or
// reject it.
absl::Status CheckDecision(const ListChange& change, const auth::Actor& decider);
// FAILED_PRECONDITION LIST_CHANGE_NOT_PROPOSED, PERMISSION_DENIED NOT_PROPOSER.
absl::Status CheckWithdrawal(const ListChange& change, std::string_view user_id);

}  // namespace qingqu::catalog
