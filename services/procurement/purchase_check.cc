#include "services/procurement/purchase_check.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status.h"
#include "services/procurement/errors.h"
#include "services/procurement/queries.h"

namespace qingqu::procurement {

absl::Status CheckPurchase(pqxx::transaction_base& tx, const std::vector<PurchaseLine>& lines,
                           std::string_view supplier_id, const CivilDate& day) {
  db::ArrayBuilder institutions;
  db::ArrayBuilder departments;
  db::ArrayBuilder items;
  for (const PurchaseLine& line : lines) {
    institutions.AddText(line.institution_id);
    departments.AddText(line.department_id);
    items.AddText(line.item_id);
  }
  FieldViolations obstacles;
  for (const auto& row : tx.exec_prepared(queries::kReadPurchaseObstacles.name,
                                          institutions.Build(), departments.Build(), items.Build(),
                                          std::string(supplier_id), day.ToString())) {
    const PurchaseLine& line = lines[row["line"].as<size_t>() - 1];
    obstacles.Add(line.field,
                  fmt::format("{} ({}): {}", row["reason"].as<std::string>(),
                              row["resource"].as<std::string>(), row["detail"].as<std::string>()));
  }
  return obstacles.empty() ? absl::OkStatus() : PurchaseObstacles(obstacles);
}

}  // namespace qingqu::procurement
