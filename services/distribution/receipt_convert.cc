#include "services/distribution/receipt_convert.h"

#include "nlohmann/json.hpp"

#include "common/base/quantity.h"
#include "common/base/strings.h"
#include "common/rpc/timestamp.h"
#include "services/distribution/convert.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kReasonMax = 200;
// Longer than any bar code.
constexpr size_t kScanBytesMax = 512;

void CheckLine(int index, const v1::ReceiptLine& line, FieldViolations& violations) {
  const auto add = [&](std::string_view name, std::string_view description) {
    violations.Add(LineField("receipt.lines", index, name), description);
  };
  if (line.scan().size() > kScanBytesMax) add("scan", "must be at most 512 bytes");
  if (line.pi_scan().size() > kScanBytesMax) add("pi_scan", "must be at most 512 bytes");
  const int64_t packs_max = kQuantityMax.base_units();
  if (line.packs_accepted() < 0 || line.packs_accepted() > packs_max) {
    add("packs_accepted", "must be 0 to 1,000,000,000,000");
  }
  if (line.packs_rejected() < 0 || line.packs_rejected() > packs_max) {
    add("packs_rejected", "must be 0 to 1,000,000,000,000");
  }
  if (line.packs_accepted() == 0 && line.packs_rejected() == 0) {
    add("packs_accepted", "accept or reject at least one pack");
  }
  const int length = CodePointCount(line.rejection_reason());
  if (line.packs_rejected() > 0 && (length < 1 || length > kReasonMax)) {
    add("rejection_reason", "must be 1 to 200 characters when packs are rejected");
  }
  if (line.packs_rejected() == 0 && length > 0) {
    add("rejection_reason", "must be empty when nothing is rejected");
  }
}

}  // namespace

absl::StatusOr<std::vector<ReceiptLine>> ParseReceiptLines(const v1::Receipt& receipt) {
  FieldViolations violations;
  CheckLineCount("receipt.lines", receipt.lines_size(), violations);
  std::vector<ReceiptLine> lines;
  for (int index = 0; index < receipt.lines_size(); ++index) {
    const v1::ReceiptLine& proto = receipt.lines(index);
    CheckLine(index, proto, violations);
    ReceiptLine& line = lines.emplace_back();
    line.scan = proto.scan();
    line.pi_scan = proto.pi_scan();
    line.packs_accepted = proto.packs_accepted();
    line.packs_rejected = proto.packs_rejected();
    line.rejection_reason = proto.rejection_reason();
  }
  const absl::Status status = violations.ToStatus();
  if (!status.ok()) return status;
  return lines;
}

v1::Receipt ToProto(const ReceiptHeader& header, const std::vector<ReceiptLine>& lines) {
  v1::Receipt proto;
  proto.set_name("receipts/" + header.receipt_id);
  proto.set_despatch("despatches/" + header.despatch_id);
  proto.set_order("orders/" + header.order_id);
  proto.set_supplier("suppliers/" + header.supplier_id);
  proto.set_location("locations/" + header.location_id);
  proto.set_receiver("users/" + header.receiver_id);
  *proto.mutable_create_time() = rpc::ToTimestamp(header.created_at);
  for (const ReceiptLine& line : lines) {
    v1::ReceiptLine& added = *proto.add_lines();
    added.set_line_number(proto.lines_size());
    added.set_scan(line.scan);
    added.set_pi_scan(line.pi_scan);
    added.set_packs_accepted(line.packs_accepted);
    added.set_packs_rejected(line.packs_rejected);
    added.set_rejection_reason(line.rejection_reason);
    added.set_item("items/" + line.item_id);
    added.set_lot(line.lot);
    added.set_serial(line.serial);
    added.set_expiry_date(DateText(line.expiry));
    added.set_quantity_accepted(line.quantity_accepted);
    added.set_quantity_rejected(line.quantity_rejected);
  }
  return proto;
}

std::string ReceiptDetails(const ReceiptHeader& header, const std::vector<ReceiptLine>& lines,
                           const std::vector<DespatchLine>& despatch_lines) {
  nlohmann::json parts = nlohmann::json::array();
  for (size_t index = 0; index < lines.size(); ++index) {
    const ReceiptLine& line = lines[index];
    for (const Fill& fill : line.fills) {
      const DespatchLine& filled = despatch_lines[fill.despatch_index];
      nlohmann::json part{{"line_number", index + 1},
                          {"despatch_line_number", filled.line_number},
                          {"order_line_number", filled.order_line_number},
                          {"item", "items/" + line.item_id},
                          {"lot", line.lot},
                          {"serial", line.serial},
                          {"expiry_date", DateText(line.expiry)},
                          {"quantity_accepted", fill.accepted},
                          {"quantity_rejected", fill.rejected}};
      if (fill.rejected > 0) part["rejection_reason"] = line.rejection_reason;
      parts.push_back(std::move(part));
    }
  }
  const nlohmann::json details{{"despatch", "despatches/" + header.despatch_id},
                               {"order", "orders/" + header.order_id},
                               {"supplier", "suppliers/" + header.supplier_id},
                               {"location", "locations/" + header.location_id},
                               {"receiver", "users/" + header.receiver_id},
                               {"lines", std::move(parts)}};
  return details.dump();
}

}  // namespace qingqu::distribution
