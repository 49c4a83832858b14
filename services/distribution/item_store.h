#pragma once

#include <map>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "common/scanning/scanned_pack.h"

namespace qingqu::distribution {

// What the catalogue says, by device identifier; unknown ones are left out.
std::map<std::string, scanning::ItemFacts> ReadScannedItems(
    pqxx::transaction_base& tx, const std::vector<std::string>& device_identifiers);

// The same by item id, for base units.
std::map<std::string, scanning::ItemFacts> ReadItems(pqxx::transaction_base& tx,
                                                     const std::vector<std::string>& item_ids);

}  // namespace qingqu::distribution
