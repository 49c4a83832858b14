#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/prices/price.h"

namespace qingqu::catalog {

// Waits until nobody else sets prices of these items; for the rest of the transaction.
void LockPriceItems(pqxx::transaction_base& tx, const std::vector<Price>& prices);

// For each price that is to be set what decides about it, in the order given.
std::vector<PriceFacts> FindPriceFacts(pqxx::transaction_base& tx,
                                       const std::vector<Price>& prices);

struct PriceClosing {
  std::string price_id;
  CivilDate end_date;
  std::string successor_id;  // empty: none
};
struct PriceClosings {
  std::vector<PriceClosing> prices;
  std::string reason;
  std::string closer_id;
  absl::Time closed_at;
};
void ClosePrices(pqxx::transaction_base& tx, const PriceClosings& closings);

// All with the reason, setter and time of the first; ids are set. After ClosePrices, where they
// follow others.
void InsertPrices(pqxx::transaction_base& tx, const std::vector<Price>& prices);

// NOT_FOUND PRICE_NOT_FOUND.
absl::StatusOr<Price> GetPrice(pqxx::transaction_base& tx, std::string_view id);
absl::StatusOr<Price> LockPrice(pqxx::transaction_base& tx, std::string_view id);

struct PriceListOptions {
  std::string after_item_id;
  std::string after_start_date = "0001-01-01";
  std::string after_id;
  std::string item_id;
  std::string supplier_id;
  std::optional<PriceKind> kind;
  std::optional<CivilDate> day;
  int limit = 0;
};
std::vector<Price> ListPrices(pqxx::transaction_base& tx, const PriceListOptions& options);

struct PriceQuestion {
  std::string institution_id;
  std::vector<std::string> item_ids;
  std::string supplier_id;  // empty: any
  CivilDate day;
};
// For each item at most one price of each kind. NOT_FOUND HOLDER_NOT_FOUND.
absl::StatusOr<std::vector<std::vector<Price>>> FindEffectivePrices(pqxx::transaction_base& tx,
                                                                    const PriceQuestion& question);

}  // namespace qingqu::catalog
