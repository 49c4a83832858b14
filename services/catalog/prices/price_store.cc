#include "services/catalog/prices/price_store.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/prices/price_errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

Price ReadPrice(const pqxx::row& row) {
  Price price{.id = row["price_id"].as<std::string>(),
              .kind = PriceKindFromName(row["kind"].as<std::string>()),
              .item_id = row["item_id"].as<std::string>(),
              .supplier_id = row["supplier_id"].as<std::string>(""),
              .alliance_id = row["alliance_id"].as<std::string>(""),
              .institution_id = row["institution_id"].as<std::string>(""),
              .amount = Money::FromTenThousandths(row["amount"].as<int64_t>()),
              .start_date = ReadDate(row["start_date"]),
              .end_date = ReadOptionalDate(row["end_date"]),
              .reason = row["reason"].as<std::string>(),
              .setter_id = row["setter_id"].as<std::string>(),
              .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
              .close_reason = row["close_reason"].as<std::string>(""),
              .closer_id = row["closer_id"].as<std::string>(""),
              .successor_id = row["successor_id"].as<std::string>("")};
  if (!row["closed_us"].is_null()) {
    price.closed_at = absl::FromUnixMicros(row["closed_us"].as<int64_t>());
  }
  return price;
}

absl::StatusOr<Price> ReadOne(const pqxx::result& rows, std::string_view id) {
  if (rows.empty()) return PriceNotFound(PriceName(id));
  return ReadPrice(rows[0]);
}

// The columns of prices that are to be set.
struct PriceColumns {
  db::ArrayBuilder ids, kinds, items, suppliers, alliances, institutions, amounts, starts, ends;
};

PriceColumns ColumnsOf(const std::vector<Price>& prices) {
  PriceColumns columns;
  for (const Price& price : prices) {
    columns.ids.AddText(price.id);
    columns.kinds.AddText(PriceKindName(price.kind));
    columns.items.AddText(price.item_id);
    columns.suppliers.AddText(price.supplier_id);
    columns.alliances.AddText(price.alliance_id);
    columns.institutions.AddText(price.institution_id);
    columns.amounts.AddInteger(price.amount.ten_thousandths());
    columns.starts.AddText(price.start_date.ToString());
    columns.ends.AddTextOrNull(price.end_date ? price.end_date->ToString() : "");
  }
  return columns;
}

PriceFacts ReadFacts(const pqxx::row& row) {
  PriceFacts facts{.item_known = row["item_known"].as<bool>(),
                   .supplier_known = row["supplier_known"].as<bool>(),
                   .holder_known = row["holder_known"].as<bool>(false),
                   .payer_alliance_id = row["payer_alliance_id"].as<std::string>()};
  if (!row["ceiling"].is_null()) {
    facts.ceiling = Money::FromTenThousandths(row["ceiling"].as<int64_t>());
  }
  if (!row["price_id"].is_null()) {
    facts.overlap = PriceFacts::Overlap{.count = row["overlap_count"].as<int64_t>(),
                                        .price_id = row["price_id"].as<std::string>(),
                                        .start_date = ReadDate(row["start_date"]),
                                        .closed = row["closed"].as<bool>()};
  }
  return facts;
}

}  // namespace

void LockPriceItems(pqxx::transaction_base& tx, const std::vector<Price>& prices) {
  tx.exec_prepared(queries::kLockPriceItems.name, ColumnsOf(prices).items.Build());
}

std::vector<PriceFacts> FindPriceFacts(pqxx::transaction_base& tx,
                                       const std::vector<Price>& prices) {
  const PriceColumns columns = ColumnsOf(prices);
  std::vector<PriceFacts> facts;
  for (const auto& row : tx.exec_prepared(queries::kFindPriceFacts.name, columns.kinds.Build(),
                                          columns.items.Build(), columns.suppliers.Build(),
                                          columns.alliances.Build(), columns.institutions.Build(),
                                          columns.starts.Build(), columns.ends.Build())) {
    facts.push_back(ReadFacts(row));
  }
  return facts;
}

void ClosePrices(pqxx::transaction_base& tx, const PriceClosings& closings) {
  db::ArrayBuilder ids;
  db::ArrayBuilder ends;
  db::ArrayBuilder successors;
  for (const PriceClosing& closing : closings.prices) {
    ids.AddText(closing.price_id);
    ends.AddText(closing.end_date.ToString());
    successors.AddTextOrNull(closing.successor_id);
  }
  tx.exec_prepared(queries::kClosePrices.name, ids.Build(), ends.Build(), successors.Build(),
                   closings.reason, closings.closer_id, TimestampText(closings.closed_at));
}

void InsertPrices(pqxx::transaction_base& tx, const std::vector<Price>& prices) {
  if (prices.empty()) return;
  const PriceColumns columns = ColumnsOf(prices);
  const Price& first = prices.front();
  tx.exec_prepared(queries::kInsertPrices.name, columns.ids.Build(), columns.kinds.Build(),
                   columns.items.Build(), columns.suppliers.Build(), columns.alliances.Build(),
                   columns.institutions.Build(), columns.amounts.Build(), columns.starts.Build(),
                   columns.ends.Build(), first.reason, first.setter_id,
                   TimestampText(first.created_at));
}

absl::StatusOr<Price> GetPrice(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kGetPrice.name, std::string(id)), id);
}

absl::StatusOr<Price> LockPrice(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx.exec_prepared(queries::kLockPrice.name, std::string(id)), id);
}

std::vector<Price> ListPrices(pqxx::transaction_base& tx, const PriceListOptions& options) {
  std::vector<Price> prices;
  const std::string kind(options.kind ? PriceKindName(*options.kind) : "");
  for (const auto& row :
       tx.exec_prepared(queries::kListPrices.name, options.after_item_id, options.after_start_date,
                        options.after_id, options.item_id, options.supplier_id, kind,
                        options.day ? options.day->ToString() : "", options.limit)) {
    prices.push_back(ReadPrice(row));
  }
  return prices;
}

absl::StatusOr<std::vector<std::vector<Price>>> FindEffectivePrices(pqxx::transaction_base& tx,
                                                                    const PriceQuestion& question) {
  const pqxx::result rows = tx.exec_prepared(
      queries::kFindEffectivePrices.name, question.institution_id, db::TextArray(question.item_ids),
      question.supplier_id, question.day.ToString());
  if (rows.empty()) return HolderNotFound(fmt::format("institutions/{}", question.institution_id));
  std::vector<std::vector<Price>> found(question.item_ids.size());
  for (const auto& row : rows) {
    if (row["price_id"].is_null()) continue;
    found[row["position"].as<size_t>() - 1].push_back(ReadPrice(row));
  }
  return found;
}

}  // namespace qingqu::catalog
