#include "services/distribution/consumption.h"

#include "fmt/format.h"

namespace qingqu::distribution {
namespace {

bool CheckLine(size_t index, const scanning::ItemFacts& item, ConsumptionLine& line,
               LineProblems& problems) {
  if (!item.lot_tracked) line.lot.clear();
  if (!item.serial_tracked) line.serial.clear();
  const bool lot_missing = item.lot_tracked && line.lot.empty();
  const bool serial_missing = item.serial_tracked && line.serial.empty();
  const bool odd = item.serial_tracked && line.quantity != 1;
  if (lot_missing) problems.Add(index, "lot", "LOT_MISSING", "the item is tracked by lot");
  if (serial_missing) {
    problems.Add(index, "serial", "SERIAL_MISSING", "the item is tracked piece by piece");
  }
  if (odd) {
    problems.Add(index, "quantity", absl::StatusCode::kInvalidArgument, "QUANTITY_ODD",
                 "a piece with a serial number is exactly one");
  }
  if (item.suspended) {
    problems.Add(index, "item", "ITEM_SUSPENDED",
                 fmt::format("items/{} is suspended; do not use it", item.item_id));
  }
  return !lot_missing && !serial_missing && !odd && !item.suspended;
}

}  // namespace

void CheckConsumption(const std::map<std::string, scanning::ItemFacts>& items,
                      std::vector<ConsumptionLine>& lines, LineProblems& problems) {
  for (size_t index = 0; index < lines.size(); ++index) {
    ConsumptionLine& line = lines[index];
    const auto item = items.find(line.item_id);
    if (item == items.end()) {
      problems.Add(index, "item", absl::StatusCode::kNotFound, "ITEM_NOT_FOUND",
                   fmt::format("there is no items/{}", line.item_id));
      continue;
    }
    line.good = CheckLine(index, item->second, line, problems);
  }
}

void CheckLots(const LotExpiries& lots, CivilDate today, std::vector<ConsumptionLine>& lines,
               LineProblems& problems) {
  for (size_t index = 0; index < lines.size(); ++index) {
    ConsumptionLine& line = lines[index];
    if (!line.good || line.lot.empty()) continue;
    const auto lot = lots.find({line.item_id, line.lot});
    if (lot == lots.end()) {
      problems.Add(index, "lot", "LOT_UNKNOWN",
                   fmt::format("lot {} of items/{} never came in", line.lot, line.item_id));
      line.good = false;
    } else if (lot->second.has_value() && *lot->second < today) {
      problems.Add(index, "lot", "LOT_EXPIRED",
                   fmt::format("lot {} of items/{} expired on {}", line.lot, line.item_id,
                               lot->second->ToString()));
      line.good = false;
    } else if (lot->second.has_value() && line.expiry.has_value() && *line.expiry != *lot->second) {
      problems.Add(index, "expiry_date", "EXPIRY_CONFLICT",
                   fmt::format("lot {} of items/{} is known to expire on {}, not on {}", line.lot,
                               line.item_id, lot->second->ToString(), line.expiry->ToString()));
      line.good = false;
    }
  }
}

void AllocateConsumption(Allocator& allocator, std::vector<ConsumptionLine>& lines,
                         LineProblems& problems) {
  for (size_t index = 0; index < lines.size(); ++index) {
    ConsumptionLine& line = lines[index];
    if (!line.good) continue;
    line.taken = allocator.Take(line.AsWanted(), line.quantity);
    if (!line.taken.empty()) continue;
    if (!line.serial.empty()) {
      problems.Add(
          index, "serial", "SERIAL_NOT_HERE",
          fmt::format("piece {} of items/{} is not at this location", line.serial, line.item_id));
    } else {
      problems.Add(index, "quantity", "INSUFFICIENT_STOCK",
                   fmt::format("{} of items/{} can be used here, not {}",
                               allocator.Available(line.AsWanted()), line.item_id, line.quantity));
    }
    line.good = false;
  }
}

}  // namespace qingqu::distribution
