#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/base/civil_date.h"
#include "services/catalog/merges/item_merge.h"

namespace qingqu::catalog {

// ALREADY_EXISTS ITEM_MERGE_EXISTS, also when two are proposed at once.
absl::Status InsertItemMerge(pqxx::transaction_base& tx, const ItemMerge& merge);
// Locked until the end of the transaction. NOT_FOUND ITEM_MERGE_NOT_FOUND.
absl::StatusOr<ItemMerge> LockItemMerge(pqxx::transaction_base& tx, std::string_view id);

struct MergeListOptions {
  std::string after_id;
  std::string item_id;  // "": all
  int limit = 0;
};
std::vector<ItemMerge> ListItemMerges(pqxx::transaction_base& tx, const MergeListOptions& options);

// OK when the item is still itself. FAILED_PRECONDITION ITEM_MERGED.
absl::Status CheckNotMerged(pqxx::transaction_base& tx, std::string_view item_id);

// Writes state, decider, count, time and version.
void UpdateItemMerge(pqxx::transaction_base& tx, const ItemMerge& merge);

// The local codes that are an item's, by institution, locked in sorted order.
struct MappedInstitution {
  std::string alliance_id;
  std::vector<std::string> local_codes;
};
using MappedInstitutions = std::map<std::string, MappedInstitution>;
// FAILED_PRECONDITION UNIT_FACTOR_TOO_LARGE when one of them, times `base_units`, is beyond what is
// counted.
absl::StatusOr<MappedInstitutions> LockMappedLocalCodes(pqxx::transaction_base& tx,
                                                        const ItemMerge& merge);

// What the one item was is the other's from `today` on.
void RepointMappings(pqxx::transaction_base& tx, const ItemMerge& merge, CivilDate today);

// Nobody else changes the lists on which the one item is today or later, nor the prices of either,
// until the end of the transaction. Before the items themselves are locked, as others do it.
void LockWhatIsCarried(pqxx::transaction_base& tx, const ItemMerge& merge, CivilDate today);

// From today on the other item stands where the one did and it did not: on approved lists, in
// prices, in authorisations. What it got, and what it did not, is written into `merge`. The lists,
// each once.
std::vector<std::string> CarryOver(pqxx::transaction_base& tx, ItemMerge& merge, CivilDate today);

}  // namespace qingqu::catalog
