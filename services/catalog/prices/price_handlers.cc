#include "services/catalog/prices/price_handlers.h"

#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/prices/price_batch.h"
#include "services/catalog/prices/price_store.h"

namespace qingqu::catalog {
namespace {

constexpr int kPricesMax = 1000;

v1::BatchSetPricesResponse ResponseOf(const std::vector<PriceLine>& lines) {
  v1::BatchSetPricesResponse response;
  for (const PriceLine& line : lines) {
    v1::PriceResult& result = *response.add_results();
    if (line.status.ok()) {
      *result.mutable_price() = ToProto(line.price);
      continue;
    }
    result.set_reason(ErrorReason(line.status));
    result.set_message(std::string(ToStd(line.status.message())));
  }
  return response;
}

void RecordPrices(pqxx::transaction_base& tx, const CallContext& call,
                  const std::vector<PriceLine>& lines) {
  v1::ListPricesResponse set;
  std::set<std::string> subjects;
  std::string reason;
  for (const PriceLine& line : lines) {
    if (!line.status.ok()) continue;
    const v1::Price& price = *set.add_prices() = ToProto(line.price);
    reason = line.price.reason;
    for (const std::string& name : {price.name(), price.item(), price.supplier()}) {
      if (!name.empty()) subjects.insert(name);
    }
  }
  if (set.prices().empty()) return;
  db::AppendJournal(tx, call,
                    {.event = "prices.changed",
                     .resource = fmt::format("priceBatches/{}", call.request_id),
                     .subjects = {subjects.begin(), subjects.end()},
                     .alliance_id = call.principal.alliance_id,
                     .reason = reason,
                     .details_json = ToJson(set)});
}

absl::StatusOr<PriceListOptions> ParseListOptions(const v1::ListPricesRequest& request) {
  PriceListOptions options;
  if (!request.item().empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.item_id, ParseName("item", "items/{item}", request.item()));
  }
  if (!request.supplier().empty()) {
    QINGQU_ASSIGN_OR_RETURN(options.supplier_id,
                            ParseName("supplier", "suppliers/{supplier}", request.supplier()));
  }
  QINGQU_ASSIGN_OR_RETURN(options.kind, PriceKindFilter(request.kind()));
  if (!request.day().empty()) {
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(request.day());
    if (!day.ok()) return InvalidField("day", ToStd(day.status().message()));
    options.day = *day;
  }
  return options;
}

}  // namespace

absl::StatusOr<v1::BatchSetPricesResponse> PriceHandlers::BatchSetPrices(
    const CallContext& call, const v1::BatchSetPricesRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  if (request.prices().empty() || request.prices_size() > kPricesMax) {
    return InvalidField("prices", fmt::format("must be 1 to {}", kPricesMax));
  }
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  const std::vector<PriceLine> read = ReadPriceLines(request, reason, call);
  return db::RunIdempotent<v1::BatchSetPricesResponse>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchSetPricesResponse> {
        std::vector<PriceLine> lines = read;
        SetPrices(tx, call, lines);
        RecordPrices(tx, call, lines);
        return ResponseOf(lines);
      });
}

absl::StatusOr<v1::Price> PriceHandlers::ClosePrice(const CallContext& call,
                                                    const v1::ClosePriceRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", "prices/{price}", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::Price>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Price> {
        QINGQU_ASSIGN_OR_RETURN(const Price present, LockPrice(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckHolder(present, call.principal));
        QINGQU_ASSIGN_OR_RETURN(
            const CivilDate end_date,
            CheckClosing(present, request.end_date(), BusinessDay(call.received_at)));
        ClosePrices(tx, {.prices = {{.price_id = id, .end_date = end_date, .successor_id = ""}},
                         .reason = reason,
                         .closer_id = call.principal.user_id,
                         .closed_at = call.received_at});
        QINGQU_ASSIGN_OR_RETURN(const Price closed, catalog::GetPrice(tx, id));
        v1::Price message = ToProto(closed);
        db::AppendJournal(tx, call,
                          {.event = "price.closed",
                           .resource = message.name(),
                           .subjects = {message.item()},
                           .institution_id = closed.institution_id,
                           .alliance_id = closed.alliance_id,
                           .reason = reason,
                           .details_json = ToJson(message)});
        return message;
      });
}

absl::StatusOr<v1::Price> PriceHandlers::GetPrice(const CallContext& call,
                                                  const v1::GetPriceRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", "prices/{price}", request.name()));
  return db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Price> {
    QINGQU_ASSIGN_OR_RETURN(const Price price, catalog::GetPrice(tx, id));
    return ToProto(price);
  });
}

absl::StatusOr<v1::ListPricesResponse> PriceHandlers::ListPrices(
    const CallContext& call, const v1::ListPricesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(PriceListOptions options, ParseListOptions(request));
  const std::string filter =
      fmt::format("prices item={} supplier={} kind={} day={}", options.item_id, options.supplier_id,
                  static_cast<int>(request.kind()), request.day());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 3));
  if (!key.empty()) {
    if (!CivilDate::Parse(key[1]).ok()) return WrongPageToken();
    options.after_item_id = key[0];
    options.after_start_date = key[1];
    options.after_id = key[2];
  }
  options.limit = page_size + 1;
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListPricesResponse> {
        std::vector<Price> prices = catalog::ListPrices(tx, options);
        v1::ListPricesResponse response;
        if (prices.size() > static_cast<size_t>(page_size)) {
          prices.pop_back();
          const Price& last = prices.back();
          response.set_next_page_token(
              EncodePageToken({last.item_id, last.start_date.ToString(), last.id}, filter));
        }
        for (const Price& price : prices) *response.add_prices() = ToProto(price);
        return response;
      });
}

}  // namespace qingqu::catalog
