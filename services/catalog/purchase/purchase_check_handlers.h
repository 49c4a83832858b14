#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/purchase_check_service.pb.h"

namespace qingqu::catalog {

// The rpcs of PurchaseCheckService; their contract is in the proto. Thread-safe. `pool` outlives
// it.
class PurchaseCheckHandlers {
 public:
  explicit PurchaseCheckHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::PurchaseVerdict> MayBuy(const CallContext& call,
                                             const v1::MayBuyRequest& request);
  absl::StatusOr<v1::BatchMayBuyResponse> BatchMayBuy(const CallContext& call,
                                                      const v1::BatchMayBuyRequest& request);
  absl::StatusOr<v1::PurchaseRule> SetPurchaseRule(const CallContext& call,
                                                   const v1::SetPurchaseRuleRequest& request);
  absl::StatusOr<v1::ListPurchaseRulesResponse> ListPurchaseRules(
      const CallContext& call, const v1::ListPurchaseRulesRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
