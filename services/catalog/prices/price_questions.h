#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "qingqu/catalog/v1/price_service.pb.h"
#include "services/catalog/prices/price_store.h"

namespace qingqu::catalog {

// What an institution paid last for an item.
struct PaidPrice {
  std::string institution_id;
  std::string supplier_id;  // empty: not known
  Money amount;
  CivilDate start_date;
};

// What all that are compared paid last, in figures.
struct PriceFigures {
  int institution_count = 0;
  std::optional<Money> median;
  std::optional<Money> lowest;
};

struct ComparisonQuestion {
  std::string alliance_id;  // empty: the whole county
  std::vector<std::string> item_ids;
  CivilDate day;
};

// `now` tells the day when a request names none. INVALID_ARGUMENT with every violation.
absl::StatusOr<PriceQuestion> ParseQuestion(const v1::BatchFindPricesRequest& request,
                                            absl::Time now);
absl::StatusOr<ComparisonQuestion> ParseQuestion(const v1::ComparePricesRequest& request,
                                                 absl::Time now);

v1::EffectivePrices ToProto(const std::string& item_id, const std::vector<Price>& prices);

// `paid` beside the figures: by how much each is above them.
v1::PriceComparison Compare(const std::string& item_id, const PriceFigures& figures,
                            const std::vector<PaidPrice>& paid);

}  // namespace qingqu::catalog
