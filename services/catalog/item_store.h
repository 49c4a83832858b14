#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/item.h"

namespace qingqu::catalog {

// ALREADY_EXISTS ITEM_EXISTS, or DEVICE_IDENTIFIER_TAKEN when one of its identifiers belongs to
// another item or pack, also when both are proposed at once.
absl::Status InsertItem(pqxx::transaction_base& tx, const Item& item);

// NOT_FOUND ITEM_NOT_FOUND.
absl::StatusOr<Item> GetItem(pqxx::transaction_base& tx, std::string_view id);
// The same, locked until the end of the transaction.
absl::StatusOr<Item> LockItem(pqxx::transaction_base& tx, std::string_view id);

// In the order of `ids`, which may repeat. NOT_FOUND ITEM_NOT_FOUND names the first that is
// missing.
absl::StatusOr<std::vector<Item>> BatchGetItems(pqxx::transaction_base& tx,
                                                const std::vector<std::string>& ids);

struct ItemListOptions {
  std::string after_id;
  std::optional<ApprovalState> state;
  std::string national_code_prefix;  // empty, or C and digits
  int limit = 0;
};

std::vector<Item> ListItems(pqxx::transaction_base& tx, const ItemListOptions& options);

struct FoundIdentifier {
  Item item;
  int64_t base_units = 0;
};

// NOT_FOUND DEVICE_IDENTIFIER_UNKNOWN.
absl::StatusOr<FoundIdentifier> LookupDeviceIdentifier(pqxx::transaction_base& tx,
                                                       std::string_view device_identifier);

// Writes state, approver, time and version of a locked item.
void UpdateItemState(pqxx::transaction_base& tx, const Item& item);

}  // namespace qingqu::catalog
