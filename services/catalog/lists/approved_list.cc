#include "services/catalog/lists/approved_list.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/lists/list_errors.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kCounty = "county";

std::string UserName(std::string_view id) { return id.empty() ? "" : fmt::format("users/{}", id); }

v1::ApprovalState StateOf(const ApprovedList& list) {
  if (list.state == ApprovalState::kWithdrawn) return v1::APPROVAL_STATE_WITHDRAWN;
  return list.state == ApprovalState::kApproved ? v1::APPROVAL_STATE_APPROVED
                                                : v1::APPROVAL_STATE_PROPOSED;
}

absl::Status CheckListEtag(const ApprovedList& list, std::string_view etag) {
  const std::string present = fmt::format("{}", list.version);
  if (etag.empty() || etag == present) return absl::OkStatus();
  return EtagMismatch(ListName(list.id), present);
}

}  // namespace

std::string HolderName(const Holder& holder) {
  if (!holder.department_id.empty()) return fmt::format("departments/{}", holder.department_id);
  if (!holder.institution_id.empty()) return fmt::format("institutions/{}", holder.institution_id);
  if (!holder.alliance_id.empty()) return fmt::format("alliances/{}", holder.alliance_id);
  return std::string(kCounty);
}

absl::StatusOr<HolderReference> ParseHolder(std::string_view name) {
  if (name == kCounty) return HolderReference{};
  for (const char* collection : {"alliances", "institutions", "departments"}) {
    const absl::StatusOr<std::string> id =
        ParseResourceId(fmt::format("{}/{{id}}", collection), name);
    if (id.ok()) return HolderReference{.collection = collection, .id = *id};
  }
  return absl::InvalidArgumentError(
      "must be county, alliances/{alliance}, institutions/{institution} or "
      "departments/{department}");
}

std::string ListName(std::string_view id) { return fmt::format("approvedLists/{}", id); }

v1::ApprovedList ToProto(const ApprovedList& list) {
  v1::ApprovedList message;
  message.set_name(ListName(list.id));
  message.set_display_name(list.display_name);
  message.set_holder(HolderName(list.holder));
  message.set_start_date(list.start_date.ToString());
  if (list.end_date) message.set_end_date(list.end_date->ToString());
  message.set_state(StateOf(list));
  message.set_reason(list.reason);
  message.set_proposer(UserName(list.proposer_id));
  message.set_approver(UserName(list.approver_id));
  *message.mutable_create_time() = rpc::ToTimestamp(list.created_at);
  message.set_etag(fmt::format("{}", list.version));
  message.set_decision_reason(list.decision_reason);
  return message;
}

absl::StatusOr<ApprovedListDraft> ParseList(const v1::CreateApprovedListRequest& request,
                                            std::string_view proposer_id, absl::Time now) {
  const v1::ApprovedList& message = request.approved_list();
  FieldViolations violations;
  violations.AddIfError("approved_list_id", ValidateResourceId(request.approved_list_id()));
  ApprovedListDraft draft{
      .list = {.id = request.approved_list_id(),
               .display_name = CheckText("approved_list.display_name", message.display_name(),
                                         {1, 200}, violations),
               .start_date = BusinessDay(now),
               .reason = CheckText("approved_list.reason", message.reason(), {1, 500}, violations),
               .proposer_id = std::string(proposer_id),
               .created_at = now},
      .holder = CheckParsed("approved_list.holder", ParseHolder(message.holder()), violations)};
  if (!message.start_date().empty()) {
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(message.start_date());
    violations.AddIfError("approved_list.start_date", day.status());
    if (day.ok() && *day < draft.list.start_date) {
      violations.Add("approved_list.start_date", "has passed");
    }
    if (day.ok()) draft.list.start_date = *day;
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return draft;
}

absl::Status CheckProposingScope(const Holder& holder, const auth::Principal& principal) {
  if (!holder.institution_id.empty()) return absl::OkStatus();
  return auth::RequireAllianceScope(principal);
}

absl::Status CheckDecidingScope(const Holder& holder, const auth::Principal& principal) {
  if (holder.alliance_id.empty()) return auth::RequireCountyScope(principal);
  const bool of_one = !holder.institution_id.empty();
  if (of_one && principal.scope == auth::Scope::kInstitution) return absl::OkStatus();
  return auth::RequireAllianceScope(principal);
}

absl::Status CheckListApproval(const ApprovedList& list, const auth::Principal& approver,
                               std::string_view etag) {
  QINGQU_RETURN_IF_ERROR(CheckListEtag(list, etag));
  QINGQU_RETURN_IF_ERROR(CheckDecidingScope(list.holder, approver));
  if (list.state != ApprovalState::kProposed) return ListNotProposed(ListName(list.id));
  const auth::Actor proposer{.user_id = list.proposer_id, .on_behalf_of = list.proposer_for_id};
  if (auth::ShareAPerson(auth::ActorOf(approver), proposer)) return SamePerson(ListName(list.id));
  return absl::OkStatus();
}

absl::Status CheckListWithdrawal(const ApprovedList& list, const auth::Principal& proposer,
                                 std::string_view etag) {
  QINGQU_RETURN_IF_ERROR(CheckListEtag(list, etag));
  if (list.state != ApprovalState::kProposed) return ListNotProposed(ListName(list.id));
  return list.proposer_id == proposer.user_id ? absl::OkStatus() : NotProposer(ListName(list.id));
}

absl::Status CheckListStands(const ApprovedList& list, CivilDate day) {
  if (!list.end_date || *list.end_date >= std::max(day, list.start_date)) return absl::OkStatus();
  return ListEnded(ListName(list.id), *list.end_date);
}

v1::ApprovedListEntry ToProto(const ListEntry& entry) {
  v1::ApprovedListEntry message;
  message.set_item(fmt::format("items/{}", entry.item_id));
  message.set_start_date(entry.start_date.ToString());
  if (entry.end_date) message.set_end_date(entry.end_date->ToString());
  message.set_added_by(entry.added_by);
  message.set_removed_by(entry.removed_by);
  return message;
}

}  // namespace qingqu::catalog
