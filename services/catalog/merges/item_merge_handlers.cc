#include "services/catalog/merges/item_merge_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/call_id.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item_records.h"
#include "services/catalog/item_store.h"
#include "services/catalog/mapping/mapping_convert.h"
#include "services/catalog/mapping/mapping_errors.h"
#include "services/catalog/merges/item_merge_store.h"

namespace qingqu::catalog {
namespace {

constexpr int kLookedAtOnce = 500;
constexpr int32_t kScoreMinDefault = 8'000;
constexpr int32_t kScoreMax = 10'000;
// A merge reaches the local codes of every institution, whoever approves it.
constexpr db::TransactionOptions kEverywhere{.beyond_scope = true};

v1::ItemMergeState ToProto(MergeState state) {
  switch (state) {
    case MergeState::kProposed:
      return v1::ITEM_MERGE_STATE_PROPOSED;
    case MergeState::kApproved:
      return v1::ITEM_MERGE_STATE_APPROVED;
    case MergeState::kRejected:
      return v1::ITEM_MERGE_STATE_REJECTED;
  }
  return v1::ITEM_MERGE_STATE_UNSPECIFIED;
}

v1::ItemMerge ToProto(const ItemMerge& merge) {
  v1::ItemMerge message;
  message.set_name(MergeName(merge.id));
  message.set_item(ItemName(merge.item_id));
  message.set_into_item(ItemName(merge.into_item_id));
  message.set_base_units(merge.base_units);
  message.set_reason(merge.reason);
  message.set_state(ToProto(merge.state));
  message.set_proposer(fmt::format("users/{}", merge.proposer.user_id));
  if (!merge.decider_id.empty()) message.set_decider(fmt::format("users/{}", merge.decider_id));
  *message.mutable_create_time() = rpc::ToTimestamp(merge.created_at);
  *message.mutable_update_time() = rpc::ToTimestamp(merge.updated_at);
  message.set_etag(fmt::format("{}", merge.version));
  message.set_repointed_count(merge.repointed_count);
  message.set_listed_count(merge.listed_count);
  message.set_priced_count(merge.priced_count);
  message.set_authorised_count(merge.authorised_count);
  for (const std::string& id : merge.left_price_ids) {
    message.add_left_prices(fmt::format("prices/{}", id));
  }
  return message;
}

v1::ItemMerge Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                     const ItemMerge& merge, std::string_view reason,
                     const std::vector<std::string>& list_ids = {}) {
  v1::ItemMerge message = ToProto(merge);
  std::vector<std::string> subjects{message.item(), message.into_item()};
  for (const std::string& id : list_ids) subjects.push_back(fmt::format("approvedLists/{}", id));
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .subjects = std::move(subjects),
                     .reason = std::string(reason),
                     .details_json = ToJson(message)});
  return message;
}

// Each institution reads what became of its codes.
void RecordRepointing(pqxx::transaction_base& tx, const CallContext& call, const ItemMerge& merge,
                      const MappedInstitutions& mapped) {
  for (const auto& [institution_id, institution] : mapped) {
    const nlohmann::json details = {{"item_merge", MergeName(merge.id)},
                                    {"item", ItemName(merge.item_id)},
                                    {"into_item", ItemName(merge.into_item_id)},
                                    {"base_units", merge.base_units},
                                    {"local_codes", institution.local_codes}};
    db::AppendJournal(tx, call,
                      {.event = "mapping.repointed",
                       .resource = fmt::format("institutions/{}", institution_id),
                       .subjects = {ItemName(merge.item_id), ItemName(merge.into_item_id)},
                       .institution_id = institution_id,
                       .alliance_id = institution.alliance_id,
                       .details_json = details.dump()});
  }
}

// Both, locked in the order of their ids, and approved.
absl::Status LockBothItems(pqxx::transaction_base& tx, const ItemMerge& merge, Item& given_up) {
  const auto [first, second] = std::minmax(merge.item_id, merge.into_item_id);
  for (const std::string& id : {first, second}) {
    QINGQU_ASSIGN_OR_RETURN(Item item, LockItem(tx, id));
    if (item.approval.state != ApprovalState::kApproved) return TargetNotApproved(id);
    if (id == merge.item_id) given_up = std::move(item);
  }
  return absl::OkStatus();
}

void SuspendForGood(pqxx::transaction_base& tx, const CallContext& call, const Item& suspended,
                    const std::string& reason) {
  UpdateItemState(tx, suspended, {.name = "item.suspended", .reason = reason});
  RecordItem(tx, call, suspended.id, "item.suspended", reason);
}

absl::Status CheckMergeEtag(const ItemMerge& merge, const std::string& etag) {
  const std::string present = fmt::format("{}", merge.version);
  if (etag.empty() || etag == present) return absl::OkStatus();
  return EtagMismatch(MergeName(merge.id), present);
}

ItemMerge AfterDecision(ItemMerge merge, MergeState state, const CallContext& call) {
  merge.state = state;
  merge.decider_id = call.principal.user_id;
  merge.updated_at = call.received_at;
  ++merge.version;
  return merge;
}

struct DuplicateSearch {
  std::string item_id;
  std::string after_id;
  int32_t score_min = 0;
};

MappingItem MappingItemOf(const Item& item) {
  return {.item_id = item.id,
          .name = item.display_name,
          .specification = item.specification,
          .manufacturer = item.manufacturer,
          .registration_number = item.registration_number,
          .national_code = item.national_code};
}

void AddPairs(const MappingMatcher& matcher, const Item& item, const DuplicateSearch& search,
              v1::FindDuplicatesResponse& response) {
  for (const MappingProposal& found : matcher.FindSimilar(MappingItemOf(item))) {
    const KeptProposal kept = Kept(found);
    // Of a pair among all the first by id tells.
    if (kept.score < search.score_min) break;
    if (search.item_id.empty() && kept.item_id < item.id) continue;
    v1::DuplicatePair& pair = *response.add_pairs();
    pair.set_item(ItemName(item.id));
    *pair.mutable_other() = ToProto(kept);
  }
}

}  // namespace

absl::StatusOr<v1::FindDuplicatesResponse> ItemMergeHandlers::FindDuplicates(
    const CallContext& call, const v1::FindDuplicatesRequest& request) {
  if (request.score_min() < 0 || request.score_min() > kScoreMax) {
    return InvalidField("score_min", fmt::format("must be 1 to {}, or 0", kScoreMax));
  }
  const std::string filter = fmt::format("duplicates {} {}", request.item(), request.score_min());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  DuplicateSearch search{
      .after_id = key.empty() ? "" : key[0],
      .score_min = request.score_min() == 0 ? kScoreMinDefault : request.score_min()};
  if (!request.item().empty()) {
    QINGQU_ASSIGN_OR_RETURN(search.item_id, ParseName("item", "items/{item}", request.item()));
  }
  if (!search_->ready()) return SearchNotReady();
  QINGQU_ASSIGN_OR_RETURN(
      const std::vector<Item> items,
      db::RunRead(*pool_, call,
                  [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<Item>> {
                    if (!search.item_id.empty()) return BatchGetItems(tx, {search.item_id});
                    return ListItems(tx, {.after_id = search.after_id,
                                          .state = ApprovalState::kApproved,
                                          .national_code_prefix = "",
                                          .limit = kLookedAtOnce});
                  }));
  v1::FindDuplicatesResponse response;
  for (const Item& item : items) AddPairs(search_->matcher(), item, search, response);
  if (search.item_id.empty() && items.size() == static_cast<size_t>(kLookedAtOnce)) {
    response.set_next_page_token(EncodePageToken({items.back().id}, filter));
  }
  return response;
}

absl::StatusOr<v1::ItemMerge> ItemMergeHandlers::ProposeItemMerge(
    const CallContext& call, const v1::ProposeItemMergeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  const v1::ItemMerge& asked = request.item_merge();
  ItemMerge merge{.id = db::IdOfCall(call),
                  .base_units = asked.base_units(),
                  .reason = std::string(TrimAsciiSpace(asked.reason())),
                  .proposer = auth::ActorOf(call.principal),
                  .created_at = call.received_at,
                  .updated_at = call.received_at};
  QINGQU_ASSIGN_OR_RETURN(merge.item_id,
                          ParseName("item_merge.item", "items/{item}", asked.item()));
  QINGQU_ASSIGN_OR_RETURN(merge.into_item_id,
                          ParseName("item_merge.into_item", "items/{item}", asked.into_item()));
  QINGQU_RETURN_IF_ERROR(CheckMerge(merge));
  return db::RunIdempotent<v1::ItemMerge>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ItemMerge> {
        Item given_up;
        QINGQU_RETURN_IF_ERROR(LockBothItems(tx, merge, given_up));
        QINGQU_RETURN_IF_ERROR(InsertItemMerge(tx, merge));
        return Record(tx, call, "item_merge.proposed", merge, merge.reason);
      });
}

absl::StatusOr<v1::ItemMerge> ItemMergeHandlers::ApproveItemMerge(
    const CallContext& call, const v1::ApproveItemMergeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", "itemMerges/{item_merge}", request.name()));
  return db::RunIdempotent<v1::ItemMerge>(
      *pool_, call, request, kEverywhere,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ItemMerge> {
        QINGQU_ASSIGN_OR_RETURN(const ItemMerge present, LockItemMerge(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckMergeEtag(present, request.etag()));
        QINGQU_RETURN_IF_ERROR(CheckDecision(present, auth::ActorOf(call.principal), true));
        const CivilDate today = BusinessDay(call.received_at);
        LockWhatIsCarried(tx, present, today);
        Item given_up;
        QINGQU_RETURN_IF_ERROR(LockBothItems(tx, present, given_up));
        QINGQU_ASSIGN_OR_RETURN(const Item suspended,
                                catalog::SuspendItem(given_up, call.received_at));
        ItemMerge merge = AfterDecision(present, MergeState::kApproved, call);
        QINGQU_ASSIGN_OR_RETURN(const MappedInstitutions mapped, LockMappedLocalCodes(tx, merge));
        for (const auto& [institution, codes] : mapped) {
          merge.repointed_count += static_cast<int64_t>(codes.local_codes.size());
        }
        SuspendForGood(tx, call, suspended, merge.reason);
        RepointMappings(tx, merge, today);
        const std::vector<std::string> list_ids = CarryOver(tx, merge, today);
        UpdateItemMerge(tx, merge);
        RecordRepointing(tx, call, merge, mapped);
        return Record(tx, call, "item_merge.approved", merge, merge.reason, list_ids);
      });
}

absl::StatusOr<v1::ItemMerge> ItemMergeHandlers::RejectItemMerge(
    const CallContext& call, const v1::RejectItemMergeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", "itemMerges/{item_merge}", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::ItemMerge>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ItemMerge> {
        QINGQU_ASSIGN_OR_RETURN(const ItemMerge present, LockItemMerge(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckMergeEtag(present, request.etag()));
        QINGQU_RETURN_IF_ERROR(CheckDecision(present, auth::ActorOf(call.principal), false));
        const ItemMerge merge = AfterDecision(present, MergeState::kRejected, call);
        UpdateItemMerge(tx, merge);
        return Record(tx, call, "item_merge.rejected", merge, reason);
      });
}

absl::StatusOr<v1::ListItemMergesResponse> ItemMergeHandlers::ListItemMerges(
    const CallContext& call, const v1::ListItemMergesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  const std::string filter = fmt::format("item merges {}", request.item());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  MergeListOptions options{.after_id = key.empty() ? "" : key[0], .limit = page_size + 1};
  if (!request.item().empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.item_id, ParseName("item", "items/{item}", request.item()));
  }
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListItemMergesResponse> {
                       v1::ListItemMergesResponse response;
                       std::string last_id;
                       for (const ItemMerge& merge : catalog::ListItemMerges(tx, options)) {
                         if (response.item_merges_size() == page_size) {
                           response.set_next_page_token(EncodePageToken({last_id}, filter));
                           break;
                         }
                         *response.add_item_merges() = ToProto(merge);
                         last_id = merge.id;
                       }
                       return response;
                     });
}

}  // namespace qingqu::catalog
