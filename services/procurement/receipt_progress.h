#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/procurement/order.h"

namespace qingqu::procurement {

// What a receipt of distribution says about an order.
struct ReceiptProgress {
  std::string order_id;
  std::vector<ReceivedLine> lines;  // each line of the order once, in order
};

// Reads the details of a journal entry receipt.posted:
//   {"order": "orders/o1", "lines": [{"order_line_number": 1, "quantity_accepted": 5,
//    "quantity_rejected": 0}]}
// with whole numbers, also as strings; what else there is is ignored. INVALID_ARGUMENT for anything
// else.
absl::StatusOr<ReceiptProgress> ParseReceiptProgress(std::string_view details_json);

// Adds to what was received and rejected of the order's lines, and completes the order when nothing
// is outstanding. FAILED_PRECONDITION when it has no such line, or less was despatched.
absl::Status ApplyProgress(const ReceiptProgress& progress, Order& order);

}  // namespace qingqu::procurement
