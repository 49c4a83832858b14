#include "services/distribution/allocation.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "fmt/format.h"

namespace qingqu::distribution {
namespace {

// Neither ids nor what a label carries holds a line feed.
std::string KeyOf(const Wanted& wanted) {
  if (!wanted.serial.empty()) return fmt::format("{}\nserial\n{}", wanted.item_id, wanted.serial);
  if (!wanted.lot_number.empty()) {
    return fmt::format("{}\nlot\n{}", wanted.item_id, wanted.lot_number);
  }
  return std::string(wanted.item_id);
}

bool Fits(const Stock& stock, const Wanted& wanted) {
  return wanted.lot_number.empty() || stock.lot_number == wanted.lot_number;
}

}  // namespace

bool GoesBefore(const Stock& left, const Stock& right) {
  if (left.expiry.has_value() != right.expiry.has_value()) return left.expiry.has_value();
  return std::tie(left.expiry, left.lot_number, left.account_id) <
         std::tie(right.expiry, right.lot_number, right.account_id);
}

Allocator::Allocator(std::vector<Stock> stocks) : stocks_(std::move(stocks)) {
  std::sort(stocks_.begin(), stocks_.end(), GoesBefore);
  for (size_t index = 0; index < stocks_.size(); ++index) {
    const Stock& stock = stocks_[index];
    matching_[KeyOf({.item_id = stock.item_id})].push_back(index);
    if (!stock.lot_number.empty()) {
      matching_[KeyOf({.item_id = stock.item_id, .lot_number = stock.lot_number})].push_back(index);
    }
    if (!stock.serial.empty()) {
      matching_[KeyOf({.item_id = stock.item_id, .serial = stock.serial})].push_back(index);
    }
  }
}

const std::vector<size_t>& Allocator::Matching(const Wanted& wanted) const {
  static const std::vector<size_t> kNone;
  const auto found = matching_.find(KeyOf(wanted));
  return found == matching_.end() ? kNone : found->second;
}

int64_t Allocator::Available(const Wanted& wanted) const {
  int64_t available = 0;
  for (const size_t index : Matching(wanted)) {
    if (Fits(stocks_[index], wanted)) available += stocks_[index].available;
  }
  return available;
}

std::vector<Allocation> Allocator::Take(const Wanted& wanted, int64_t quantity) {
  std::vector<Allocation> taken;
  if (Available(wanted) < quantity) return taken;
  for (const size_t index : Matching(wanted)) {
    Stock& stock = stocks_[index];
    const int64_t part = Fits(stock, wanted) ? std::min(stock.available, quantity) : 0;
    if (part == 0) continue;
    stock.available -= part;
    quantity -= part;
    taken.push_back({.stock_index = index, .quantity = part});
    if (quantity == 0) break;
  }
  return taken;
}

}  // namespace qingqu::distribution
