#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "services/catalog/prices/price.h"

namespace qingqu::catalog {

// The prices of one request, each with what becomes of it.
struct PriceLine {
  absl::Status status;  // why it is refused
  Price price;          // when it is not
};

// Each line read by itself; a second one of the same subject is refused. `reason` is the request's.
std::vector<PriceLine> ReadPriceLines(const v1::BatchSetPricesRequest& request,
                                      const std::string& reason, const CallContext& call);

// Sets what may be set of `lines`, and ends what they follow; the others get their status.
void SetPrices(pqxx::transaction_base& tx, const CallContext& call, std::vector<PriceLine>& lines);

}  // namespace qingqu::catalog
