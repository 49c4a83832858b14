#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "common/base/civil_date.h"

namespace qingqu::distribution {

// What of one lot (and piece) a location can give.
struct Stock {
  int64_t account_id = 0;
  std::string item_id;
  std::string lot_id;
  std::string lot_number;  // "" when the item is not lot-tracked
  std::string serial;      // "" when the item is not serial-tracked
  std::string owner;       // "suppliers/kangda": on consignment
  std::optional<CivilDate> expiry;
  int64_t available = 0;  // base units on hand that are not reserved
};

// The order in which goods are given out: first expiry first (goods that do not expire last), then
// by lot number, then by account.
bool GoesBefore(const Stock& left, const Stock& right);

// Part of a Stock that goes.
struct Allocation {
  size_t stock_index = 0;  // in stocks()
  int64_t quantity = 0;
};

// Which goods of an item are asked for; empty: any.
struct Wanted {
  std::string_view item_id;
  std::string_view lot_number;
  std::string_view serial;
};

// Gives out stock in the order of GoesBefore. What one call took the next one does not find.
class Allocator {
 public:
  explicit Allocator(std::vector<Stock> stocks);

  // Takes exactly `quantity`, or nothing: then the result is empty and Available says why.
  std::vector<Allocation> Take(const Wanted& wanted, int64_t quantity);
  int64_t Available(const Wanted& wanted) const;
  // In the order in which they are given out.
  const std::vector<Stock>& stocks() const { return stocks_; }

 private:
  const std::vector<size_t>& Matching(const Wanted& wanted) const;

  std::vector<Stock> stocks_;
  // Indexes of stocks_ in their order, by item, by item and lot, by item and piece.
  absl::flat_hash_map<std::string, std::vector<size_t>> matching_;
};

}  // namespace qingqu::distribution
