#include <set>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/procurement/agreement_store.h"
#include "services/procurement/convert.h"
#include "services/procurement/errors.h"
#include "services/procurement/fact_store.h"
#include "services/procurement/journal_entries.h"
#include "services/procurement/order_store.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/purchase_check.h"
#include "services/procurement/requests.h"

namespace qingqu::procurement {
namespace {

constexpr std::string_view kOrderPattern = "orders/{order}";
// A document and its lines are read by two statements that must see the same.
constexpr db::TransactionOptions kOneSnapshot{.snapshot_read = true};

std::vector<std::string> ItemIds(const std::vector<OrderLine>& lines) {
  std::set<std::string> ids;
  for (const OrderLine& line : lines) ids.insert(line.item_id);
  return {ids.begin(), ids.end()};
}

// What is bought for whom: each line for the department that asked for it.
std::vector<PurchaseLine> PurchaseLines(const RequisitionFacts& facts, const Order& order) {
  std::vector<PurchaseLine> lines;
  for (const OrderLine& line : order.lines) {
    const Requisition& requisition = facts.requisitions.find(line.requisition_id)->second;
    lines.push_back({.field = fmt::format("order.lines[{}].item", line.line_number - 1),
                     .institution_id = requisition.institution_id,
                     .department_id = requisition.department_id,
                     .item_id = line.item_id});
  }
  return lines;
}

// Checks and prices the order. Locks in the order that everyone keeps: requisitions, then
// agreements.
absl::Status PrepareOrder(pqxx::transaction_base& tx, const CallContext& call, Order& order) {
  const std::optional<std::string> alliance_id = FindCentralStore(tx, order.deliver_to_location_id);
  if (!alliance_id) return LocationNotFound(order.deliver_to_location_id);
  order.alliance_id = *alliance_id;
  const std::optional<SupplierFacts> supplier = ReadSupplier(tx, order.supplier_id);
  if (!supplier) return SupplierNotFound(order.supplier_id);
  if (OrderExistsFor(tx, order.order_id)) return OrderExists(order.order_id);
  const RequisitionFacts facts = LockRequisitionsOf(tx, order);
  QINGQU_RETURN_IF_ERROR(TakeRequisitionLines(facts, order));
  const CivilDate day = BusinessDay(call.received_at);
  const std::vector<std::string> item_ids = ItemIds(order.lines);
  QINGQU_RETURN_IF_ERROR(CheckOrderBuyable(order, ReadItems(tx, item_ids), *supplier, day));
  QINGQU_RETURN_IF_ERROR(CheckPurchase(tx, PurchaseLines(facts, order), order.supplier_id, day));
  return PriceOrder(LockAgreementsInForce(tx, {.alliance_id = order.alliance_id,
                                               .supplier_id = order.supplier_id,
                                               .item_ids = item_ids,
                                               .day = day}),
                    order);
}

absl::Status PlaceOrder(pqxx::transaction_base& tx, const CallContext& call, const Order& order) {
  if (!InsertOrder(tx, order)) return OrderExists(order.order_id);
  Movement movement{.lines = {}, .order_id = order.order_id};
  for (const OrderLine& line : order.lines) {
    movement.lines.push_back(
        {line.requisition_id, line.requisition_line_number, line.quantity_ordered});
  }
  QINGQU_RETURN_IF_ERROR(OrderRequisitionLines(tx, call, movement));
  QINGQU_RETURN_IF_ERROR(OrderFromAgreements(tx, QuantityByAgreement(order.lines)));
  db::AppendJournal(tx, call, OrderPlaced(order));
  return absl::OkStatus();
}

// Gives back what the supplier did not accept, to the requisitions and to the agreements.
void GiveBack(pqxx::transaction_base& tx, const CallContext& call, const Order& order) {
  const std::vector<FreedLine> freed = FreedByAnswer(order);
  if (freed.empty()) return;
  Movement movement{.lines = {}, .order_id = order.order_id};
  QuantityById by_agreement;
  for (const FreedLine& line : freed) {
    movement.lines.push_back({line.requisition_id, line.requisition_line_number, line.quantity});
    Quantity& quantity = by_agreement[line.agreement_id];
    quantity = Quantity(quantity.base_units() + line.quantity.base_units());
  }
  ReturnToRequisitions(tx, call, order.alliance_id, movement);
  ReturnToAgreements(tx, by_agreement);
}

std::string StateFilter(v1::OrderState state) {
  if (state == v1::ORDER_STATE_UNSPECIFIED) return "";
  return std::string(StateName(static_cast<OrderState>(state)));
}

}  // namespace

absl::StatusOr<v1::Order> ProcurementHandlers::CreateOrder(const CallContext& call,
                                                           const v1::CreateOrderRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Order parsed, ParseNewOrder(call, request));
  return db::RunIdempotent<v1::Order>(*pool_, call, request,
                                      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Order> {
                                        Order order = parsed;
                                        QINGQU_RETURN_IF_ERROR(PrepareOrder(tx, call, order));
                                        QINGQU_RETURN_IF_ERROR(PlaceOrder(tx, call, order));
                                        return ToProto(order, call.principal);
                                      });
}

absl::StatusOr<v1::Order> ProcurementHandlers::RespondToOrder(
    const CallContext& call, const v1::RespondToOrderRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseId(kOrderPattern, request.name(), "name"));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<LineAnswer> answers, ParseAnswers(request));
  // The answer frees requisitions, which a supplier must not see: so row-level security is lifted,
  // and whose order it is is checked here.
  return db::RunIdempotent<v1::Order>(
      *pool_, call, request, {.beyond_scope = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Order> {
        std::optional<Order> order = LockOrder(tx, id, call.principal.supplier_id);
        if (!order || order->supplier_id != call.principal.supplier_id) return OrderNotFound(id);
        order->lines = ReadOrderLines(tx, id);
        QINGQU_RETURN_IF_ERROR(request.accept_all() ? AcceptOrder(*order)
                                                    : AnswerOrder(answers, *order));
        WriteAnswers(tx, *order);
        GiveBack(tx, call, *order);
        WriteOrderState(tx, *order);
        ++order->version;
        db::AppendJournal(tx, call, OrderAnswered(*order));
        return ToProto(*order, call.principal);
      });
}

absl::StatusOr<v1::Order> ProcurementHandlers::GetOrder(const CallContext& call,
                                                        const v1::GetOrderRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseId(kOrderPattern, request.name(), "name"));
  return db::RunTransaction(*pool_, call, kOneSnapshot,
                            [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Order> {
                              std::optional<Order> order = ReadOrder(tx, id);
                              if (!order) return OrderNotFound(id);
                              order->lines = ReadOrderLines(tx, id);
                              return ToProto(*order, call.principal);
                            });
}

absl::StatusOr<v1::ListOrdersResponse> ProcurementHandlers::ListOrders(
    const CallContext& call, const v1::ListOrdersRequest& request) {
  if (!v1::OrderState_IsValid(request.state())) {
    return InvalidField("state", "is none of the states of an order");
  }
  const std::string filter = fmt::format("orders {}", static_cast<int>(request.state()));
  QINGQU_ASSIGN_OR_RETURN(NewestFirstPage page,
                          ParseNewestFirstPage(request.page_size(), request.page_token(), filter));
  page.filter = StateFilter(request.state());
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListOrdersResponse> {
        std::vector<Order> orders = procurement::ListOrders(tx, page);
        v1::ListOrdersResponse response;
        if (orders.size() == static_cast<size_t>(page.limit)) {
          orders.pop_back();
          const Order& last = orders.back();
          response.set_next_page_token(NewestFirstToken(last.created_at, last.order_id, filter));
        }
        for (const Order& order : orders) {
          *response.add_orders() = ToProto(order, call.principal);
        }
        return response;
      });
}

}  // namespace qingqu::procurement
