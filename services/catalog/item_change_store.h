#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pqxx/transaction_base"

#include "services/catalog/item_change.h"

namespace qingqu::catalog {

// Of a locked item. False when another change is open.
bool InsertItemChange(pqxx::transaction_base& tx, const ItemChange& change);

std::optional<ItemChange> FindOpenItemChange(pqxx::transaction_base& tx, std::string_view item_id);
std::optional<ItemChange> GetItemChange(pqxx::transaction_base& tx, const ItemChangeName& name);

// Writes state, decider and reason of an open change of a locked item.
void DecideItemChange(pqxx::transaction_base& tx, const ItemChange& decided);

struct ItemChangeListOptions {
  std::string item_id;  // empty: of all
  std::optional<ItemChangeState> state;
  std::string after_item_id;
  std::string after_change_id;
  int limit = 0;
};

// In the order of items and changes.
std::vector<ItemChange> ListItemChanges(pqxx::transaction_base& tx,
                                        const ItemChangeListOptions& options);

// Until the end of the transaction, in the order of their ids; those that are missing are not.
void LockItems(pqxx::transaction_base& tx, const std::vector<std::string>& ids);

}  // namespace qingqu::catalog
