#include "services/catalog/lists/approved_list_handlers.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/lists/list_errors.h"
#include "services/catalog/lists/list_store.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kListPattern = "approvedLists/{approved_list}";

v1::ApprovedList Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                        const ApprovedList& list) {
  v1::ApprovedList message = ToProto(list);
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .subjects = {message.holder()},
                     .institution_id = list.holder.institution_id,
                     .alliance_id = list.holder.alliance_id,
                     .reason = list.decision_reason.empty() ? list.reason : list.decision_reason,
                     .details_json = ToJson(message)});
  return message;
}

// `check` says who may refuse it, or take it back.
template <typename Request, typename Check>
absl::StatusOr<v1::ApprovedList> WithdrawProposed(db::ConnectionPool& pool, const CallContext& call,
                                                  const Request& request, std::string_view event,
                                                  const Check& check) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kListPattern, request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::ApprovedList>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ApprovedList> {
        QINGQU_ASSIGN_OR_RETURN(ApprovedList list, LockList(tx, id));
        QINGQU_RETURN_IF_ERROR(check(list, call.principal, request.etag()));
        list.state = ApprovalState::kWithdrawn;
        list.end_date = list.start_date.PlusDays(-1);
        list.approver_id = call.principal.user_id;
        list.decision_reason = reason;
        ++list.version;
        WithdrawList(tx, list);
        return Record(tx, call, event, list);
      });
}

// None when `text` is empty.
absl::StatusOr<std::optional<CivilDate>> ParseDay(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<CivilDate> day = CivilDate::Parse(text);
  if (!day.ok()) return InvalidField("day", ToStd(day.status().message()));
  return *day;
}

absl::StatusOr<EntryListOptions> ParseEntryOptions(
    const CallContext& call, const v1::ListApprovedListEntriesRequest& request) {
  EntryListOptions options;
  QINGQU_ASSIGN_OR_RETURN(options.list_id,
                          ParseName("approved_list", kListPattern, request.approved_list()));
  if (!request.item().empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.item_id, ParseName("item", "items/{item}", request.item()));
  }
  QINGQU_ASSIGN_OR_RETURN(options.day, ParseDay(request.day()));
  if (request.all_periods() && options.day) {
    return InvalidField("all_periods", "goes without a day");
  }
  if (!request.all_periods() && !options.day) options.day = BusinessDay(call.received_at);
  return options;
}

}  // namespace

absl::StatusOr<v1::ApprovedList> ApprovedListHandlers::CreateApprovedList(
    const CallContext& call, const v1::CreateApprovedListRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ApprovedListDraft draft,
                          ParseList(request, call.principal.user_id, call.received_at));
  return db::RunIdempotent<v1::ApprovedList>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ApprovedList> {
        ApprovedList list = draft.list;
        QINGQU_ASSIGN_OR_RETURN(list.holder, FindHolder(tx, draft.holder));
        QINGQU_RETURN_IF_ERROR(CheckProposingScope(list.holder, call.principal));
        QINGQU_RETURN_IF_ERROR(InsertList(tx, list));
        return Record(tx, call, "list.proposed", list);
      });
}

absl::StatusOr<v1::ApprovedList> ApprovedListHandlers::ApproveApprovedList(
    const CallContext& call, const v1::ApproveApprovedListRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kListPattern, request.name()));
  return db::RunIdempotent<v1::ApprovedList>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ApprovedList> {
        QINGQU_ASSIGN_OR_RETURN(ApprovedList list, LockList(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckListApproval(list, call.principal, request.etag()));
        if (list.end_date) return ListEnded(ListName(list.id), *list.end_date);
        list.start_date = std::max(list.start_date, BusinessDay(call.received_at));
        if (const auto other = LockHolder(tx, list)) {
          return HolderHasList(request.name(), ListName(*other));
        }
        list.state = ApprovalState::kApproved;
        list.approver_id = call.principal.user_id;
        ++list.version;
        ApproveList(tx, list);
        return Record(tx, call, "list.approved", list);
      });
}

absl::StatusOr<v1::ApprovedList> ApprovedListHandlers::RejectApprovedList(
    const CallContext& call, const v1::RejectApprovedListRequest& request) {
  return WithdrawProposed(*pool_, call, request, "list.rejected", CheckListApproval);
}

absl::StatusOr<v1::ApprovedList> ApprovedListHandlers::WithdrawApprovedList(
    const CallContext& call, const v1::WithdrawApprovedListRequest& request) {
  return WithdrawProposed(*pool_, call, request, "list.withdrawn", CheckListWithdrawal);
}

absl::StatusOr<v1::ApprovedList> ApprovedListHandlers::GetApprovedList(
    const CallContext& call, const v1::GetApprovedListRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kListPattern, request.name()));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ApprovedList> {
                       QINGQU_ASSIGN_OR_RETURN(const ApprovedList list, GetList(tx, id));
                       return ToProto(list);
                     });
}

absl::StatusOr<v1::ListApprovedListsResponse> ApprovedListHandlers::ListApprovedLists(
    const CallContext& call, const v1::ListApprovedListsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  ListListOptions options{.limit = page_size + 1};
  if (!request.holder().empty()) {
    const absl::Status known = ParseHolder(request.holder()).status();
    if (!known.ok()) return InvalidField("holder", ToStd(known.message()));
    options.holder = request.holder();
  }
  QINGQU_ASSIGN_OR_RETURN(options.day, ParseDay(request.day()));
  const std::string filter =
      fmt::format("approved lists holder={} day={}", request.holder(), request.day());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  if (!key.empty()) options.after_id = key[0];
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListApprovedListsResponse> {
        std::vector<ApprovedList> lists = ListLists(tx, options);
        v1::ListApprovedListsResponse response;
        if (lists.size() > static_cast<size_t>(page_size)) {
          lists.pop_back();
          response.set_next_page_token(EncodePageToken({lists.back().id}, filter));
        }
        for (const ApprovedList& list : lists) *response.add_approved_lists() = ToProto(list);
        return response;
      });
}

absl::StatusOr<v1::ListApprovedListEntriesResponse> ApprovedListHandlers::ListApprovedListEntries(
    const CallContext& call, const v1::ListApprovedListEntriesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(EntryListOptions options, ParseEntryOptions(call, request));
  const std::string filter =
      fmt::format("list entries list={} day={} all={} item={}", options.list_id, request.day(),
                  request.all_periods(), options.item_id);
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 3));
  if (!key.empty()) {
    if (!CivilDate::Parse(key[1]).ok()) return WrongPageToken();
    options.after_item_id = key[0];
    options.after_start_date = key[1];
    options.after_added_by = key[2];
  }
  options.limit = page_size + 1;
  return db::RunTransaction(
      *pool_, call, db::TransactionOptions{.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListApprovedListEntriesResponse> {
        QINGQU_RETURN_IF_ERROR(GetList(tx, options.list_id).status());
        std::vector<ListEntry> entries = ListEntries(tx, options);
        v1::ListApprovedListEntriesResponse response;
        if (entries.size() > static_cast<size_t>(page_size)) {
          entries.pop_back();
          const ListEntry& last = entries.back();
          response.set_next_page_token(
              EncodePageToken({last.item_id, last.start_date.ToString(), last.added_by}, filter));
        }
        for (const ListEntry& entry : entries) *response.add_entries() = ToProto(entry);
        return response;
      });
}

}  // namespace qingqu::catalog
