#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "services/procurement/despatch.h"
#include "services/procurement/order.h"
#include "services/procurement/requisition_store.h"

namespace qingqu::procurement {

bool OrderExistsFor(pqxx::transaction_base& tx, const std::string& order_id);
// False when the id is taken. Inserts the lines too.
bool InsertOrder(pqxx::transaction_base& tx, const Order& order);
// Without lines.
std::optional<Order> ReadOrder(pqxx::transaction_base& tx, const std::string& order_id);
// Without lines; locks its row, and with it its lines. Of that supplier alone, unless it is empty.
std::optional<Order> LockOrder(pqxx::transaction_base& tx, const std::string& order_id,
                               const std::string& supplier_id = "");
std::vector<OrderLine> ReadOrderLines(pqxx::transaction_base& tx, const std::string& order_id);
// Without lines; the filter is a state.
std::vector<Order> ListOrders(pqxx::transaction_base& tx, const NewestFirstPage& page);

// Writes the state, and a new version.
void WriteOrderState(pqxx::transaction_base& tx, const Order& order);
// Writes what the lines say of the supplier's answer.
void WriteAnswers(pqxx::transaction_base& tx, const Order& order);

// Counts the despatch's lines as despatched. The order is locked and the lines checked; INTERNAL
// when a line has less left nevertheless.
absl::Status DespatchOrderLines(pqxx::transaction_base& tx, const Despatch& despatch);

// Counts quantities as received and as rejected at the door; a line once.
void ReceiveOrderLines(pqxx::transaction_base& tx, const std::string& order_id,
                       const std::vector<ReceivedLine>& lines);

}  // namespace qingqu::procurement
