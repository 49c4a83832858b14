#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/price_service.pb.h"

namespace qingqu::catalog {

// The rpcs of PriceService; their contract is in the proto. Thread-safe. `pool` outlives it.
class PriceHandlers {
 public:
  explicit PriceHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::BatchSetPricesResponse> BatchSetPrices(
      const CallContext& call, const v1::BatchSetPricesRequest& request);
  absl::StatusOr<v1::Price> ClosePrice(const CallContext& call,
                                       const v1::ClosePriceRequest& request);
  absl::StatusOr<v1::Price> GetPrice(const CallContext& call, const v1::GetPriceRequest& request);
  absl::StatusOr<v1::ListPricesResponse> ListPrices(const CallContext& call,
                                                    const v1::ListPricesRequest& request);
  absl::StatusOr<v1::BatchFindPricesResponse> BatchFindPrices(
      const CallContext& call, const v1::BatchFindPricesRequest& request);
  absl::StatusOr<v1::ComparePricesResponse> ComparePrices(const CallContext& call,
                                                          const v1::ComparePricesRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
