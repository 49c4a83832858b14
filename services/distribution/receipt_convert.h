#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "services/distribution/receipt_store.h"

namespace qingqu::distribution {

// The lines as they were sent; INVALID_ARGUMENT names every field that is wrong.
absl::StatusOr<std::vector<ReceiptLine>> ParseReceiptLines(const v1::Receipt& receipt);

v1::Receipt ToProto(const ReceiptHeader& header, const std::vector<ReceiptLine>& lines);

// What followers of "receipt.posted" read: despatch, order, and for each part of a line that fills
// one despatch line its order_line_number, item, lot, serial and quantities.
std::string ReceiptDetails(const ReceiptHeader& header, const std::vector<ReceiptLine>& lines,
                           const std::vector<DespatchLine>& despatch_lines);

}  // namespace qingqu::distribution
