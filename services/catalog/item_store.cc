#include "services/catalog/item_store.h"

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status.h"
#include "services/catalog/errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/registrations/registration_errors.h"
#include "services/catalog/registrations/registration_store.h"
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

std::optional<int> ReadOptionalInteger(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<int>();
}

// What is read as it stands elsewhere, and where the version came from.
void ReadSurroundings(const pqxx::row& row, Item& item) {
  item.pack_version = row["pack_version"].as<int64_t>();
  item.event = row["event"].as<std::string>();
  item.reason = row["reason"].as<std::string>();
  item.changed_by_id = row["changed_by_id"].as<std::string>("");
  item.change_id = row["change_id"].as<std::string>("");
  if (!row["withdrawn_state"].is_null()) {
    item.withdrawn_state = ApprovalStateFromName(row["withdrawn_state"].as<std::string>());
  }
  if (!row["registration_state"].is_null()) {
    item.registration_state =
        RegistrationStateFromName(row["registration_state"].as<std::string>());
  }
  item.registration_valid_from = ReadOptionalDate(row["registration_valid_from"]);
  item.monitored_group = row["monitored_group"].as<std::string>("");
}

Item ReadItem(const pqxx::row& row) {
  Item item{.id = row["item_id"].as<std::string>(),
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
            .model = row["model"].as<std::string>(),
            .storage_conditions = row["storage_conditions"].as<std::string>(),
            .storage_celsius_min = ReadOptionalInteger(row["storage_celsius_min"]),
            .storage_celsius_max = ReadOptionalInteger(row["storage_celsius_max"]),
            .sterile = row["sterile"].as<bool>(),
            .single_use = row["single_use"].as<bool>(),
            .implant = row["implant"].as<bool>(),
            .procurement_group = row["procurement_group"].as<std::string>(),
            .charge_code = row["charge_code"].as<std::string>(),
            .approval = ReadApproval(row)};
  ReadSurroundings(row, item);
  return item;
}

// An item that was asked for by its name, with what it became.
Item ReadNamedItem(const pqxx::row& row) {
  Item item = ReadItem(row);
  item.merged_into_id = row["merged_into_id"].as<std::string>("");
  return item;
}

absl::StatusOr<Item> ReadOne(const pqxx::result& rows, std::string_view id) {
  if (rows.empty()) return ItemNotFound(ItemName(id));
  return ReadItem(rows[0]);
}

std::vector<std::string> IdentifiersOf(const Item& item) {
  std::vector<std::string> identifiers{item.device_identifier};
  for (const Pack& pack : item.packs) identifiers.push_back(pack.device_identifier);
  return identifiers;
}

// Those that the item has already stay its own.
absl::Status InsertIdentifiers(pqxx::transaction_base& tx, const Item& item) {
  tx.exec_prepared(queries::kInsertDeviceIdentifiers.name, item.id,
                   db::TextArray(IdentifiersOf(item)));
  return CheckIdentifiersFree(tx, item);
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
  tx.exec_prepared(queries::kInsertItemPacks.name, item.id, item.pack_version, identifiers.Build(),
                   units.Build(), base_units.Build());
}

std::string DateText(const std::optional<CivilDate>& date) { return date ? date->ToString() : ""; }
std::string NumberText(const std::optional<int>& number) {
  return number ? fmt::format("{}", *number) : "";
}

// The least text that is greater than every code with this prefix: ':' follows '9'.
std::string EndOfPrefix(const std::string& prefix) { return prefix + ":"; }

}  // namespace

absl::Status EnsureRegistration(pqxx::transaction_base& tx, const Item& item,
                                const ItemAdmission& admission) {
  const auto number = ParseRegistrationNumber(item.registration_number);
  if (!number.ok()) return number.status();
  Registration told = TellRegistration(*number,
                                       {.product_name = item.display_name,
                                        .registrant = item.manufacturer,
                                        .expire_date = item.registration_expire_date},
                                       {.actor = admission.proposer, .now = admission.now});
  told.approver = admission.approver;
  told.event = admission.event;
  if (InsertRegistration(tx, told)) return absl::OkStatus();
  return CheckToldRegistration(tx, item);
}

absl::Status CheckToldRegistration(pqxx::transaction_base& tx, const Item& item) {
  const auto known = GetRegistration(tx, item.registration_number);
  if (absl::IsNotFound(known.status())) return absl::OkStatus();
  if (!known.ok()) return known.status();
  const std::string name = RegistrationName(item.registration_number);
  if (known->state == RegistrationState::kCancelled) return RegistrationCancelled(name);
  if (known->content.expire_date == item.registration_expire_date) return absl::OkStatus();
  return InvalidField(
      "item.registration_expire_date",
      fmt::format("{} holds until {} as the catalogue knows it; correct the date, or record what "
                  "changed of the registration",
                  name, DateText(known->content.expire_date)));
}

absl::Status InsertItem(pqxx::transaction_base& tx, const Item& item, std::string_view event) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertItem.name, item.id, item.display_name, item.specification,
      item.registration_number, DateText(item.registration_expire_date),
      static_cast<int>(item.device_class), item.national_code, item.device_identifier,
      item.base_unit, item.manufacturer, item.lot_tracked, item.serial_tracked, item.expiry_tracked,
      item.high_value, std::string(ApprovalStateName(item.approval.state)),
      item.approval.proposer_id, TimestampText(item.approval.created_at), item.model,
      item.storage_conditions, NumberText(item.storage_celsius_min),
      NumberText(item.storage_celsius_max), item.sterile, item.single_use, item.implant,
      item.procurement_group, item.charge_code, std::string(event));
  if (inserted.affected_rows() == 0) return ItemExists(ItemName(item.id));
  if (const absl::Status status = InsertIdentifiers(tx, item); !status.ok()) return status;
  if (!item.packs.empty()) InsertPacks(tx, item);
  return absl::OkStatus();
}

absl::Status CheckIdentifiersFree(pqxx::transaction_base& tx, const Item& item) {
  const pqxx::result taken = tx.exec_prepared(queries::kFindTakenDeviceIdentifier.name, item.id,
                                              db::TextArray(IdentifiersOf(item)));
  if (taken.empty()) return absl::OkStatus();
  return DeviceIdentifierTaken(taken[0]["device_identifier"].as<std::string>(),
                               ItemName(taken[0]["item_id"].as<std::string>()));
}

std::vector<auth::Actor> ListItemAuthors(pqxx::transaction_base& tx, std::string_view id) {
  std::vector<auth::Actor> authors;
  for (const auto& row : tx.exec_prepared(queries::kListItemAuthors.name, std::string(id))) {
    authors.push_back({.user_id = row["changed_by_id"].as<std::string>(),
                       .on_behalf_of = row["changed_for_id"].as<std::string>("")});
  }
  return authors;
}

absl::StatusOr<Item> GetItemAsOf(pqxx::transaction_base& tx, std::string_view id,
                                 absl::Time instant) {
  return ReadOne(
      tx.exec_prepared(queries::kGetItemAsOf.name, std::string(id), TimestampText(instant)), id);
}

std::vector<Item> ListItemVersions(pqxx::transaction_base& tx, std::string_view id,
                                   int64_t before_version, int limit) {
  std::vector<Item> versions;
  for (const auto& row :
       tx.exec_prepared(queries::kListItemVersions.name, std::string(id), before_version, limit)) {
    versions.push_back(ReadItem(row));
  }
  return versions;
}

absl::StatusOr<Item> GetItem(pqxx::transaction_base& tx, std::string_view id) {
  const pqxx::result rows = tx.exec_prepared(queries::kGetItem.name, std::string(id));
  if (rows.empty()) return ItemNotFound(ItemName(id));
  return ReadNamedItem(rows[0]);
}

absl::StatusOr<Item> LockItem(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kLockItem.name, std::string(id)), id);
}

std::map<std::string, Item> FindItems(pqxx::transaction_base& tx,
                                      const std::vector<std::string>& ids) {
  std::map<std::string, Item> found;
  for (const auto& row : tx.exec_prepared(queries::kBatchGetItems.name, db::TextArray(ids))) {
    Item item = ReadNamedItem(row);
    std::string id = item.id;
    found.emplace(std::move(id), std::move(item));
  }
  return found;
}

absl::StatusOr<std::vector<Item>> BatchGetItems(pqxx::transaction_base& tx,
                                                const std::vector<std::string>& ids) {
  const std::map<std::string, Item> found = FindItems(tx, ids);
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

void UpdateItemState(pqxx::transaction_base& tx, const Item& item, const ItemEvent& event) {
  tx.exec_prepared(
      queries::kUpdateItemState.name, item.id, std::string(ApprovalStateName(item.approval.state)),
      item.approval.approver_id, TimestampText(item.approval.updated_at),
      item.approval.reinstatement_proposer_id, item.approval.reinstater_id, event.name,
      event.reason,
      std::string(item.withdrawn_state ? ApprovalStateName(*item.withdrawn_state) : ""));
}

absl::Status UpdateItemContent(pqxx::transaction_base& tx, const Item& item, bool packs_changed,
                               const ItemEvent& event) {
  Item next = item;
  if (packs_changed) {
    ++next.pack_version;
    if (const absl::Status status = InsertIdentifiers(tx, next); !status.ok()) return status;
    if (!next.packs.empty()) InsertPacks(tx, next);
  }
  tx.exec_prepared(queries::kUpdateItemContent.name, next.id, next.display_name, next.pack_version,
                   next.specification, next.registration_number,
                   DateText(next.registration_expire_date), static_cast<int>(next.device_class),
                   next.national_code, next.manufacturer, next.lot_tracked, next.serial_tracked,
                   next.expiry_tracked, next.high_value, next.model, next.storage_conditions,
                   NumberText(next.storage_celsius_min), NumberText(next.storage_celsius_max),
                   next.sterile, next.single_use, next.implant, next.procurement_group,
                   next.charge_code, event.name, event.reason, event.change_id,
                   TimestampText(next.approval.updated_at), next.approval.version);
  return absl::OkStatus();
}

}  // namespace qingqu::catalog
