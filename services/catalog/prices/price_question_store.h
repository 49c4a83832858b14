#pragma once

#include <map>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "services/catalog/prices/price_questions.h"

namespace qingqu::catalog {

// By item. Empty when the alliance (or the county) is out of the caller's sight.
std::map<std::string, PriceFigures> FindPriceFigures(pqxx::transaction_base& tx,
                                                     const ComparisonQuestion& question);

// By item, those that the caller sees, the dearest first.
std::map<std::string, std::vector<PaidPrice>> FindPaidPrices(pqxx::transaction_base& tx,
                                                             const ComparisonQuestion& question);

}  // namespace qingqu::catalog
