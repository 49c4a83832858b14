#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "common/scanning/scanned_pack.h"
#include "common/status/line_problems.h"

namespace qingqu::distribution {

// How much of a receipt line belongs to one despatch line.
struct Fill {
  size_t despatch_index = 0;
  int64_t accepted = 0;
  int64_t rejected = 0;
};

// One scan at the door, and what became of it.
struct ReceiptLine {
  std::string scan;
  std::string pi_scan;
  int64_t packs_accepted = 0;
  int64_t packs_rejected = 0;
  std::string rejection_reason;

  // Set by ReadScans; empty when the scan cannot be read.
  std::optional<scanning::ScannedPack> pack;

  // Set by PlanReceipt; quantities in base units.
  std::string item_id;
  std::string lot;     // "" when the item is not lot-tracked
  std::string serial;  // "" when the item is not serial-tracked
  std::optional<CivilDate> expiry;
  std::optional<CivilDate> manufactured;
  std::string lot_id;
  int64_t quantity_accepted = 0;
  int64_t quantity_rejected = 0;
  std::vector<Fill> fills;
  // False when the line breaks a rule.
  bool planned = false;
};

// A despatch line as it stands.
struct DespatchLine {
  int line_number = 0;
  int order_line_number = 0;
  std::string item_id;
  std::string lot;
  std::optional<CivilDate> expiry;
  std::optional<CivilDate> manufactured;
  int64_t quantity_open = 0;  // despatched, neither accepted nor rejected yet
};

// A piece that the supplier named in the despatch.
struct DespatchedPiece {
  int line_number = 0;
  bool received = false;  // scanned at the door before, accepted or not
};

// A piece of an item.
using ItemPiece = std::pair<std::string, std::string>;  // item and serial

// What a receipt is held against.
struct ReceiptBasis {
  std::map<std::string, scanning::ItemFacts> items;  // by device identifier
  std::vector<DespatchLine> despatch_lines;          // in the order of their numbers
  std::map<ItemPiece, DespatchedPiece> pieces;
  // Of the pieces scanned those that are somewhere already, or were used up (true).
  std::map<ItemPiece, bool> known_pieces;
  CivilDate today;
};

// Reads every scan. Adds UDI_INVALID.
void ReadScans(absl::Time now, std::vector<ReceiptLine>& lines, LineProblems& problems);

// Decides every line whose scan was read: which item, lot and piece it is, and which lines of the
// despatch it fills, in their order. Adds WRONG_ITEM, LOT_MISSING, SERIAL_MISSING, EXPIRY_MISSING,
// QUANTITY_ODD, LOT_EXPIRED and ITEM_SUSPENDED (of what is accepted), LOT_NOT_DESPATCHED,
// EXPIRY_CONFLICT, SERIAL_NOT_DESPATCHED, SERIAL_ALREADY_RECEIVED, SERIAL_USED and
// SERIAL_ELSEWHERE (of what is accepted), MORE_THAN_DESPATCHED; one bad line does not hide another.
void PlanReceipt(ReceiptBasis basis, std::vector<ReceiptLine>& lines, LineProblems& problems);

// The id of a lot, computed: the same goods have the same id wherever they come in. Goods without a
// lot number are told apart by their expiry.
std::string LotIdOf(const std::string& item_id, const std::string& lot_number,
                    const std::optional<CivilDate>& expiry);

}  // namespace qingqu::distribution
