#include "services/distribution/transfer_convert.h"

#include "absl/container/flat_hash_set.h"

#include "common/base/quantity.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/distribution/convert.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

void ParseLines(const v1::Transfer& proto, Transfer& transfer, FieldViolations& violations) {
  const std::string field = "transfer.lines";
  CheckLineCount(field, proto.lines_size(), violations);
  absl::flat_hash_set<std::string> items;
  for (int index = 0; index < proto.lines_size(); ++index) {
    const v1::TransferLine& line = proto.lines(index);
    const std::string item_field = LineField(field, index, "item");
    const std::string item_id = ReadId("items/{item}", item_field, line.item(), violations);
    if (!item_id.empty() && !items.insert(item_id).second) {
      violations.Add(item_field, "is on an earlier line already; an item is named once");
    }
    const std::string quantity_field = LineField(field, index, "quantity");
    violations.AddIfError(quantity_field,
                          ParsePositiveQuantity(line.quantity(), quantity_field).status());
    transfer.lines.push_back({.item_id = item_id, .quantity = line.quantity()});
  }
}

}  // namespace

absl::StatusOr<Transfer> ParseTransfer(const CallContext& call,
                                       const v1::CreateTransferRequest& request) {
  FieldViolations violations;
  const v1::Transfer& proto = request.transfer();
  Transfer transfer{
      .transfer_id = ReadNewId("transfer_id", request.transfer_id(), call.request_id, violations),
      .from_location_id = ReadId("locations/{location}", "transfer.from_location",
                                 proto.from_location(), violations),
      .to_location_id =
          ReadId("locations/{location}", "transfer.to_location", proto.to_location(), violations),
      .sender_id = call.principal.user_id,
      .created_at = ToMicroseconds(call.received_at)};
  if (!transfer.to_location_id.empty() && transfer.to_location_id == transfer.from_location_id) {
    violations.Add("transfer.to_location", "must be another location than from_location");
  }
  ParseLines(proto, transfer, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return transfer;
}

v1::Transfer ToProto(const Transfer& transfer) {
  v1::Transfer proto;
  proto.set_name("transfers/" + transfer.transfer_id);
  proto.set_from_location("locations/" + transfer.from_location_id);
  proto.set_to_location("locations/" + transfer.to_location_id);
  proto.set_state(transfer.received ? v1::TRANSFER_STATE_RECEIVED : v1::TRANSFER_STATE_SENT);
  proto.set_sender("users/" + transfer.sender_id);
  *proto.mutable_create_time() = rpc::ToTimestamp(transfer.created_at);
  if (transfer.received) {
    proto.set_receiver("users/" + transfer.receiver_id);
    *proto.mutable_receive_time() = rpc::ToTimestamp(transfer.received_at);
  }
  for (const TransferLine& line : transfer.lines) {
    v1::TransferLine& added = *proto.add_lines();
    added.set_line_number(proto.lines_size());
    added.set_item("items/" + line.item_id);
    added.set_quantity(line.quantity);
    for (const TransferPart& part : line.parts) {
      v1::TransferAllocation& allocation = *added.add_allocations();
      allocation.set_lot_name("lots/" + part.lot_id);
      allocation.set_lot(part.lot_number);
      allocation.set_serial(part.serial);
      allocation.set_expiry_date(DateText(part.expiry));
      allocation.set_quantity(part.quantity);
    }
  }
  return proto;
}

db::JournalEntry TransferEntry(std::string event, const Transfer& transfer) {
  const v1::Transfer proto = ToProto(transfer);
  db::JournalEntry entry{.event = std::move(event),
                         .resource = proto.name(),
                         .subjects = {proto.from_location(), proto.to_location()},
                         .details_json = ToJson(proto)};
  for (const TransferLine& line : transfer.lines) {
    entry.subjects.push_back("items/" + line.item_id);
    for (const TransferPart& part : line.parts) {
      if (part.lot_number.empty()) continue;
      entry.subjects.push_back(db::LotSubject(line.item_id, part.lot_number));
    }
  }
  return entry;
}

}  // namespace qingqu::distribution
