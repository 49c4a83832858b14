#include "services/catalog/imports/item_import_store.h"

#include <array>
#include <optional>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status.h"
#include "services/catalog/item_store.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

std::vector<std::string> IdentifiersOf(const Item& item) {
  std::vector<std::string> identifiers{item.device_identifier};
  for (const Pack& pack : item.packs) identifiers.push_back(pack.device_identifier);
  return identifiers;
}

void StageIdentifiers(pqxx::transaction_base& tx, int64_t import_number,
                      const std::vector<Item>& items) {
  db::ArrayBuilder identifiers;
  db::ArrayBuilder owners;
  for (const Item& item : items) {
    for (const std::string& identifier : IdentifiersOf(item)) {
      identifiers.AddText(identifier);
      owners.AddText(item.id);
    }
  }
  tx.exec_prepared(queries::kStageItemIdentifiers.name, import_number, identifiers.Build(),
                   owners.Build());
}

void StagePacks(pqxx::transaction_base& tx, int64_t import_number, const std::vector<Item>& items) {
  db::ArrayBuilder owners, positions, identifiers, units, base_units;
  for (const Item& item : items) {
    int64_t position = 0;
    for (const Pack& pack : item.packs) {
      owners.AddText(item.id);
      positions.AddInteger(++position);
      identifiers.AddText(pack.device_identifier);
      units.AddText(pack.unit);
      base_units.AddInteger(pack.base_units);
    }
  }
  tx.exec_prepared(queries::kStageItemPacks.name, import_number, owners.Build(), positions.Build(),
                   identifiers.Build(), units.Build(), base_units.Build());
}

// The columns of staged items, in the order of the query's parameters.
class ItemArrays {
 public:
  void Add(const Item& item) {
    size_t at = 0;
    for (const std::string* text :
         {&item.id, &item.display_name, &item.specification, &item.registration_number}) {
      columns_[at++].AddText(*text);
    }
    columns_[at++].AddTextOrNull(
        item.registration_expire_date ? item.registration_expire_date->ToString() : "");
    columns_[at++].AddInteger(static_cast<int>(item.device_class));
    for (const std::string* text :
         {&item.national_code, &item.device_identifier, &item.base_unit, &item.manufacturer,
          &item.model, &item.storage_conditions, &item.procurement_group, &item.charge_code}) {
      columns_[at++].AddText(*text);
    }
    for (const bool flag : {item.lot_tracked, item.serial_tracked, item.expiry_tracked,
                            item.high_value, item.sterile, item.single_use, item.implant}) {
      columns_[at++].AddBoolean(flag);
    }
    for (const std::optional<int>& celsius : {item.storage_celsius_min, item.storage_celsius_max}) {
      if (celsius) {
        columns_[at++].AddInteger(*celsius);
      } else {
        columns_[at++].AddNull();
      }
    }
  }
  std::string Build(size_t column) const { return columns_.at(column).Build(); }

 private:
  std::array<db::ArrayBuilder, 23> columns_;
};

}  // namespace

PresentItems FindPresentItems(pqxx::transaction_base& tx, int64_t import_number,
                              const std::vector<Item>& items) {
  std::vector<std::string> ids;
  std::vector<std::string> identifiers;
  std::vector<std::string> numbers;
  for (const Item& item : items) {
    ids.push_back(item.id);
    numbers.push_back(item.registration_number);
    for (std::string& identifier : IdentifiersOf(item)) {
      identifiers.push_back(std::move(identifier));
    }
  }
  PresentItems present{.items = FindItems(tx, ids)};
  for (const auto& row :
       tx.exec_prepared(queries::kFindStagedItems.name, import_number, db::TextArray(ids))) {
    present.staged.insert(row[0].as<std::string>());
  }
  for (const auto& row : tx.exec_prepared(queries::kFindIdentifierOwners.name, import_number,
                                          db::TextArray(identifiers))) {
    present.identifiers.emplace(row[0].as<std::string>(), row[1].as<std::string>());
  }
  for (const auto& row : tx.exec_prepared(queries::kFindToldRegistrationDates.name, import_number,
                                          db::TextArray(numbers))) {
    present.registration_dates.emplace(row[0].as<std::string>(), row[1].as<std::string>());
  }
  return present;
}

void StageItems(pqxx::transaction_base& tx, int64_t import_number, const std::vector<Item>& items) {
  if (items.empty()) return;
  ItemArrays arrays;
  for (const Item& item : items) arrays.Add(item);
  tx.exec_prepared(
      queries::kStageItems.name, import_number, arrays.Build(0), arrays.Build(1), arrays.Build(2),
      arrays.Build(3), arrays.Build(4), arrays.Build(5), arrays.Build(6), arrays.Build(7),
      arrays.Build(8), arrays.Build(9), arrays.Build(10), arrays.Build(11), arrays.Build(12),
      arrays.Build(13), arrays.Build(14), arrays.Build(15), arrays.Build(16), arrays.Build(17),
      arrays.Build(18), arrays.Build(19), arrays.Build(20), arrays.Build(21), arrays.Build(22));
  StagePacks(tx, import_number, items);
  StageIdentifiers(tx, import_number, items);
}

absl::StatusOr<db::ImportMerge> ProposeStagedItems(pqxx::transaction_base& tx,
                                                   const db::ImportSession& session,
                                                   const ItemProposer& proposer) {
  const pqxx::row counts = tx.exec_prepared1(queries::kInsertStagedItems.name, session.number,
                                             proposer.user_id, TimestampText(proposer.now));
  if (counts["identifiers"].as<int64_t>() != counts["identifiers_wanted"].as<int64_t>()) {
    return MakeError(absl::StatusCode::kAborted, "CONCURRENT_CHANGE",
                     "somebody proposed an item with the same device identifier at the same "
                     "moment; finish again");
  }
  const int64_t staged =
      tx.exec_prepared1(queries::kCountStagedItems.name, session.number)[0].as<int64_t>();
  tx.exec_prepared(queries::kInsertStagedPacks.name, session.number);
  DeleteStagedItems(tx, {session.number});
  const auto imported = counts["items"].as<int64_t>();
  // What was neither staged nor rejected was there as the row says.
  return db::ImportMerge{.imported_count = imported,
                         .unchanged_count = session.read_count - session.rejected_count - staged,
                         .rejected_count = staged - imported};
}

void DeleteStagedItems(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers) {
  if (import_numbers.empty()) return;
  const std::string numbers = db::IntegerArray(import_numbers);
  tx.exec_prepared(queries::kDeleteStagedItems.name, numbers);
  tx.exec_prepared(queries::kDeleteStagedItemIdentifiers.name, numbers);
  tx.exec_prepared(queries::kDeleteStagedItemPacks.name, numbers);
}

}  // namespace qingqu::catalog
