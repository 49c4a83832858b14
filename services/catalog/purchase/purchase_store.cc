#include "services/catalog/purchase/purchase_store.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/purchase/purchase_errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {

absl::StatusOr<std::vector<std::vector<Obstacle>>> FindObstacles(pqxx::transaction_base& tx,
                                                                 const PurchaseQuestion& question) {
  db::ArrayBuilder suppliers;
  db::ArrayBuilder items;
  for (const PurchaseQuestion::Pair& pair : question.pairs) {
    suppliers.AddText(pair.supplier_id);
    items.AddText(pair.item_id);
  }
  const pqxx::result rows = tx.exec_prepared(
      queries::kFindPurchaseObstacles.name, question.institution_id, question.department_id,
      suppliers.Build(), items.Build(), question.day.ToString());
  if (rows.empty()) {
    const std::string department =
        question.department_id.empty() ? "" : fmt::format("departments/{}", question.department_id);
    return BuyerNotFound(fmt::format("institutions/{}", question.institution_id), department);
  }
  std::vector<std::vector<Obstacle>> found(question.pairs.size());
  for (const auto& row : rows) {
    if (row["reason"].is_null()) continue;
    found[row["position"].as<size_t>() - 1].push_back(
        {.reason = row["reason"].as<std::string>(),
         .resource = row["resource"].as<std::string>(),
         .detail = row["detail"].as<std::string>()});
  }
  return found;
}

int64_t InsertPurchaseRule(pqxx::transaction_base& tx, const PurchaseRule& rule) {
  return tx
      .exec_prepared(queries::kInsertPurchaseRule.name, rule.start_date.ToString(),
                     rule.list_required, rule.price_required, rule.reason, rule.setter_id,
                     TimestampText(rule.created_at))[0]["rule_number"]
      .as<int64_t>();
}

std::vector<PurchaseRule> ListPurchaseRules(pqxx::transaction_base& tx,
                                            const PurchaseRuleListOptions& options) {
  std::vector<PurchaseRule> rules;
  for (const auto& row :
       tx.exec_prepared(queries::kListPurchaseRules.name, options.before_number, options.limit)) {
    rules.push_back({.number = row["rule_number"].as<int64_t>(),
                     .start_date = ReadDate(row["start_date"]),
                     .list_required = row["list_required"].as<bool>(),
                     .price_required = row["price_required"].as<bool>(),
                     .reason = row["reason"].as<std::string>(),
                     .setter_id = row["setter_id"].as<std::string>(),
                     .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>())});
  }
  return rules;
}

}  // namespace qingqu::catalog
