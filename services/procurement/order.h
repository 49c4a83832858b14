#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/base/money.h"
#include "common/base/quantity.h"
#include "services/procurement/agreement.h"
#include "services/procurement/catalog_facts.h"
#include "services/procurement/document_state.h"
#include "services/procurement/requisition.h"

namespace qingqu::procurement {

// One requisition line on an order.
struct OrderLine {
  int line_number = 0;
  std::string requisition_id;
  int requisition_line_number = 0;
  bool requisition_seen = true;  // whether the requisition is within the scope of who reads
  std::string item_id;
  std::string agreement_id;
  Quantity quantity_ordered;
  Money unit_price;  // of one base unit
  Money amount;
  Quantity quantity_accepted;
  std::string response_reason;
  Quantity quantity_despatched;
  Quantity quantity_received;
  Quantity quantity_rejected;
};

// What an alliance orders from a supplier.
struct Order {
  std::string order_id;
  std::string alliance_id;
  std::string supplier_id;
  std::string deliver_to_location_id;
  std::vector<OrderLine> lines;
  OrderState state = OrderState::kPlaced;
  Money total_amount;
  std::string orderer_id;
  std::string orderer_for_id;  // whom they stand in for; of a new order only
  int line_count = 0;
  absl::Time created_at;
  int64_t version = 1;
};

// What the requisitions of an order say, read under their locks.
struct RequisitionFacts {
  std::map<std::string, Requisition, std::less<>> requisitions;  // without lines
  std::map<std::pair<std::string, int>, RequisitionLine> lines;  // only those that are ordered
};

// OK when each line of `order` may be ordered by the orderer: REQUISITION_NOT_FOUND,
// LINE_NOT_APPROVED, LINE_ALREADY_ORDERED (each naming every bad line), SAME_PERSON. Fills in the
// items.
absl::Status TakeRequisitionLines(const RequisitionFacts& facts, Order& order);

// OK when every item may be bought, from this supplier, on `day`: ITEM_NOT_BUYABLE,
// SUPPLIER_NOT_BUYABLE.
absl::Status CheckOrderBuyable(const Order& order, const ItemFactsById& items,
                               const SupplierFacts& supplier, const CivilDate& day);

// Prices the lines by `agreements`, those in force today, and sums them up. NO_AGREEMENT, and
// AGREEMENT_CEILING when the lines on one agreement together exceed what it has left;
// INVALID_ARGUMENT when the total is too large to be written.
absl::Status PriceOrder(const std::vector<Agreement>& agreements, Order& order);

// What the lines take of each agreement, in the order of their ids.
std::map<std::string, Quantity> QuantityByAgreement(const std::vector<OrderLine>& lines);

struct LineAnswer {
  int line_number = 0;
  int64_t quantity_accepted = 0;
  std::string reason;
};

// The supplier's answer to every line, which decides the state. INVALID_ARGUMENT for a line that is
// missing, unknown or named twice, for more than ordered, and for less without a reason;
// ORDER_ALREADY_ANSWERED.
absl::Status AnswerOrder(const std::vector<LineAnswer>& answers, Order& order);
absl::Status AcceptOrder(Order& order);

// What was ordered and not accepted, by line; lines without are left out.
struct FreedLine {
  std::string requisition_id;
  int requisition_line_number = 0;
  std::string agreement_id;
  Quantity quantity;
};
std::vector<FreedLine> FreedByAnswer(const Order& order);

// What arrived of one line: counted as received, and as rejected at the door.
struct ReceivedLine {
  int line_number = 0;
  Quantity quantity_received;
  Quantity quantity_rejected;
};

// True when all that was accepted has been received or rejected at the door.
bool IsComplete(const std::vector<OrderLine>& lines);

}  // namespace qingqu::procurement
