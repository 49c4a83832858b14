#pragma once

#include <string>

#include "services/supervision/entry.h"

namespace qingqu::supervision {

struct Lot {
  std::string item_id;
  std::string lot_number;
};

// Leaves of the entry what concerns the lot: of each list of lines in the details (at any depth)
// those of this item, and of this lot where the line names one; of the subjects no other item's and
// no other lot's. A line that names neither item nor lot stays, because it cannot be told whose it
// is.
void KeepLot(const Lot& lot, Entry& entry);

}  // namespace qingqu::supervision
