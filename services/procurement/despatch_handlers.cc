#include <set>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/procurement/convert.h"
#include "services/procurement/despatch_store.h"
#include "services/procurement/errors.h"
#include "services/procurement/fact_store.h"
#include "services/procurement/journal_entries.h"
#include "services/procurement/order_store.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/requests.h"

namespace qingqu::procurement {
namespace {

constexpr std::string_view kDespatchPattern = "despatches/{despatch}";
// A document and its lines are read by two statements that must see the same.
constexpr db::TransactionOptions kOneSnapshot{.snapshot_read = true};

std::vector<std::string> ItemIds(const std::vector<DespatchLine>& lines) {
  std::set<std::string> ids;
  for (const DespatchLine& line : lines) ids.insert(line.item_id);
  return {ids.begin(), ids.end()};
}

// The order of the despatch, locked, with its lines, if it is the caller's and may be delivered.
absl::StatusOr<Order> LockAcceptedOrder(pqxx::transaction_base& tx, const CallContext& call,
                                        const Despatch& despatch) {
  std::optional<Order> order = LockOrder(tx, despatch.order_id);
  if (!order || order->supplier_id != call.principal.supplier_id) {
    return OrderNotFound(despatch.order_id);
  }
  if (DespatchExistsFor(tx, despatch.despatch_id)) return DespatchExists(despatch.despatch_id);
  if (order->state != OrderState::kAccepted && order->state != OrderState::kPartlyAccepted) {
    return OrderNotAccepted(despatch.order_id, StateName(order->state));
  }
  order->lines = ReadOrderLines(tx, despatch.order_id);
  return *std::move(order);
}

// OK when goods, supplier and quantities are in order; fills in what the order says.
absl::Status CheckDespatch(pqxx::transaction_base& tx, const CallContext& call, Order& order,
                           Despatch& despatch) {
  despatch.alliance_id = order.alliance_id;
  despatch.supplier_id = order.supplier_id;
  despatch.deliver_to_location_id = order.deliver_to_location_id;
  QINGQU_RETURN_IF_ERROR(FillItems(order, despatch));
  const CivilDate day = BusinessDay(call.received_at);
  const ItemFactsById items = ReadItems(tx, ItemIds(despatch.lines));
  QINGQU_RETURN_IF_ERROR(CheckTracking(despatch, items, day));
  const SupplierFacts supplier = ReadSupplier(tx, despatch.supplier_id).value_or(SupplierFacts{});
  QINGQU_RETURN_IF_ERROR(CheckLicence(despatch, items, supplier, day));
  return AddDespatched(despatch, order);
}

// The caller's own despatch with its lines, its order locked in `order`, and nobody receiving it
// until the transaction ends; if it may be withdrawn.
absl::StatusOr<Despatch> LockWithdrawable(pqxx::transaction_base& tx, const CallContext& call,
                                          const std::string& id, std::optional<Order>& order) {
  std::optional<Despatch> despatch = ReadDespatch(tx, id);
  if (!despatch || despatch->supplier_id != call.principal.supplier_id) return DespatchNotFound(id);
  order = LockOrder(tx, despatch->order_id);
  if (!order) return DespatchNotFound(id);
  LockDespatch(tx, id);
  despatch = ReadDespatch(tx, id);
  if (!despatch) return DespatchNotFound(id);
  if (despatch->withdrawn_at) return DespatchAlreadyWithdrawn(id);
  if (IsReceived(tx, id)) return DespatchReceived(id);
  despatch->lines = ReadDespatchLines(tx, id);
  return *std::move(despatch);
}

}  // namespace

absl::StatusOr<v1::Despatch> ProcurementHandlers::CreateDespatch(
    const CallContext& call, const v1::CreateDespatchRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Despatch parsed, ParseNewDespatch(call, request));
  return db::RunIdempotent<v1::Despatch>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Despatch> {
        Despatch despatch = parsed;
        QINGQU_ASSIGN_OR_RETURN(Order order, LockAcceptedOrder(tx, call, despatch));
        QINGQU_RETURN_IF_ERROR(CheckDespatch(tx, call, order, despatch));
        QINGQU_RETURN_IF_ERROR(KeepLotExpiries(tx, despatch));
        QINGQU_RETURN_IF_ERROR(InsertDespatch(tx, despatch));
        QINGQU_RETURN_IF_ERROR(DespatchOrderLines(tx, despatch));
        WriteOrderState(tx, order);
        db::AppendJournal(tx, call, DespatchAnnounced(despatch));
        return ToProto(despatch);
      });
}

absl::StatusOr<v1::Despatch> ProcurementHandlers::WithdrawDespatch(
    const CallContext& call, const v1::WithdrawDespatchRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseId(kDespatchPattern, request.name(), "name"));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, ParseReason(request.reason()));
  return db::RunIdempotent<v1::Despatch>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Despatch> {
        std::optional<Order> order;
        QINGQU_ASSIGN_OR_RETURN(Despatch despatch, LockWithdrawable(tx, call, id, order));
        despatch.withdrawn_at = absl::FromUnixMicros(absl::ToUnixMicros(call.received_at));
        despatch.withdrawal_reason = reason;
        WriteWithdrawal(tx, despatch);
        WriteOrderState(tx, *order);
        db::AppendJournal(tx, call, DespatchWithdrawn(despatch));
        return ToProto(despatch);
      });
}

absl::StatusOr<v1::Despatch> ProcurementHandlers::GetDespatch(
    const CallContext& call, const v1::GetDespatchRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseId(kDespatchPattern, request.name(), "name"));
  return db::RunTransaction(*pool_, call, kOneSnapshot,
                            [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Despatch> {
                              std::optional<Despatch> despatch = ReadDespatch(tx, id);
                              if (!despatch) return DespatchNotFound(id);
                              despatch->lines = ReadDespatchLines(tx, id);
                              return ToProto(*despatch);
                            });
}

absl::StatusOr<v1::ListDespatchesResponse> ProcurementHandlers::ListDespatches(
    const CallContext& call, const v1::ListDespatchesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string order_id,
                          ParseOptionalId("orders/{order}", request.order(), "order"));
  const std::string filter = fmt::format("despatches {}", order_id);
  QINGQU_ASSIGN_OR_RETURN(NewestFirstPage page,
                          ParseNewestFirstPage(request.page_size(), request.page_token(), filter));
  page.filter = order_id;
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListDespatchesResponse> {
        std::vector<Despatch> despatches = procurement::ListDespatches(tx, page);
        v1::ListDespatchesResponse response;
        if (despatches.size() == static_cast<size_t>(page.limit)) {
          despatches.pop_back();
          const Despatch& last = despatches.back();
          response.set_next_page_token(NewestFirstToken(last.created_at, last.despatch_id, filter));
        }
        for (const Despatch& despatch : despatches) {
          *response.add_despatches() = ToProto(despatch);
        }
        return response;
      });
}

}  // namespace qingqu::procurement
