#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "services/procurement/order.h"
#include "services/procurement/requisition.h"

namespace qingqu::procurement {

// Where a list of documents goes on, newest first.
struct NewestFirstPage {
  absl::Time before = absl::InfiniteFuture();
  std::string before_id;
  std::string filter;         // what is filtered by, empty: all
  std::string department_id;  // the only one that the caller sees; empty: no matter which
  int limit = 0;
};

// False when the id is taken. Inserts the lines too.
bool InsertRequisition(pqxx::transaction_base& tx, const Requisition& requisition);
// Without lines.
std::optional<Requisition> ReadRequisition(pqxx::transaction_base& tx,
                                           const std::string& requisition_id);
// Without lines; locks its row, and with it its lines.
std::optional<Requisition> LockRequisition(pqxx::transaction_base& tx,
                                           const std::string& requisition_id);
std::vector<RequisitionLine> ReadRequisitionLines(pqxx::transaction_base& tx,
                                                  const std::string& requisition_id);
// Without lines; the filter is a state.
std::vector<Requisition> ListRequisitions(pqxx::transaction_base& tx, const NewestFirstPage& page);

// Writes state, approver, reason, and what is approved of the lines when the state says so.
void WriteDecision(pqxx::transaction_base& tx, const Requisition& requisition);

// Locks the requisitions of the order's lines, in the order of their ids, and reads them and the
// lines. Those of other alliances are not found.
RequisitionFacts LockRequisitionsOf(pqxx::transaction_base& tx, const Order& order);

struct MovedLine {
  std::string requisition_id;
  int line_number = 0;
  Quantity quantity;
};
struct Movement {
  std::vector<MovedLine> lines;
  std::string order_id;
};
// Counts the lines as ordered, and journals it for each requisition. The requisitions are locked
// and the lines checked; INTERNAL when a line has less left nevertheless.
absl::Status OrderRequisitionLines(pqxx::transaction_base& tx, const CallContext& call,
                                   const Movement& movement);
// Locks the requisitions and takes the lines off again, journalled for each requisition.
void ReturnToRequisitions(pqxx::transaction_base& tx, const CallContext& call,
                          const std::string& alliance_id, const Movement& movement);

}  // namespace qingqu::procurement
