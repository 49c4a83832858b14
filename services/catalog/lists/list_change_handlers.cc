#include <algorithm>
#include <string>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/lists/approved_list_handlers.h"
#include "services/catalog/lists/list_change_store.h"
#include "services/catalog/lists/list_store.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kChangePattern = "listChanges/{list_change}";

v1::ListChange Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                      const ListChange& change, const ApprovedList& list) {
  v1::ListChange message = ToProto(change);
  std::vector<std::string> subjects{message.approved_list(), HolderName(list.holder)};
  subjects.insert(subjects.end(), message.additions().begin(), message.additions().end());
  subjects.insert(subjects.end(), message.removals().begin(), message.removals().end());
  const std::string& reason =
      change.decision_reason.empty() ? change.reason : change.decision_reason;
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .subjects = subjects,
                     .institution_id = list.holder.institution_id,
                     .alliance_id = list.holder.alliance_id,
                     .reason = reason,
                     .details_json = ToJson(message)});
  return message;
}

void TakeEffect(pqxx::transaction_base& tx, const ListChange& change) {
  if (change.ends_list) EndList(tx, change.list_id, change.start_date);
  ListEdit edit{.list_id = change.list_id,
                .item_ids = change.additions,
                .day = change.start_date,
                .by = ListChangeName(change.id)};
  if (!change.additions.empty()) AddEntries(tx, edit);
  edit.item_ids = change.removals;
  if (!change.removals.empty()) RemoveEntries(tx, edit);
}

void Decide(ListChange& change, ListChangeState state, const CallContext& call,
            std::string_view reason) {
  change.state = state;
  change.decider_id = call.principal.user_id;
  change.decision_reason = reason;
  change.decided_at = call.received_at;
}

// The change with its list, both locked, the list first: as everyone does.
struct LockedChange {
  ListChange change;
  ApprovedList list;
};
absl::StatusOr<LockedChange> LockWithList(pqxx::transaction_base& tx, std::string_view id) {
  QINGQU_ASSIGN_OR_RETURN(const ListChange seen, GetChange(tx, id));
  QINGQU_ASSIGN_OR_RETURN(ApprovedList list, LockList(tx, seen.list_id));
  QINGQU_ASSIGN_OR_RETURN(ListChange change, LockChange(tx, id));
  return LockedChange{.change = std::move(change), .list = std::move(list)};
}

}  // namespace

absl::StatusOr<v1::ListChange> ApprovedListHandlers::ProposeListChange(
    const CallContext& call, const v1::ProposeListChangeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ListChange change, ParseChange(call, request));
  return db::RunIdempotent<v1::ListChange>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListChange> {
        QINGQU_ASSIGN_OR_RETURN(const ApprovedList list, GetList(tx, change.list_id));
        QINGQU_RETURN_IF_ERROR(CheckProposingScope(list.holder, call.principal));
        QINGQU_RETURN_IF_ERROR(CheckListStands(list, change.start_date));
        QINGQU_RETURN_IF_ERROR(CheckLines(change, FindListLineFacts(tx, change)));
        QINGQU_RETURN_IF_ERROR(InsertChange(tx, change));
        return Record(tx, call, "list_change.proposed", change, list);
      });
}

absl::StatusOr<v1::ListChange> ApprovedListHandlers::ApproveListChange(
    const CallContext& call, const v1::ApproveListChangeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kChangePattern, request.name()));
  return db::RunIdempotent<v1::ListChange>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListChange> {
        QINGQU_ASSIGN_OR_RETURN(auto locked, LockWithList(tx, id));
        auto& [change, list] = locked;
        QINGQU_RETURN_IF_ERROR(CheckDecidingScope(list.holder, call.principal));
        QINGQU_RETURN_IF_ERROR(CheckDecision(change, auth::ActorOf(call.principal)));
        change.start_date = std::max(change.start_date, BusinessDay(call.received_at));
        QINGQU_RETURN_IF_ERROR(CheckListStands(list, change.start_date));
        QINGQU_RETURN_IF_ERROR(CheckLines(change, FindListLineFacts(tx, change)));
        Decide(change, ListChangeState::kApproved, call, "");
        DecideChange(tx, change);
        TakeEffect(tx, change);
        return Record(tx, call, "list_change.approved", change, list);
      });
}

absl::StatusOr<v1::ListChange> ApprovedListHandlers::RejectListChange(
    const CallContext& call, const v1::RejectListChangeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kChangePattern, request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::ListChange>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListChange> {
        QINGQU_ASSIGN_OR_RETURN(auto locked, LockWithList(tx, id));
        auto& [change, list] = locked;
        QINGQU_RETURN_IF_ERROR(CheckDecidingScope(list.holder, call.principal));
        QINGQU_RETURN_IF_ERROR(CheckDecision(change, auth::ActorOf(call.principal)));
        Decide(change, ListChangeState::kRejected, call, reason);
        DecideChange(tx, change);
        return Record(tx, call, "list_change.rejected", change, list);
      });
}

absl::StatusOr<v1::ListChange> ApprovedListHandlers::WithdrawListChange(
    const CallContext& call, const v1::WithdrawListChangeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kChangePattern, request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::ListChange>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListChange> {
        QINGQU_ASSIGN_OR_RETURN(auto locked, LockWithList(tx, id));
        auto& [change, list] = locked;
        QINGQU_RETURN_IF_ERROR(CheckWithdrawal(change, call.principal.user_id));
        Decide(change, ListChangeState::kWithdrawn, call, reason);
        DecideChange(tx, change);
        return Record(tx, call, "list_change.withdrawn", change, list);
      });
}

absl::StatusOr<v1::ListChange> ApprovedListHandlers::GetListChange(
    const CallContext& call, const v1::GetListChangeRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kChangePattern, request.name()));
  return db::RunTransaction(*pool_, call, db::TransactionOptions{.snapshot_read = true},
                            [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListChange> {
                              QINGQU_ASSIGN_OR_RETURN(const ListChange change, GetChange(tx, id));
                              return ToProto(change);
                            });
}

absl::StatusOr<v1::ListListChangesResponse> ApprovedListHandlers::ListListChanges(
    const CallContext& call, const v1::ListListChangesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  ListChangeListOptions options{.limit = page_size + 1};
  QINGQU_ASSIGN_OR_RETURN(
      options.list_id,
      ParseName("approved_list", "approvedLists/{approved_list}", request.approved_list()));
  QINGQU_ASSIGN_OR_RETURN(options.state, ListChangeStateFilter(request.state()));
  const std::string filter = fmt::format("list changes list={} state={}", options.list_id,
                                         static_cast<int>(request.state()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 2));
  if (!key.empty()) {
    const absl::StatusOr<int64_t> after = ParseMicrosecondsKey(key[0]);
    if (!after.ok()) return WrongPageToken();
    options.after_us = *after;
    options.after_id = key[1];
  }
  return db::RunTransaction(
      *pool_, call, db::TransactionOptions{.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListListChangesResponse> {
        QINGQU_RETURN_IF_ERROR(GetList(tx, options.list_id).status());
        std::vector<ListChange> changes = ListChanges(tx, options);
        v1::ListListChangesResponse response;
        if (changes.size() > static_cast<size_t>(page_size)) {
          changes.pop_back();
          const ListChange& last = changes.back();
          response.set_next_page_token(EncodePageToken(
              {fmt::format("{}", absl::ToUnixMicros(last.created_at)), last.id}, filter));
        }
        for (const ListChange& change : changes) *response.add_list_changes() = ToProto(change);
        return response;
      });
}

}  // namespace qingqu::catalog
