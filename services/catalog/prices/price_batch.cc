#include "services/catalog/prices/price_batch.h"

#include <map>
#include <tuple>
#include <utility>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/call_id.h"
#include "services/catalog/prices/price_errors.h"
#include "services/catalog/prices/price_store.h"

namespace qingqu::catalog {
namespace {

using Subject = std::tuple<PriceKind, std::string, std::string, std::string, std::string>;

Subject SubjectOf(const Price& price) {
  return {price.kind, price.item_id, price.supplier_id, price.alliance_id, price.institution_id};
}

std::vector<Price> ReadableOf(const std::vector<PriceLine>& lines) {
  std::vector<Price> prices;
  for (const PriceLine& line : lines) {
    if (line.status.ok()) prices.push_back(line.price);
  }
  return prices;
}

}  // namespace

std::vector<PriceLine> ReadPriceLines(const v1::BatchSetPricesRequest& request,
                                      const std::string& reason, const CallContext& call) {
  const CivilDate today = BusinessDay(call.received_at);
  std::map<Subject, size_t> seen;
  std::vector<PriceLine> lines;
  for (const v1::Price& message : request.prices()) {
    const size_t index = lines.size();
    absl::StatusOr<Price> price = ParsePrice(message, today);
    PriceLine line{.status = price.status(), .price = {.start_date = today}};
    if (price.ok()) {
      const auto [first, is_new] = seen.emplace(SubjectOf(*price), index);
      if (!is_new) line.status = PriceTwiceInRequest(first->second);
      line.price = *std::move(price);
      line.price.id = db::IdOfCall(call, fmt::format("{}", index));
      line.price.reason = reason;
      line.price.setter_id = call.principal.user_id;
      line.price.created_at = call.received_at;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void SetPrices(pqxx::transaction_base& tx, const CallContext& call, std::vector<PriceLine>& lines) {
  const CivilDate today = BusinessDay(call.received_at);
  const std::vector<Price> readable = ReadableOf(lines);
  if (readable.empty()) return;
  LockPriceItems(tx, readable);
  const std::vector<PriceFacts> facts = FindPriceFacts(tx, readable);
  PriceClosings closings{.reason = readable.front().reason,
                         .closer_id = call.principal.user_id,
                         .closed_at = call.received_at};
  std::vector<Price> accepted;
  size_t next = 0;
  for (PriceLine& line : lines) {
    if (!line.status.ok()) continue;
    const PriceFacts& found = facts[next++];
    line.status = CheckNewPrice(line.price, found, call.principal, today);
    if (!line.status.ok()) continue;
    if (line.price.kind == PriceKind::kHistorical) line.price.alliance_id = found.payer_alliance_id;
    if (found.overlap) {
      closings.prices.push_back({.price_id = found.overlap->price_id,
                                 .end_date = line.price.start_date.PlusDays(-1),
                                 .successor_id = line.price.id});
    }
    accepted.push_back(line.price);
  }
  if (!closings.prices.empty()) ClosePrices(tx, closings);
  InsertPrices(tx, accepted);
}

}  // namespace qingqu::catalog
