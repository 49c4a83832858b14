#include "services/catalog/prices/price_question_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

std::optional<Money> ReadMoney(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return Money::FromTenThousandths(field.as<int64_t>());
}

}  // namespace

std::map<std::string, PriceFigures> FindPriceFigures(pqxx::transaction_base& tx,
                                                     const ComparisonQuestion& question) {
  std::map<std::string, PriceFigures> figures;
  for (const auto& row :
       tx.exec_prepared(queries::kFindPriceFigures.name, db::TextArray(question.item_ids),
                        question.alliance_id, question.day.ToString())) {
    figures[row["item_id"].as<std::string>()] = {
        .institution_count = row["institution_count"].as<int>(),
        .median = ReadMoney(row["median"]),
        .lowest = ReadMoney(row["lowest"])};
  }
  return figures;
}

std::map<std::string, std::vector<PaidPrice>> FindPaidPrices(pqxx::transaction_base& tx,
                                                             const ComparisonQuestion& question) {
  std::map<std::string, std::vector<PaidPrice>> paid;
  for (const auto& row :
       tx.exec_prepared(queries::kFindPaidPrices.name, db::TextArray(question.item_ids),
                        question.alliance_id, question.day.ToString())) {
    paid[row["item_id"].as<std::string>()].push_back(
        {.institution_id = row["institution_id"].as<std::string>(),
         .supplier_id = row["supplier_id"].as<std::string>(""),
         .amount = Money::FromTenThousandths(row["amount"].as<int64_t>()),
         .start_date = ReadDate(row["start_date"])});
  }
  return paid;
}

}  // namespace qingqu::catalog
