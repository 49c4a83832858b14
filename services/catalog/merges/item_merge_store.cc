#include "services/catalog/merges/item_merge_store.h"

#include <set>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/mapping/local_code.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

ItemMerge ReadMerge(const pqxx::row& row) {
  return {.id = row["merge_id"].as<std::string>(),
          .item_id = row["item_id"].as<std::string>(),
          .into_item_id = row["into_item_id"].as<std::string>(),
          .base_units = row["base_units"].as<int64_t>(),
          .reason = row["reason"].as<std::string>(),
          .state = MergeStateFromName(row["state"].as<std::string>()),
          .proposer = {.user_id = row["proposer_id"].as<std::string>(),
                       .on_behalf_of = row["proposer_for_id"].as<std::string>("")},
          .decider_id = row["decider_id"].as<std::string>(""),
          .repointed_count = row["repointed_count"].as<int64_t>(),
          .listed_count = row["listed_count"].as<int64_t>(),
          .priced_count = row["priced_count"].as<int64_t>(),
          .authorised_count = row["authorised_count"].as<int64_t>(),
          .left_price_ids = nlohmann::json::parse(row["left_price_ids"].as<std::string>())
                                .get<std::vector<std::string>>(),
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>()),
          .version = row["version"].as<int64_t>()};
}

}  // namespace

absl::Status InsertItemMerge(pqxx::transaction_base& tx, const ItemMerge& merge) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertItemMerge.name, merge.id, merge.item_id, merge.into_item_id, merge.base_units,
      merge.reason, merge.proposer.user_id, TimestampText(merge.created_at));
  return inserted.affected_rows() == 0 ? ItemMergeExists(merge.item_id) : absl::OkStatus();
}

absl::StatusOr<ItemMerge> LockItemMerge(pqxx::transaction_base& tx, std::string_view id) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockItemMerge.name, std::string(id));
  if (rows.empty()) return ItemMergeNotFound(id);
  return ReadMerge(rows[0]);
}

std::vector<ItemMerge> ListItemMerges(pqxx::transaction_base& tx, const MergeListOptions& options) {
  std::vector<ItemMerge> merges;
  for (const auto& row : tx.exec_prepared(queries::kListItemMerges.name, options.after_id,
                                          options.item_id, options.limit)) {
    merges.push_back(ReadMerge(row));
  }
  return merges;
}

absl::Status CheckNotMerged(pqxx::transaction_base& tx, std::string_view item_id) {
  const pqxx::result became = tx.exec_prepared(queries::kFindMergedItem.name, std::string(item_id));
  return became.empty() ? absl::OkStatus() : ItemMerged(item_id, became[0][0].as<std::string>());
}

void UpdateItemMerge(pqxx::transaction_base& tx, const ItemMerge& merge) {
  tx.exec_prepared(queries::kDecideItemMerge.name, merge.id,
                   std::string(MergeStateName(merge.state)), merge.decider_id,
                   merge.repointed_count, TimestampText(merge.updated_at), merge.listed_count,
                   merge.priced_count, merge.authorised_count, db::TextArray(merge.left_price_ids));
}

absl::StatusOr<MappedInstitutions> LockMappedLocalCodes(pqxx::transaction_base& tx,
                                                        const ItemMerge& merge) {
  // In a statement of its own: what is read beside a lock that was waited for may be old.
  tx.exec_prepared(queries::kLockMappedLocalCodes.name, merge.item_id);
  MappedInstitutions mapped;
  for (const auto& row : tx.exec_prepared(queries::kListMappedLocalCodes.name, merge.item_id)) {
    const auto institution_id = row["institution_id"].as<std::string>();
    const auto local_code = row["local_code"].as<std::string>();
    if (row["unit_factor"].as<int64_t>() > kUnitFactorMax / merge.base_units) {
      return UnitFactorTooLarge(institution_id, local_code);
    }
    MappedInstitution& institution = mapped[institution_id];
    institution.alliance_id = row["alliance_id"].as<std::string>();
    institution.local_codes.push_back(local_code);
  }
  return mapped;
}

void RepointMappings(pqxx::transaction_base& tx, const ItemMerge& merge, CivilDate today) {
  tx.exec_prepared(queries::kRepointMappings.name, merge.item_id, merge.into_item_id,
                   merge.base_units, today.ToString(), merge.decider_id,
                   TimestampText(merge.updated_at), fmt::format("merged: {}", merge.id));
  tx.exec_prepared(queries::kCompareProposedAgain.name, merge.item_id);
}

void LockWhatIsCarried(pqxx::transaction_base& tx, const ItemMerge& merge, CivilDate today) {
  tx.exec_prepared(queries::kLockPriceItems.name,
                   db::TextArray({merge.item_id, merge.into_item_id}));
  tx.exec_prepared(queries::kLockListsOfItem.name, merge.item_id, today.ToString());
}

std::vector<std::string> CarryOver(pqxx::transaction_base& tx, ItemMerge& merge, CivilDate today) {
  const std::string day = today.ToString();
  const pqxx::result listed = tx.exec_prepared(queries::kCarryListEntries.name, merge.item_id,
                                               merge.into_item_id, day, MergeName(merge.id));
  merge.listed_count = static_cast<int64_t>(listed.size());
  std::set<std::string> lists;
  for (const auto& row : listed) lists.insert(row["list_id"].as<std::string>());
  for (const auto& row : tx.exec_prepared(
           queries::kCarryPrices.name, merge.item_id, merge.into_item_id, merge.base_units, day,
           merge.decider_id, TimestampText(merge.updated_at), MergeName(merge.id))) {
    merge.priced_count += row["carried_count"].as<int64_t>();
    const bool left = !row["whole"].as<bool>() && merge.left_price_ids.size() < kLeftPricesMax;
    if (left) merge.left_price_ids.push_back(row["price_id"].as<std::string>());
  }
  merge.authorised_count = static_cast<int64_t>(
      tx.exec_prepared(queries::kCarryAuthorisations.name, merge.item_id, merge.into_item_id, day)
          .affected_rows());
  return {lists.begin(), lists.end()};
}

}  // namespace qingqu::catalog
