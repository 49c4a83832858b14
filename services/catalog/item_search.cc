#include "services/catalog/item_search.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/base/business_day.h"
#include "common/base/strings.h"
#include "common/db/array.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/item_store.h"
#include "services/catalog/queries.h"

namespace qingqu::catalog {
namespace {

constexpr int kItemsAtOnce = 1'000;
constexpr int kEntriesAtOnce = 500;
constexpr absl::Duration kTimeMax = absl::Seconds(30);
constexpr size_t kClassCodeLength = 15;
constexpr std::string_view kItems = "items/";
constexpr std::string_view kItemImports = "itemImports/";
const std::vector<std::string>& ItemEvents() {
  static const auto* const events = new std::vector<std::string>{
      "item.proposed", "item.approved", "item.suspended", "item.reinstatement_proposed",
      "item.reinstated", "item.drafted", "item.draft_changed", "item.submitted", "item.returned",
      "item.withdrawn", "item.changed", "item.imported",
      // What changes who offers it, and whose lists it is on.
      "prices.changed", "price.closed", "list.approved", "list_change.approved",
      "application.approved", "item_merge.approved"};
  return *events;
}

SearchDocument DocumentOf(const Item& item) {
  SearchDocument document{.item_id = item.id};
  document.texts = {item.display_name, item.specification, item.manufacturer,
                    item.registration_number, ""};
  document.codes = {item.id, item.national_code, item.device_identifier};
  for (const Pack& pack : item.packs) document.codes.push_back(pack.device_identifier);
  document.class_code = item.national_code.substr(0, kClassCodeLength);
  document.high_value = item.high_value;
  return document;
}

}  // namespace

CallContext ItemSearch::NewCall() const {
  return {.principal = auth::SystemPrincipal("catalog"),
          .method = "catalog/search",
          .client = "catalog",
          .received_at = clock_->Now(),
          .deadline = absl::Now() + kTimeMax};
}

// Nobody looks for what is only written down, or left the catalogue; and local codes stand for what
// may be bought.
void ItemSearch::Put(const Item& item) {
  if (item.approval.state == ApprovalState::kDraft ||
      item.approval.state == ApprovalState::kWithdrawn) {
    index_.Remove(item.id);
  } else {
    index_.Put(DocumentOf(item));
  }
  if (item.approval.state != ApprovalState::kApproved) {
    matcher_.Remove(item.id);
    return;
  }
  matcher_.Put({.item_id = item.id,
                .name = item.display_name,
                .specification = item.specification,
                .manufacturer = item.manufacturer,
                .registration_number = item.registration_number,
                .national_code = item.national_code});
}

absl::Status ItemSearch::LoadAll() {
  // What is committed while the pages are read lies at or behind this place.
  QINGQU_ASSIGN_OR_RETURN(
      transaction_id_,
      db::RunRead(*pool_, NewCall(), [](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
        return tx.exec_prepared(queries::kReadJournalHorizon.name)[0]["horizon"].as<std::string>();
      }));
  sequence_ = -1;
  std::string last_id;
  for (bool more = true; more;) {
    QINGQU_ASSIGN_OR_RETURN(
        const std::vector<Item> items,
        db::RunRead(*pool_, NewCall(),
                    [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<Item>> {
                      return ListItems(tx, {.after_id = last_id,
                                            .state = std::nullopt,
                                            .national_code_prefix = "",
                                            .limit = kItemsAtOnce});
                    }));
    for (const Item& item : items) Put(item);
    more = static_cast<int>(items.size()) == kItemsAtOnce;
    if (!items.empty()) last_id = items.back().id;
  }
  return absl::OkStatus();
}

// Both are read in one moment, so that neither names what the other does not know yet.
absl::Status ItemSearch::LoadStandings() {
  const CivilDate day = BusinessDay(clock_->Now());
  const bool due = clock_->Now() - standings_read_ >= options_.read_standings_every;
  if (standings_day_ == day && !(standings_changed_ && due)) return absl::OkStatus();
  std::vector<AgreedOffer> offers;
  std::map<std::string, std::vector<std::string>> lists;
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *pool_, NewCall(), {.snapshot_read = true}, [&](pqxx::transaction_base& tx) -> absl::Status {
        offers.clear();
        lists.clear();
        for (const auto& row : tx.exec_prepared(queries::kListAgreedOffers.name, day.ToString())) {
          offers.push_back({.item_id = row["item_id"].as<std::string>(),
                            .alliance_id = row["alliance_id"].as<std::string>(),
                            .supplier_id = row["supplier_id"].as<std::string>()});
        }
        for (const auto& row : tx.exec_prepared(queries::kListListedItems.name, day.ToString())) {
          std::vector<std::string>& items = lists[row["holder"].as<std::string>()];
          if (auto item_id = row["item_id"].as<std::string>(); !item_id.empty()) {
            items.push_back(std::move(item_id));
          }
        }
        return absl::OkStatus();
      }));
  index_.SetOffers(offers);
  index_.SetLists(lists);
  standings_day_ = day;
  standings_read_ = clock_->Now();
  standings_changed_ = false;
  return absl::OkStatus();
}

// True when there may be more.
absl::StatusOr<bool> ItemSearch::LoadChanged() {
  struct Changes {
    std::vector<Item> items;
    std::string transaction_id;
    int64_t sequence = 0;
    bool full = false;
    bool imported = false;   // more than the entries name
    bool standings = false;  // offers or lists
  };
  QINGQU_ASSIGN_OR_RETURN(
      const Changes changes,
      db::RunRead(*pool_, NewCall(), [&](pqxx::transaction_base& tx) -> absl::StatusOr<Changes> {
        const auto horizon =
            tx.exec_prepared(queries::kReadJournalHorizon.name)[0]["horizon"].as<std::string>();
        Changes found{.items = {}, .transaction_id = transaction_id_, .sequence = sequence_};
        std::set<std::string> ids;
        const pqxx::result rows =
            tx.exec_prepared(queries::kListItemChanges.name, transaction_id_, sequence_, horizon,
                             db::TextArray(ItemEvents()), kEntriesAtOnce);
        for (const auto& row : rows) {
          const auto resource = row["resource"].as<std::string>();
          if (resource.starts_with(kItems)) {
            ids.insert(resource.substr(kItems.size()));
          } else if (resource.starts_with(kItemImports)) {
            found.imported = true;
          } else {
            found.standings = true;
          }
          found.transaction_id = row["transaction_id"].as<std::string>();
          found.sequence = row["sequence"].as<int64_t>();
        }
        found.full = static_cast<int>(rows.size()) == kEntriesAtOnce;
        if (ids.empty()) return found;
        QINGQU_ASSIGN_OR_RETURN(found.items, BatchGetItems(tx, {ids.begin(), ids.end()}));
        return found;
      }));
  standings_changed_ = standings_changed_ || changes.standings;
  if (changes.imported) {
    QINGQU_RETURN_IF_ERROR(LoadAll());
    return true;
  }
  for (const Item& item : changes.items) Put(item);
  transaction_id_ = changes.transaction_id;
  sequence_ = changes.sequence;
  return changes.full;
}

absl::Status ItemSearch::Look() {
  if (!ready_) QINGQU_RETURN_IF_ERROR(LoadAll());
  for (bool more = ready_; more;) {
    QINGQU_ASSIGN_OR_RETURN(more, LoadChanged());
  }
  QINGQU_RETURN_IF_ERROR(LoadStandings());
  ready_ = true;
  return absl::OkStatus();
}

void ItemSearch::Start() {
  loop_.Start([this](const std::stop_token&) {
    const absl::Status looked = Look();
    if (!looked.ok()) spdlog::warn("items are not looked at for the search: {}", looked.ToString());
    return options_.look_every;
  });
}

}  // namespace qingqu::catalog
