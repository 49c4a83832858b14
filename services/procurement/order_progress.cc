#include "services/procurement/order_progress.h"

#include <map>

#include "fmt/format.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/db/journal.h"
#include "common/status/status_macros.h"
#include "services/procurement/agreement_store.h"
#include "services/procurement/journal_entries.h"
#include "services/procurement/order_store.h"
#include "services/procurement/queries.h"
#include "services/procurement/receipt_progress.h"

namespace qingqu::procurement {
namespace {

prometheus::Counter& UnappliedCounter(prometheus::Registry& metrics) {
  return prometheus::BuildCounter()
      .Name("qingqu_procurement_unapplied_entries_total")
      .Help("Journal entries that order_progress could not apply and set aside")
      .Register(metrics)
      .Add({});
}

QuantityById ReceivedByAgreement(const Order& order, const std::vector<ReceivedLine>& lines) {
  QuantityById quantities;
  for (const ReceivedLine& line : lines) {
    const std::string& agreement_id =
        order.lines.at(static_cast<size_t>(line.line_number) - 1).agreement_id;
    Quantity& quantity = quantities[agreement_id];
    quantity = Quantity(quantity.base_units() + line.quantity_received.base_units());
  }
  return quantities;
}

}  // namespace

OrderProgress::OrderProgress(db::ConnectionPool* pool, prometheus::Registry* metrics)
    : unapplied_(UnappliedCounter(*metrics)),
      follower_(
          pool,
          {.consumer = "order_progress", .service = "procurement", .events = {"receipt.posted"}},
          [this](pqxx::transaction_base& tx, const CallContext& call,
                 const db::FollowedEntry& entry) { return Apply(tx, call, entry); }) {}

absl::Status OrderProgress::Apply(pqxx::transaction_base& tx, const CallContext& call,
                                  const db::FollowedEntry& entry) {
  const absl::Status applied = ApplyReceipt(tx, call, entry);
  if (applied.ok()) return applied;
  // What PostgreSQL refuses is thrown, and tried again by the follower; what arrives here stays
  // wrong however often it is tried.
  const std::string problem(ToStd(applied.message()));
  spdlog::error("order_progress set entry {} ({}) aside: {}", entry.sequence, entry.resource,
                problem);
  unapplied_.Increment();
  tx.exec_prepared(queries::kInsertUnappliedEntry.name, entry.sequence, entry.event, entry.resource,
                   entry.details_json, problem);
  return absl::OkStatus();
}

absl::Status OrderProgress::ApplyReceipt(pqxx::transaction_base& tx, const CallContext& call,
                                         const db::FollowedEntry& entry) {
  QINGQU_ASSIGN_OR_RETURN(const ReceiptProgress progress, ParseReceiptProgress(entry.details_json));
  std::optional<Order> order = LockOrder(tx, progress.order_id);
  if (!order) return absl::NotFoundError(fmt::format("there is no order {}", progress.order_id));
  order->lines = ReadOrderLines(tx, progress.order_id);
  QINGQU_RETURN_IF_ERROR(ApplyProgress(progress, *order));
  ReceiveOrderLines(tx, progress.order_id, progress.lines);
  ReceiveOnAgreements(tx, ReceivedByAgreement(*order, progress.lines));
  WriteOrderState(tx, *order);
  db::AppendJournal(tx, call, OrderProgressed(*order, progress.lines, entry.resource));
  return absl::OkStatus();
}

}  // namespace qingqu::procurement
