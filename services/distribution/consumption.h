#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/civil_date.h"
#include "common/scanning/scanned_pack.h"
#include "common/status/line_problems.h"
#include "services/distribution/allocation.h"
#include "services/distribution/stock_store.h"

namespace qingqu::distribution {

// What was used.
struct ConsumptionLine {
  std::string item_id;
  std::string lot;
  std::string serial;
  int64_t quantity = 0;             // base units
  std::optional<CivilDate> expiry;  // what the label says

  // Set by CheckConsumption: lot and serial are dropped where the item is not tracked by them, as
  // they are when goods come in.
  bool good = false;
  // Set by AllocateConsumption.
  std::vector<Allocation> taken;

  Wanted AsWanted() const { return {.item_id = item_id, .lot_number = lot, .serial = serial}; }
};

// Holds the lines against the catalogue (`items` by id). Adds ITEM_NOT_FOUND, LOT_MISSING,
// SERIAL_MISSING, QUANTITY_ODD (a piece is one base unit), ITEM_SUSPENDED.
void CheckConsumption(const std::map<std::string, scanning::ItemFacts>& items,
                      std::vector<ConsumptionLine>& lines, LineProblems& problems);

// Of the good lines, those that ask for goods that may be used. Adds LOT_UNKNOWN, LOT_EXPIRED,
// EXPIRY_CONFLICT (the label tells another expiry than the lot came in with).
void CheckLots(const LotExpiries& lots, CivilDate today, std::vector<ConsumptionLine>& lines,
               LineProblems& problems);

// Takes what the good lines ask for. Adds SERIAL_NOT_HERE, INSUFFICIENT_STOCK with what is there.
void AllocateConsumption(Allocator& allocator, std::vector<ConsumptionLine>& lines,
                         LineProblems& problems);

}  // namespace qingqu::distribution
