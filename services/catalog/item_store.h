#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/item.h"

namespace qingqu::catalog {

// ALREADY_EXISTS ITEM_EXISTS, or
// DEVICE_IDENTIFIER_TAKEN when one of its identifiers belongs to another item or pack, also when
// both are proposed at once.
absl::Status InsertItem(pqxx::transaction_base& tx, const Item& item, std::string_view event);

// What `item` tells of its registration must be what that says, when it is known. INVALID_ARGUMENT
// that names the field, FAILED_PRECONDITION REGISTRATION_CANCELLED.
absl::Status CheckToldRegistration(pqxx::transaction_base& tx, const Item& item);

// The two people who let an item in, and the journal's event that tells of it.
struct ItemAdmission {
  auth::Actor proposer;
  auth::Actor approver;
  std::string event;
  absl::Time now;
};

// Makes the registration of an item that is approved from what the item tells, if it is not known
// yet; else as CheckToldRegistration.
absl::Status EnsureRegistration(pqxx::transaction_base& tx, const Item& item,
                                const ItemAdmission& admission);

// NOT_FOUND ITEM_NOT_FOUND.
absl::StatusOr<Item> GetItem(pqxx::transaction_base& tx, std::string_view id);
// The same, locked until the end of the transaction.
absl::StatusOr<Item> LockItem(pqxx::transaction_base& tx, std::string_view id);

// Who wrote or handed in what is to be approved, each with whom they stood in for then.
std::vector<auth::Actor> ListItemAuthors(pqxx::transaction_base& tx, std::string_view id);

// As it was at `instant`. NOT_FOUND ITEM_NOT_FOUND when it was not there yet.
absl::StatusOr<Item> GetItemAsOf(pqxx::transaction_base& tx, std::string_view id,
                                 absl::Time instant);
// Its versions below `before_version`, the newest first.
std::vector<Item> ListItemVersions(pqxx::transaction_base& tx, std::string_view id,
                                   int64_t before_version, int limit);

// In the order of `ids`, which may repeat. NOT_FOUND ITEM_NOT_FOUND names the first that is
// missing.
absl::StatusOr<std::vector<Item>> BatchGetItems(pqxx::transaction_base& tx,
                                                const std::vector<std::string>& ids);

// By id; those that are missing are not in it.
std::map<std::string, Item> FindItems(pqxx::transaction_base& tx,
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

// What was done to an item, as the journal calls it, and why.
struct ItemEvent {
  std::string name;
  std::string reason;
  std::string change_id;  // by which change, if by one
};

// Writes state, approver, time and version of a locked item.
void UpdateItemState(pqxx::transaction_base& tx, const Item& item, const ItemEvent& event);

// Writes the content of a locked item, its packs as a version of their own when they changed.
// ALREADY_EXISTS DEVICE_IDENTIFIER_TAKEN.
absl::Status UpdateItemContent(pqxx::transaction_base& tx, const Item& item, bool packs_changed,
                               const ItemEvent& event);

// OK when none of the item's device identifiers belongs to another. ALREADY_EXISTS
// DEVICE_IDENTIFIER_TAKEN.
absl::Status CheckIdentifiersFree(pqxx::transaction_base& tx, const Item& item);

}  // namespace qingqu::catalog
