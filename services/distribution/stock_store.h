#pragma once

#include <map>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "common/base/civil_date.h"
#include "services/distribution/allocation.h"

namespace qingqu::distribution {

// What a location can give of these items: on hand, not reserved, and not expired before
// `lasting_until`. The accounts are locked, in the order of their ids, until the transaction ends.
std::vector<Stock> LockStock(pqxx::transaction_base& tx, const std::string& location_id,
                             const std::vector<std::string>& item_ids, CivilDate lasting_until);

// The same of a day, narrowed to what any of `wanted` fits.
std::vector<Stock> LockWantedStock(pqxx::transaction_base& tx, const std::string& location_id,
                                   const std::vector<Wanted>& wanted, CivilDate today);

// While LockStock waits for the locks of others they may take what it has seen, and what comes in
// meanwhile it does not see. So a shortage is believed only when it was found this often.
inline constexpr int kStockLooksMax = 5;

// The expiry of each lot that is known, by item and lot number.
using LotExpiries = std::map<std::pair<std::string, std::string>, std::optional<CivilDate>>;
LotExpiries FindLots(pqxx::transaction_base& tx, const std::vector<Wanted>& wanted);

}  // namespace qingqu::distribution
