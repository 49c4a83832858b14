#include "services/catalog/imports/item_row_batch.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"

#include "services/catalog/registration_number.h"

namespace qingqu::catalog {
namespace {

constexpr int kErrorsMax = 10'000;
constexpr std::string_view kItemField = "item.";
constexpr std::string_view kPackField = "packs[0].";

using Staged = db::StagedBatch<v1::AppendItemRowsResponse>;

struct Cell {
  std::string column;
  std::string value;
  std::string reason;
  std::string message;
};

class Batch {
 public:
  // One row is rejected once, whatever the number of its bad cells.
  void Reject(int64_t line, const std::vector<Cell>& cells) {
    ++staged_.rejected_count;
    for (const Cell& cell : cells) {
      if (staged_.response.errors_size() == kErrorsMax) return;
      v1::RowError& error = *staged_.response.add_errors();
      error.set_line(line);
      error.set_column(cell.column);
      error.set_value(cell.value);
      error.set_reason(cell.reason);
      error.set_message(cell.message);
    }
  }
  Staged Take() { return std::move(staged_); }

 private:
  Staged staged_;
};

std::optional<DeviceClass> ClassOf(const v1::ItemRow& row) {
  if (row.device_class() >= 1 && row.device_class() <= 3) {
    return static_cast<DeviceClass>(row.device_class());
  }
  if (row.device_class() != 0) return std::nullopt;
  const auto number = ParseRegistrationNumber(row.registration_number());
  if (!number.ok()) return DeviceClass::kI;  // the number is told of
  return number->device_class;
}

// Within what an int holds; what is no temperature is refused with the others.
int Celsius(int64_t degrees) { return static_cast<int>(std::clamp<int64_t>(degrees, -999, 999)); }

bool HasPackColumns(const v1::ItemRow& row) { return !row.pack_device_identifier().empty(); }

// "盒=10=16901234567899;箱=100=26901234567896". What is written otherwise makes a pack that nobody
// accepts.
void AddPacks(std::string_view text, std::vector<PackDraft>& packs) {
  while (!text.empty() && packs.size() <= kPacksMax) {
    const std::string_view one = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (one.find_first_not_of(' ') == std::string_view::npos) continue;
    const size_t first = one.find('=');
    const size_t second = first == std::string_view::npos ? first : one.find('=', first + 1);
    PackDraft& pack = packs.emplace_back();
    pack.unit = one.substr(0, first);
    if (second == std::string_view::npos) continue;
    const std::string_view units = one.substr(first + 1, second - first - 1);
    const auto [end, error] =
        std::from_chars(units.data(), units.data() + units.size(), pack.base_units);
    if (error != std::errc() || end != units.data() + units.size()) pack.base_units = 0;
    pack.device_identifier = one.substr(second + 1);
  }
}

ItemDraft DraftOf(const v1::ItemRow& row) {
  ItemDraft draft{.id = row.item_id(),
                  .display_name = row.display_name(),
                  .specification = row.specification(),
                  .registration_number = row.registration_number(),
                  .registration_expire_date = row.registration_expire_date(),
                  .device_class = ClassOf(row),
                  .national_code = row.national_code(),
                  .device_identifier = row.device_identifier(),
                  .base_unit = row.base_unit(),
                  .manufacturer = row.manufacturer(),
                  .lot_tracked = row.lot_tracked(),
                  .serial_tracked = row.serial_tracked(),
                  .expiry_tracked = row.expiry_tracked(),
                  .high_value = row.high_value(),
                  .model = row.model(),
                  .storage_conditions = row.storage_conditions(),
                  .sterile = row.sterile(),
                  .single_use = row.single_use(),
                  .implant = row.implant(),
                  .procurement_group = row.procurement_group(),
                  .charge_code = row.charge_code()};
  if (row.has_storage_celsius_min()) draft.storage_celsius_min = Celsius(row.storage_celsius_min());
  if (row.has_storage_celsius_max()) draft.storage_celsius_max = Celsius(row.storage_celsius_max());
  if (HasPackColumns(row)) {
    draft.packs.push_back({.device_identifier = row.pack_device_identifier(),
                           .unit = row.pack_unit(),
                           .base_units = row.pack_base_units()});
  }
  AddPacks(row.packs(), draft.packs);
  return draft;
}

// "item.packs[0].unit" as the row calls it: "pack_unit", or "packs".
std::string ColumnOf(std::string field, const v1::ItemRow& row) {
  if (field.starts_with(kItemField)) field.erase(0, kItemField.size());
  if (HasPackColumns(row) && field.starts_with(kPackField)) {
    return field.replace(0, kPackField.size(), "pack_");
  }
  return field.substr(0, field.find('['));
}

std::vector<Cell> CellsOf(const absl::Status& status, const v1::ItemRow& row) {
  std::vector<Cell> cells;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad_request;
  if (payload.has_value() && bad_request.ParseFromString(std::string(*payload))) {
    for (const auto& violation : bad_request.field_violations()) {
      cells.push_back(
          {ColumnOf(violation.field(), row), "", "INVALID_FIELD", violation.description()});
    }
  }
  return cells;
}

bool IsAsItWas(const Item& present, const Item& item) {
  return present.display_name == item.display_name && present.specification == item.specification &&
         present.registration_number == item.registration_number &&
         present.registration_expire_date == item.registration_expire_date &&
         present.national_code == item.national_code &&
         present.device_identifier == item.device_identifier &&
         present.base_unit == item.base_unit && present.manufacturer == item.manufacturer &&
         present.lot_tracked == item.lot_tracked && present.serial_tracked == item.serial_tracked &&
         present.expiry_tracked == item.expiry_tracked && present.high_value == item.high_value &&
         present.packs == item.packs && present.model == item.model &&
         present.storage_conditions == item.storage_conditions &&
         present.storage_celsius_min == item.storage_celsius_min &&
         present.storage_celsius_max == item.storage_celsius_max &&
         present.sterile == item.sterile && present.single_use == item.single_use &&
         present.implant == item.implant && present.procurement_group == item.procurement_group &&
         present.charge_code == item.charge_code;
}

// A registration has one last day, whoever tells it.
std::optional<Cell> RegistrationObjection(const Item& item, PresentItems& present) {
  const std::string date =
      item.registration_expire_date ? item.registration_expire_date->ToString() : "";
  const auto [known, fresh] = present.registration_dates.emplace(item.registration_number, date);
  if (fresh || known->second == date) return std::nullopt;
  if (known->second == "cancelled") {
    return Cell{"registration_number", item.registration_number, "REGISTRATION_CANCELLED",
                "the authority cancelled it, for good"};
  }
  const std::string held = known->second.empty() ? "has no end" : "holds until " + known->second;
  return Cell{"registration_expire_date", date, "REGISTRATION_DATE_DIFFERS",
              "registrations/" + item.registration_number + " " + held};
}

// What speaks against an item beside all others; the identifiers of what is taken are noted.
std::optional<Cell> Objection(const Item& item, PresentItems& present) {
  if (!present.staged.insert(item.id).second) {
    return Cell{"item_id", item.id, "ITEM_TWICE", "stands in an earlier row"};
  }
  if (present.items.contains(item.id)) {
    return Cell{"item_id", item.id, "ITEM_EXISTS", "is there already, with other content"};
  }
  const auto taken = [&](const std::string& column, const std::string& identifier) {
    const auto [owner, free] = present.identifiers.emplace(identifier, item.id);
    if (free) return std::optional<Cell>();
    return std::optional(
        Cell{column, identifier, "DEVICE_IDENTIFIER_TAKEN", "belongs to items/" + owner->second});
  };
  std::optional<Cell> objection = taken("device_identifier", item.device_identifier);
  for (const Pack& pack : item.packs) {
    if (objection.has_value()) break;
    const bool first = &pack == &item.packs.front();
    objection = taken(first ? "pack_device_identifier" : "packs", pack.device_identifier);
  }
  return objection;
}

}  // namespace

Staged StageItemBatch(pqxx::transaction_base& tx, int64_t import_number,
                      const ItemProposer& proposer, const v1::AppendItemRowsRequest& request) {
  Batch batch;
  std::vector<Item> sound;
  std::vector<int64_t> lines;
  for (const v1::ItemRow& row : request.rows()) {
    absl::StatusOr<Item> item = ProposeItem(DraftOf(row), proposer.user_id, proposer.now);
    if (!item.ok()) {
      batch.Reject(row.line(), CellsOf(item.status(), row));
      continue;
    }
    sound.push_back(*std::move(item));
    lines.push_back(row.line());
  }
  PresentItems present = FindPresentItems(tx, import_number, sound);
  std::vector<Item> accepted;
  for (size_t i = 0; i < sound.size(); ++i) {
    const auto there = present.items.find(sound[i].id);
    std::optional<Cell> objection = RegistrationObjection(sound[i], present);
    if (!objection.has_value()) {
      if (there != present.items.end() && IsAsItWas(there->second, sound[i])) continue;
      objection = Objection(sound[i], present);
    }
    if (objection.has_value()) {
      batch.Reject(lines[i], {*objection});
    } else {
      accepted.push_back(std::move(sound[i]));
    }
  }
  StageItems(tx, import_number, accepted);
  return batch.Take();
}

}  // namespace qingqu::catalog
