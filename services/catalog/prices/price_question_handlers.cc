#include "fmt/format.h"

#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/prices/price_errors.h"
#include "services/catalog/prices/price_handlers.h"
#include "services/catalog/prices/price_question_store.h"

namespace qingqu::catalog {

absl::StatusOr<v1::BatchFindPricesResponse> PriceHandlers::BatchFindPrices(
    const CallContext& call, const v1::BatchFindPricesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const PriceQuestion question, ParseQuestion(request, call.received_at));
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchFindPricesResponse> {
        QINGQU_ASSIGN_OR_RETURN(const auto found, FindEffectivePrices(tx, question));
        v1::BatchFindPricesResponse response;
        for (size_t index = 0; index < found.size(); ++index) {
          *response.add_prices() = ToProto(question.item_ids[index], found[index]);
        }
        return response;
      });
}

absl::StatusOr<v1::ComparePricesResponse> PriceHandlers::ComparePrices(
    const CallContext& call, const v1::ComparePricesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ComparisonQuestion question,
                          ParseQuestion(request, call.received_at));
  return db::RunTransaction(
      *pool_, call, db::TransactionOptions{.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ComparePricesResponse> {
        const auto figures = FindPriceFigures(tx, question);
        if (figures.empty()) {
          return HolderNotFound(question.alliance_id.empty()
                                    ? "county in your sight; name your alliance"
                                    : fmt::format("alliances/{}", question.alliance_id));
        }
        const auto paid = FindPaidPrices(tx, question);
        v1::ComparePricesResponse response;
        for (const std::string& item_id : question.item_ids) {
          const auto found = paid.find(item_id);
          *response.add_comparisons() =
              Compare(item_id, figures.at(item_id),
                      found == paid.end() ? std::vector<PaidPrice>{} : found->second);
        }
        return response;
      });
}

}  // namespace qingqu::catalog
