#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/catalog/purchase/purchase_check.h"

namespace qingqu::catalog {

// For each pair of the question what stands in the way, in one statement. NOT_FOUND
// BUYER_NOT_FOUND.
absl::StatusOr<std::vector<std::vector<Obstacle>>> FindObstacles(pqxx::transaction_base& tx,
                                                                 const PurchaseQuestion& question);

// The number that the rule gets.
int64_t InsertPurchaseRule(pqxx::transaction_base& tx, const PurchaseRule& rule);

struct PurchaseRuleListOptions {
  int64_t before_number = 0;
  int limit = 0;
};
// The last one first.
std::vector<PurchaseRule> ListPurchaseRules(pqxx::transaction_base& tx,
                                            const PurchaseRuleListOptions& options);

}  // namespace qingqu::catalog
