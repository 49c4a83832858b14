#include "services/catalog/purchase/purchase_check_handlers.h"

#include <limits>
#include <string>

#include "absl/strings/numbers.h"
#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/purchase/purchase_check.h"
#include "services/catalog/purchase/purchase_store.h"

namespace qingqu::catalog {

absl::StatusOr<v1::PurchaseVerdict> PurchaseCheckHandlers::MayBuy(
    const CallContext& call, const v1::MayBuyRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const PurchaseQuestion question,
                          ParseQuestion(request, call.received_at));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::PurchaseVerdict> {
                       QINGQU_ASSIGN_OR_RETURN(const auto found, FindObstacles(tx, question));
                       return VerdictOf(question, 0, found[0]);
                     });
}

absl::StatusOr<v1::BatchMayBuyResponse> PurchaseCheckHandlers::BatchMayBuy(
    const CallContext& call, const v1::BatchMayBuyRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const PurchaseQuestion question,
                          ParseQuestion(request, call.received_at));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchMayBuyResponse> {
                       QINGQU_ASSIGN_OR_RETURN(const auto found, FindObstacles(tx, question));
                       v1::BatchMayBuyResponse response;
                       for (size_t index = 0; index < found.size(); ++index) {
                         *response.add_verdicts() = VerdictOf(question, index, found[index]);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::PurchaseRule> PurchaseCheckHandlers::SetPurchaseRule(
    const CallContext& call, const v1::SetPurchaseRuleRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireCountyScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const PurchaseRule rule,
                          ParseRule(request.rule(), call.principal.user_id, call.received_at));
  return db::RunIdempotent<v1::PurchaseRule>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::PurchaseRule> {
        const int64_t number = InsertPurchaseRule(tx, rule);
        v1::PurchaseRule message = ToProto(rule);
        db::AppendJournal(tx, call,
                          {.event = "purchase_rule.changed",
                           .resource = fmt::format("purchaseRules/{}", number),
                           .reason = rule.reason,
                           .details_json = ToJson(message)});
        return message;
      });
}

absl::StatusOr<v1::ListPurchaseRulesResponse> PurchaseCheckHandlers::ListPurchaseRules(
    const CallContext& call, const v1::ListPurchaseRulesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  const std::string filter = "purchase rules";
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  PurchaseRuleListOptions options{.before_number = std::numeric_limits<int64_t>::max(),
                                  .limit = page_size + 1};
  if (!key.empty() && !absl::SimpleAtoi(key[0], &options.before_number)) return WrongPageToken();
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListPurchaseRulesResponse> {
        v1::ListPurchaseRulesResponse response;
        int64_t last_number = 0;
        for (const PurchaseRule& rule : catalog::ListPurchaseRules(tx, options)) {
          if (response.rules_size() == page_size) {
            response.set_next_page_token(EncodePageToken({fmt::format("{}", last_number)}, filter));
            break;
          }
          *response.add_rules() = ToProto(rule);
          last_number = rule.number;
        }
        return response;
      });
}

}  // namespace qingqu::catalog
