#include "services/procurement/order_store.h"

#include <map>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/procurement/queries.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

Order FromRow(const pqxx::row& row) {
  return {.order_id = row["order_id"].as<std::string>(),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .supplier_id = row["supplier_id"].as<std::string>(),
          .deliver_to_location_id = row["deliver_to_location_id"].as<std::string>(),
          .lines = {},
          .state = ParseOrderState(row["state"].c_str()).value(),
          .total_amount = Money::FromTenThousandths(row["total_amount"].as<int64_t>()),
          .orderer_id = row["orderer_id"].as<std::string>(),
          .line_count = row["line_count"].as<int>(),
          .created_at = ReadInstant(row["created_at_us"]),
          .version = row["version"].as<int64_t>()};
}

OrderLine LineFromRow(const pqxx::row& row) {
  return {.line_number = row["line_number"].as<int>(),
          .requisition_id = row["requisition_id"].as<std::string>(),
          .requisition_line_number = row["requisition_line_number"].as<int>(),
          .requisition_seen = row["requisition_seen"].as<bool>(),
          .item_id = row["item_id"].as<std::string>(),
          .agreement_id = row["agreement_id"].as<std::string>(),
          .quantity_ordered = Quantity(row["quantity_ordered"].as<int64_t>()),
          .unit_price = Money::FromTenThousandths(row["unit_price"].as<int64_t>()),
          .amount = Money::FromTenThousandths(row["amount"].as<int64_t>()),
          .quantity_accepted = Quantity(row["quantity_accepted"].as<int64_t>()),
          .response_reason = row["response_reason"].as<std::string>(),
          .quantity_despatched = Quantity(row["quantity_despatched"].as<int64_t>()),
          .quantity_received = Quantity(row["quantity_received"].as<int64_t>()),
          .quantity_rejected = Quantity(row["quantity_rejected"].as<int64_t>())};
}

std::optional<Order> FirstOf(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]);
}

void InsertLines(pqxx::transaction_base& tx, const Order& order) {
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder requisition_ids;
  db::ArrayBuilder requisition_line_numbers;
  db::ArrayBuilder item_ids;
  db::ArrayBuilder agreement_ids;
  db::ArrayBuilder quantities;
  db::ArrayBuilder unit_prices;
  db::ArrayBuilder amounts;
  for (const OrderLine& line : order.lines) {
    line_numbers.AddInteger(line.line_number);
    requisition_ids.AddText(line.requisition_id);
    requisition_line_numbers.AddInteger(line.requisition_line_number);
    item_ids.AddText(line.item_id);
    agreement_ids.AddText(line.agreement_id);
    quantities.AddInteger(line.quantity_ordered.base_units());
    unit_prices.AddInteger(line.unit_price.ten_thousandths());
    amounts.AddInteger(line.amount.ten_thousandths());
  }
  tx.exec_prepared(queries::kInsertOrderLines.name, order.order_id, order.alliance_id,
                   order.supplier_id, line_numbers.Build(), requisition_ids.Build(),
                   requisition_line_numbers.Build(), item_ids.Build(), agreement_ids.Build(),
                   quantities.Build(), unit_prices.Build(), amounts.Build());
}

}  // namespace

bool OrderExistsFor(pqxx::transaction_base& tx, const std::string& order_id) {
  return !tx.exec_prepared(queries::kOrderExists.name, order_id).empty();
}

bool InsertOrder(pqxx::transaction_base& tx, const Order& order) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertOrder.name, order.order_id, order.alliance_id, order.supplier_id,
      order.deliver_to_location_id, order.total_amount.ten_thousandths(), order.orderer_id,
      order.line_count, SqlInstant(order.created_at));
  if (inserted.affected_rows() == 0) return false;
  InsertLines(tx, order);
  return true;
}

std::optional<Order> ReadOrder(pqxx::transaction_base& tx, const std::string& order_id) {
  return FirstOf(tx.exec_prepared(queries::kReadOrder.name, order_id));
}

std::optional<Order> LockOrder(pqxx::transaction_base& tx, const std::string& order_id,
                               const std::string& supplier_id) {
  return FirstOf(tx.exec_prepared(queries::kLockOrder.name, order_id, supplier_id));
}

std::vector<OrderLine> ReadOrderLines(pqxx::transaction_base& tx, const std::string& order_id) {
  std::vector<OrderLine> lines;
  for (const auto& row : tx.exec_prepared(queries::kReadOrderLines.name, order_id)) {
    lines.push_back(LineFromRow(row));
  }
  return lines;
}

std::vector<Order> ListOrders(pqxx::transaction_base& tx, const NewestFirstPage& page) {
  std::vector<Order> orders;
  for (const auto& row : tx.exec_prepared(queries::kListOrders.name, SqlInstant(page.before),
                                          page.before_id, page.filter, page.limit)) {
    orders.push_back(FromRow(row));
  }
  return orders;
}

void WriteOrderState(pqxx::transaction_base& tx, const Order& order) {
  tx.exec_prepared(queries::kUpdateOrderState.name, order.order_id,
                   std::string(StateName(order.state)));
}

void WriteAnswers(pqxx::transaction_base& tx, const Order& order) {
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder quantities;
  db::ArrayBuilder reasons;
  for (const OrderLine& line : order.lines) {
    line_numbers.AddInteger(line.line_number);
    quantities.AddInteger(line.quantity_accepted.base_units());
    reasons.AddText(line.response_reason);
  }
  tx.exec_prepared(queries::kAnswerOrderLines.name, order.order_id, line_numbers.Build(),
                   quantities.Build(), reasons.Build());
}

absl::Status DespatchOrderLines(pqxx::transaction_base& tx, const Despatch& despatch) {
  std::map<int, int64_t> by_line;
  for (const DespatchLine& line : despatch.lines) {
    by_line[line.order_line_number] += line.quantity.base_units();
  }
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder quantities;
  for (const auto& [line_number, quantity] : by_line) {
    line_numbers.AddInteger(line_number);
    quantities.AddInteger(quantity);
  }
  const pqxx::result updated =
      tx.exec_prepared(queries::kDespatchOrderLines.name, despatch.order_id, line_numbers.Build(),
                       quantities.Build());
  if (updated.affected_rows() != by_line.size()) {
    return absl::InternalError("an order line that is locked has less left than was checked");
  }
  return absl::OkStatus();
}

void ReceiveOrderLines(pqxx::transaction_base& tx, const std::string& order_id,
                       const std::vector<ReceivedLine>& lines) {
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder received;
  db::ArrayBuilder rejected;
  for (const ReceivedLine& line : lines) {
    line_numbers.AddInteger(line.line_number);
    received.AddInteger(line.quantity_received.base_units());
    rejected.AddInteger(line.quantity_rejected.base_units());
  }
  tx.exec_prepared(queries::kReceiveOrderLines.name, order_id, line_numbers.Build(),
                   received.Build(), rejected.Build());
}

}  // namespace qingqu::procurement
