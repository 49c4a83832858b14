#include "services/catalog/item_store.h"

#include <map>

#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

// A JSON array of [device identifier, unit, base units], in order; NULL when there is none.
std::vector<Pack> ReadPacks(const pqxx::field& field) {
  std::vector<Pack> packs;
  if (field.is_null()) return packs;
  for (const nlohmann::json& pack : nlohmann::json::parse(field.as<std::string>())) {
    packs.push_back({.device_identifier = pack.at(0).get<std::string>(),
                     .unit = pack.at(1).get<std::string>(),
                     .base_units = pack.at(2).get<int64_t>()});
  }
  return packs;
}

Item ReadItem(const pqxx::row& row) {
  return {.id = row["item_id"].as<std::string>(),
          .display_name = row["display_name"].as<std::string>(),
          .specification = row["specification"].as<std::string>(),
          .registration_number = row["registration_number"].as<std::string>(),
          .registration_expire_date = ReadOptionalDate(row["registration_expire_date"]),
          .device_class = static_cast<DeviceClass>(row["device_class"].as<int>()),
          .national_code = row["national_code"].as<std::string>(),
          .device_identifier = row["device_identifier"].as<std::string>(),
          .base_unit = row["base_unit"].as<std::string>(),
          .packs = ReadPacks(row["packs"]),
          .manufacturer = row["manufacturer"].as<std::string>(),
          .lot_tracked = row["lot_tracked"].as<bool>(),
          .serial_tracked = row["serial_tracked"].as<bool>(),
          .expiry_tracked = row["expiry_tracked"].as<bool>(),
          .high_value = row["high_value"].as<bool>(),
          .approval = ReadApproval(row)};
}

absl::StatusOr<Item> ReadOne(const pqxx::result& rows, std::string_view id) {
  if (rows.empty()) return ItemNotFound(ItemName(id));
  return ReadItem(rows[0]);
}

absl::Status InsertIdentifiers(pqxx::transaction_base& tx, const Item& item) {
  std::vector<std::string> identifiers{item.device_identifier};
  for (const Pack& pack : item.packs) identifiers.push_back(pack.device_identifier);
  const std::string array = db::TextArray(identifiers);
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertDeviceIdentifiers.name, item.id, array);
  if (inserted.affected_rows() == identifiers.size()) return absl::OkStatus();
  const pqxx::result taken =
      tx.exec_prepared(queries::kFindTakenDeviceIdentifier.name, item.id, array);
  if (taken.empty()) return DeviceIdentifierTaken(identifiers.front(), ItemName(item.id));
  return DeviceIdentifierTaken(taken[0]["device_identifier"].as<std::string>(),
                               ItemName(taken[0]["item_id"].as<std::string>()));
}

void InsertPacks(pqxx::transaction_base& tx, const Item& item) {
  db::ArrayBuilder identifiers;
  db::ArrayBuilder units;
  db::ArrayBuilder base_units;
  for (const Pack& pack : item.packs) {
    identifiers.AddText(pack.device_identifier);
    units.AddText(pack.unit);
    base_units.AddInteger(pack.base_units);
  }
  tx.exec_prepared(queries::kInsertItemPacks.name, item.id, identifiers.Build(), units.Build(),
                   base_units.Build());
}

// The least text that is greater than every code with this prefix: ':' follows '9'.
std::string EndOfPrefix(const std::string& prefix) { return prefix + ":"; }

}  // namespace

absl::Status InsertItem(pqxx::transaction_base& tx, const Item& item) {
  const std::string expire_date =
      item.registration_expire_date ? item.registration_expire_date->ToString() : "";
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertItem.name, item.id, item.display_name, item.specification,
      item.registration_number, expire_date, static_cast<int>(item.device_class),
      item.national_code, item.device_identifier, item.base_unit, item.manufacturer,
      item.lot_tracked, item.serial_tracked, item.expiry_tracked, item.high_value,
      item.approval.proposer_id, TimestampText(item.approval.created_at));
  if (inserted.affected_rows() == 0) return ItemExists(ItemName(item.id));
  if (const absl::Status status = InsertIdentifiers(tx, item); !status.ok()) return status;
  if (!item.packs.empty()) InsertPacks(tx, item);
  return absl::OkStatus();
}

absl::StatusOr<Item> GetItem(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kGetItem.name, std::string(id)), id);
}

absl::StatusOr<Item> LockItem(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kLockItem.name, std::string(id)), id);
}

absl::StatusOr<std::vector<Item>> BatchGetItems(pqxx::transaction_base& tx,
                                                const std::vector<std::string>& ids) {
  std::map<std::string, Item> found;
  for (const auto& row : tx.exec_prepared(queries::kBatchGetItems.name, db::TextArray(ids))) {
    Item item = ReadItem(row);
    std::string id = item.id;
    found.emplace(std::move(id), std::move(item));
  }
  std::vector<Item> items;
  items.reserve(ids.size());
  for (const std::string& id : ids) {
    const auto position = found.find(id);
    if (position == found.end()) return ItemNotFound(ItemName(id));
    items.push_back(position->second);
  }
  return items;
}

std::vector<Item> ListItems(pqxx::transaction_base& tx, const ItemListOptions& options) {
  const std::string state(options.state ? ApprovalStateName(*options.state) : "");
  const pqxx::result rows =
      options.national_code_prefix.empty()
          ? tx.exec_prepared(queries::kListItems.name, options.after_id, state, options.limit)
          : tx.exec_prepared(queries::kListItemsByNationalCode.name, options.after_id, state,
                             options.limit, options.national_code_prefix,
                             EndOfPrefix(options.national_code_prefix));
  std::vector<Item> items;
  for (const auto& row : rows) items.push_back(ReadItem(row));
  return items;
}

absl::StatusOr<FoundIdentifier> LookupDeviceIdentifier(pqxx::transaction_base& tx,
                                                       std::string_view device_identifier) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kLookupDeviceIdentifier.name, std::string(device_identifier));
  if (rows.empty()) return DeviceIdentifierUnknown(device_identifier);
  return FoundIdentifier{.item = ReadItem(rows[0]),
                         .base_units = rows[0]["found_base_units"].as<int64_t>()};
}

void UpdateItemState(pqxx::transaction_base& tx, const Item& item) {
  tx.exec_prepared(queries::kUpdateItemState.name, item.id,
                   std::string(ApprovalStateName(item.approval.state)), item.approval.approver_id,
                   TimestampText(item.approval.updated_at), item.approval.reinstatement_proposer_id,
                   item.approval.reinstater_id);
}

}  // namespace qingqu::catalog
