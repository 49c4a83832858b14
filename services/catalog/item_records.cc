#include "services/catalog/item_records.h"

#include <optional>
#include <vector>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/db/journal.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item_change_store.h"
#include "services/catalog/registrations/registration_errors.h"

namespace qingqu::catalog {
namespace {

v1::ItemChangeState ToProto(ItemChangeState state) {
  switch (state) {
    case ItemChangeState::kOpen:
      return v1::ITEM_CHANGE_STATE_OPEN;
    case ItemChangeState::kApproved:
      return v1::ITEM_CHANGE_STATE_APPROVED;
    case ItemChangeState::kRejected:
      return v1::ITEM_CHANGE_STATE_REJECTED;
    case ItemChangeState::kWithdrawn:
      return v1::ITEM_CHANGE_STATE_WITHDRAWN;
  }
  return v1::ITEM_CHANGE_STATE_UNSPECIFIED;
}

bool SaysOtherRegistration(const Item& before, const Item& after) {
  return before.registration_number != after.registration_number ||
         before.registration_expire_date != after.registration_expire_date;
}

// Locks the item and reads its change. NOT_FOUND CHANGE_NOT_FOUND, FAILED_PRECONDITION
// CHANGE_DECIDED.
struct OpenChange {
  Item item;
  ItemChange change;
};
absl::StatusOr<OpenChange> LockOpenChange(pqxx::transaction_base& tx, const ItemChangeName& name) {
  auto item = LockItem(tx, name.item_id);
  auto change = GetItemChange(tx, name);
  if (!item.ok() || !change) {
    return ChangeNotFound(
        NameOfItemChange({.id = name.change_id, .item_id = name.item_id, .content = {}}));
  }
  if (change->state != ItemChangeState::kOpen) return ChangeDecided(ItemName(name.item_id));
  return OpenChange{.item = *std::move(item), .change = *std::move(change)};
}

void Decide(pqxx::transaction_base& tx, const CallContext& call, ItemChange change,
            ItemChangeState state, const std::string& reason) {
  change.state = state;
  change.decider_id = call.principal.user_id;
  change.decided_at = call.received_at;
  change.decision_reason = reason;
  DecideItemChange(tx, change);
}

// Writes the content of a draft.
absl::Status WriteDraft(pqxx::transaction_base& tx, const Item& before, const Item& after,
                        const ItemEvent& event) {
  if (SaysOtherRegistration(before, after)) {
    QINGQU_RETURN_IF_ERROR(CheckToldRegistration(tx, after));
  }
  return UpdateItemContent(tx, after, before.packs != after.packs, event);
}

// Writes the content that two people agreed on, and its registration when it says another. What
// comes into force must be under a registration that is.
absl::Status Write(pqxx::transaction_base& tx, const CallContext& call, const OpenChange& open,
                   const Item& after) {
  const Item& before = open.item;
  const ItemEvent event{
      .name = "item.changed", .reason = open.change.reason, .change_id = open.change.id};
  const bool other_registration = SaysOtherRegistration(before, after);
  if (other_registration) {
    QINGQU_RETURN_IF_ERROR(EnsureRegistration(tx, after,
                                              {.proposer = open.change.proposer,
                                               .approver = auth::ActorOf(call.principal),
                                               .event = event.name,
                                               .now = call.received_at}));
  }
  QINGQU_RETURN_IF_ERROR(UpdateItemContent(tx, after, before.packs != after.packs, event));
  if (!other_registration) return absl::OkStatus();
  QINGQU_ASSIGN_OR_RETURN(const Item written, GetItem(tx, after.id));
  return CheckRegistrationInForce(written, call.received_at);
}

}  // namespace

v1::ItemChange ToProto(const ItemChange& change) {
  v1::ItemChange message;
  message.set_name(NameOfItemChange(change));
  *message.mutable_item() = change.content;
  for (const std::string& path : change.paths) message.mutable_update_mask()->add_paths(path);
  message.set_reason(change.reason);
  message.set_state(ToProto(change.state));
  message.set_proposer(fmt::format("users/{}", change.proposer.user_id));
  *message.mutable_propose_time() = rpc::ToTimestamp(change.proposed_at);
  if (change.state == ItemChangeState::kOpen) return message;
  message.set_decider(fmt::format("users/{}", change.decider_id));
  *message.mutable_decide_time() = rpc::ToTimestamp(change.decided_at);
  message.set_decision_reason(change.decision_reason);
  return message;
}

v1::Item ReadForAnswer(pqxx::transaction_base& tx, std::string_view id) {
  const absl::StatusOr<Item> item = GetItem(tx, id);
  QINGQU_CHECK(item.ok());
  v1::Item message = ToProto(*item);
  const std::optional<ItemChange> open = FindOpenItemChange(tx, id);
  if (open) *message.mutable_open_change() = ToProto(*open);
  return message;
}

v1::Item RecordItem(pqxx::transaction_base& tx, const CallContext& call, std::string_view id,
                    std::string_view event, std::string_view reason) {
  v1::Item message = ReadForAnswer(tx, id);
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .subjects = {RegistrationName(message.registration_number())},
                     .reason = std::string(reason),
                     .details_json = ToJson(message)});
  return message;
}

absl::StatusOr<v1::Item> ProposeItemChangeIn(pqxx::transaction_base& tx, const CallContext& call,
                                             const v1::ProposeItemChangeRequest& request,
                                             std::string_view change_id) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("item.name", "items/{item}", request.item().name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  const std::vector<std::string> paths(request.update_mask().paths().begin(),
                                       request.update_mask().paths().end());
  QINGQU_RETURN_IF_ERROR(CheckItemPaths(paths));
  QINGQU_ASSIGN_OR_RETURN(const Item present, LockItem(tx, id));
  QINGQU_RETURN_IF_ERROR(CheckEtag(present.approval, request.etag(), ItemName(id)));
  QINGQU_ASSIGN_OR_RETURN(const Item changed,
                          ApplyItemChange(present, request.item(), paths, call.received_at));
  QINGQU_ASSIGN_OR_RETURN(const bool at_once, MayChangeAtOnce(present, call.principal.user_id));
  if (at_once) {
    QINGQU_RETURN_IF_ERROR(
        WriteDraft(tx, present, changed, {.name = "item.draft_changed", .reason = reason}));
    return RecordItem(tx, call, id, "item.draft_changed", reason);
  }
  QINGQU_RETURN_IF_ERROR(CheckIdentifiersFree(tx, changed));
  const bool inserted = InsertItemChange(tx, {.id = std::string(change_id),
                                              .item_id = id,
                                              .content = ToProto(changed),
                                              .paths = paths,
                                              .reason = reason,
                                              .proposer = auth::ActorOf(call.principal),
                                              .proposed_at = call.received_at});
  if (!inserted) return ChangeAlreadyOpen(ItemName(id));
  return RecordItem(tx, call, id, "item.change_proposed", reason);
}

absl::StatusOr<v1::Item> ApproveItemIn(pqxx::transaction_base& tx, const CallContext& call,
                                       const std::string& id, std::string_view etag) {
  QINGQU_ASSIGN_OR_RETURN(const Item present, LockItem(tx, id));
  QINGQU_RETURN_IF_ERROR(CheckEtag(present.approval, etag, ItemName(id)));
  const auth::Actor approver = auth::ActorOf(call.principal);
  QINGQU_ASSIGN_OR_RETURN(const Item approved, ApproveItem(present, approver, call.received_at));
  for (const auth::Actor& author : ListItemAuthors(tx, id)) {
    if (auth::ShareAPerson(approver, author)) return SamePerson(ItemName(id));
  }
  QINGQU_RETURN_IF_ERROR(EnsureRegistration(tx, present,
                                            {.proposer = Proposer(present.approval),
                                             .approver = approver,
                                             .event = "item.approved",
                                             .now = call.received_at}));
  UpdateItemState(tx, approved, {.name = "item.approved"});
  return RecordItem(tx, call, id, "item.approved");
}

absl::StatusOr<v1::Item> ApproveItemChangeIn(pqxx::transaction_base& tx, const CallContext& call,
                                             const ItemChangeName& name, std::string_view etag) {
  QINGQU_ASSIGN_OR_RETURN(const OpenChange open, LockOpenChange(tx, name));
  const std::string item_name = ItemName(name.item_id);
  QINGQU_RETURN_IF_ERROR(CheckEtag(open.item.approval, etag, item_name));
  if (auth::ShareAPerson(auth::ActorOf(call.principal), open.change.proposer)) {
    return SamePerson(item_name);
  }
  if (open.item.approval.state == ApprovalState::kWithdrawn) return ItemWithdrawn(item_name);
  QINGQU_ASSIGN_OR_RETURN(const Item changed, ApplyItemChange(open.item, open.change.content,
                                                              open.change.paths, call.received_at));
  Decide(tx, call, open.change, ItemChangeState::kApproved, "");
  QINGQU_RETURN_IF_ERROR(Write(tx, call, open, changed));
  return RecordItem(tx, call, name.item_id, "item.changed", open.change.reason);
}

absl::StatusOr<v1::Item> EndItemChangeIn(pqxx::transaction_base& tx, const CallContext& call,
                                         const ItemChangeName& name, ItemChangeState state,
                                         const std::string& reason) {
  QINGQU_ASSIGN_OR_RETURN(const OpenChange open, LockOpenChange(tx, name));
  const bool own = open.change.proposer.user_id == call.principal.user_id;
  if (state == ItemChangeState::kWithdrawn && !own)
    return NotTheAuthor(NameOfItemChange(open.change));
  Decide(tx, call, open.change, state, reason);
  if (state == ItemChangeState::kWithdrawn) {
    return RecordItem(tx, call, name.item_id, "item.change_retracted");
  }
  return RecordItem(tx, call, name.item_id, "item.change_rejected", reason);
}

}  // namespace qingqu::catalog
