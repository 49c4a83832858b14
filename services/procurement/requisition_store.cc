#include "services/procurement/requisition_store.h"

#include <set>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/procurement/queries.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

Requisition FromRow(const pqxx::row& row) {
  return {.requisition_id = row["requisition_id"].as<std::string>(),
          .department_id = row["department_id"].as<std::string>(),
          .institution_id = row["institution_id"].as<std::string>(),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .lines = {},
          .state = ParseRequisitionState(row["state"].c_str()).value(),
          .requester_id = row["requester_id"].as<std::string>(),
          .requester_for_id = row["requester_for_id"].as<std::string>(),
          .approver_id = row["approver_id"].as<std::string>(),
          .approver_for_id = row["approver_for_id"].as<std::string>(),
          .rejection_reason = row["rejection_reason"].as<std::string>(),
          .line_count = row["line_count"].as<int>(),
          .created_at = ReadInstant(row["created_at_us"]),
          .version = row["version"].as<int64_t>()};
}

RequisitionLine LineFromRow(const pqxx::row& row) {
  return {.line_number = row["line_number"].as<int>(),
          .item_id = row["item_id"].as<std::string>(),
          .quantity_requested = Quantity(row["quantity_requested"].as<int64_t>()),
          .quantity_approved = Quantity(row["quantity_approved"].as<int64_t>()),
          .quantity_ordered = Quantity(row["quantity_ordered"].as<int64_t>())};
}

std::optional<Requisition> FirstOf(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]);
}

struct MovementArrays {
  std::string requisition_ids;  // each once
  std::string ids;
  std::string line_numbers;
  std::string quantities;
};

MovementArrays ArraysOf(const Movement& movement) {
  std::set<std::string> distinct;
  db::ArrayBuilder ids;
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder quantities;
  for (const MovedLine& line : movement.lines) {
    distinct.insert(line.requisition_id);
    ids.AddText(line.requisition_id);
    line_numbers.AddInteger(line.line_number);
    quantities.AddInteger(line.quantity.base_units());
  }
  return {db::TextArray({distinct.begin(), distinct.end()}), ids.Build(), line_numbers.Build(),
          quantities.Build()};
}

void JournalMovement(pqxx::transaction_base& tx, const CallContext& call, const Movement& movement,
                     const std::string& event, const MovementArrays& arrays) {
  tx.exec_prepared(queries::kTouchRequisitions.name, arrays.requisition_ids, event, call.method,
                   call.request_id, fmt::format("orders/{}", movement.order_id), arrays.ids,
                   arrays.line_numbers, arrays.quantities);
}

}  // namespace

bool InsertRequisition(pqxx::transaction_base& tx, const Requisition& requisition) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertRequisition.name, requisition.requisition_id, requisition.department_id,
      requisition.institution_id, requisition.alliance_id, requisition.requester_id,
      requisition.line_count, SqlInstant(requisition.created_at));
  if (inserted.affected_rows() == 0) return false;
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder items;
  db::ArrayBuilder quantities;
  for (const RequisitionLine& line : requisition.lines) {
    line_numbers.AddInteger(line.line_number);
    items.AddText(line.item_id);
    quantities.AddInteger(line.quantity_requested.base_units());
  }
  tx.exec_prepared(queries::kInsertRequisitionLines.name, requisition.requisition_id,
                   line_numbers.Build(), items.Build(), quantities.Build());
  return true;
}

std::optional<Requisition> ReadRequisition(pqxx::transaction_base& tx,
                                           const std::string& requisition_id) {
  return FirstOf(tx.exec_prepared(queries::kReadRequisition.name, requisition_id));
}

std::optional<Requisition> LockRequisition(pqxx::transaction_base& tx,
                                           const std::string& requisition_id) {
  return FirstOf(tx.exec_prepared(queries::kLockRequisition.name, requisition_id));
}

std::vector<RequisitionLine> ReadRequisitionLines(pqxx::transaction_base& tx,
                                                  const std::string& requisition_id) {
  std::vector<RequisitionLine> lines;
  for (const auto& row : tx.exec_prepared(queries::kReadRequisitionLines.name, requisition_id)) {
    lines.push_back(LineFromRow(row));
  }
  return lines;
}

std::vector<Requisition> ListRequisitions(pqxx::transaction_base& tx, const NewestFirstPage& page) {
  const std::string before = SqlInstant(page.before);
  const pqxx::result rows =
      page.department_id.empty()
          ? tx.exec_prepared(queries::kListRequisitions.name, before, page.before_id, page.filter,
                             page.limit)
          : tx.exec_prepared(queries::kListRequisitionsOfDepartment.name, before, page.before_id,
                             page.filter, page.limit, page.department_id);
  std::vector<Requisition> requisitions;
  for (const auto& row : rows) {
    requisitions.push_back(FromRow(row));
  }
  return requisitions;
}

void WriteDecision(pqxx::transaction_base& tx, const Requisition& requisition) {
  tx.exec_prepared(queries::kDecideRequisition.name, requisition.requisition_id,
                   std::string(StateName(requisition.state)), requisition.approver_id,
                   requisition.rejection_reason);
  if (requisition.state != RequisitionState::kApproved) return;
  db::ArrayBuilder line_numbers;
  db::ArrayBuilder quantities;
  for (const RequisitionLine& line : requisition.lines) {
    line_numbers.AddInteger(line.line_number);
    quantities.AddInteger(line.quantity_approved.base_units());
  }
  tx.exec_prepared(queries::kApproveRequisitionLines.name, requisition.requisition_id,
                   line_numbers.Build(), quantities.Build());
}

RequisitionFacts LockRequisitionsOf(pqxx::transaction_base& tx, const Order& order) {
  std::set<std::string> distinct;
  db::ArrayBuilder ids;
  db::ArrayBuilder line_numbers;
  for (const OrderLine& line : order.lines) {
    distinct.insert(line.requisition_id);
    ids.AddText(line.requisition_id);
    line_numbers.AddInteger(line.requisition_line_number);
  }
  RequisitionFacts facts;
  for (const auto& row :
       tx.exec_prepared(queries::kLockRequisitions.name,
                        db::TextArray({distinct.begin(), distinct.end()}), order.alliance_id)) {
    Requisition requisition = FromRow(row);
    std::string id = requisition.requisition_id;
    facts.requisitions.emplace(std::move(id), std::move(requisition));
  }
  // Read after the locks, so that what others ordered meanwhile is seen.
  for (const auto& row : tx.exec_prepared(queries::kReadChosenRequisitionLines.name, ids.Build(),
                                          line_numbers.Build())) {
    RequisitionLine line = LineFromRow(row);
    const std::pair key(row["requisition_id"].as<std::string>(), line.line_number);
    facts.lines.emplace(key, std::move(line));
  }
  return facts;
}

absl::Status OrderRequisitionLines(pqxx::transaction_base& tx, const CallContext& call,
                                   const Movement& movement) {
  const MovementArrays arrays = ArraysOf(movement);
  const pqxx::result updated = tx.exec_prepared(queries::kOrderRequisitionLines.name, arrays.ids,
                                                arrays.line_numbers, arrays.quantities);
  if (updated.affected_rows() != movement.lines.size()) {
    return absl::InternalError("a requisition line that is locked has less left than was checked");
  }
  JournalMovement(tx, call, movement, "requisition.ordered", arrays);
  return absl::OkStatus();
}

void ReturnToRequisitions(pqxx::transaction_base& tx, const CallContext& call,
                          const std::string& alliance_id, const Movement& movement) {
  const MovementArrays arrays = ArraysOf(movement);
  tx.exec_prepared(queries::kLockRequisitions.name, arrays.requisition_ids, alliance_id);
  tx.exec_prepared(queries::kReturnToRequisitionLines.name, arrays.ids, arrays.line_numbers,
                   arrays.quantities);
  JournalMovement(tx, call, movement, "requisition.returned", arrays);
}

}  // namespace qingqu::procurement
