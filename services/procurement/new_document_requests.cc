#include <algorithm>
#include <set>
#include <unordered_set>

#include "fmt/format.h"

#include "common/status/status_macros.h"
#include "services/procurement/field_reader.h"
#include "services/procurement/requests.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

constexpr int kTrackingNumberMax = 100;

RequisitionLine ReadRequisitionLine(const v1::RequisitionLine& line, int index,
                                    FieldReader& reader) {
  const std::string field = fmt::format("requisition.lines[{}]", index);
  return {.line_number = index + 1,
          .item_id = reader.Id(field + ".item", "items/{item}", line.item()),
          .quantity_requested =
              reader.PositiveQuantity(field + ".quantity_requested", line.quantity_requested())};
}

OrderLine ReadOrderLine(const v1::OrderLine& line, int index, FieldReader& reader) {
  const std::string field = fmt::format("order.lines[{}]", index);
  if (line.requisition_line_number() < 1 || line.requisition_line_number() > kLinesMax) {
    reader.Add(field + ".requisition_line_number", fmt::format("must be from 1 to {}", kLinesMax));
  }
  return {.line_number = index + 1,
          .requisition_id =
              reader.Id(field + ".requisition", "requisitions/{requisition}", line.requisition()),
          .requisition_line_number = line.requisition_line_number(),
          .quantity_ordered =
              reader.PositiveQuantity(field + ".quantity_ordered", line.quantity_ordered())};
}

std::vector<std::string> ReadSerials(const v1::DespatchLine& line, const std::string& field,
                                     FieldReader& reader) {
  std::vector<std::string> serials;
  if (line.serials_size() > kSerialsPerLineMax) {
    reader.Add(field, fmt::format("must be at most {}", kSerialsPerLineMax));
    return serials;
  }
  for (int i = 0; i < line.serials_size(); ++i) {
    const std::string path = fmt::format("{}[{}]", field, i);
    serials.push_back(reader.Label(path, line.serials(i)));
    if (line.serials(i).empty()) reader.Add(path, "must not be empty");
  }
  std::sort(serials.begin(), serials.end());
  if (std::adjacent_find(serials.begin(), serials.end()) != serials.end()) {
    reader.Add(field, "holds a serial twice");
  }
  return serials;
}

DespatchLine ReadDespatchLine(const v1::DespatchLine& line, int index, FieldReader& reader) {
  const std::string field = fmt::format("despatch.lines[{}]", index);
  DespatchLine read{
      .line_number = index + 1,
      .order_line_number = line.order_line_number(),
      .quantity = reader.PositiveQuantity(field + ".quantity", line.quantity()),
      .lot = reader.Label(field + ".lot", line.lot()),
      .expiry_date = reader.OptionalDate(field + ".expiry_date", line.expiry_date()),
      .manufacture_date = reader.OptionalDate(field + ".manufacture_date", line.manufacture_date()),
      .serials = ReadSerials(line, field + ".serials", reader)};
  if (read.manufacture_date && read.expiry_date && *read.manufacture_date > *read.expiry_date) {
    reader.Add(field + ".manufacture_date", "lies after expiry_date");
  }
  return read;
}

}  // namespace

absl::StatusOr<Agreement> ParseNewAgreement(const CallContext& call,
                                            const v1::CreateAgreementRequest& request) {
  const v1::Agreement& given = request.agreement();
  FieldReader reader;
  if (request.agreement_id().empty()) reader.Add("agreement_id", "must be chosen");
  const std::string id = reader.NewId("agreement_id", request.agreement_id(), "");
  const std::string alliance =
      reader.Id("agreement.alliance", "alliances/{alliance}", given.alliance());
  const std::string supplier =
      reader.Id("agreement.supplier", "suppliers/{supplier}", given.supplier());
  const std::string item = reader.Id("agreement.item", "items/{item}", given.item());
  const Money price = reader.PositiveMoney("agreement.unit_price", given.unit_price());
  const Quantity ceiling =
      reader.PositiveQuantity("agreement.quantity_ceiling", given.quantity_ceiling());
  const auto start = reader.Date("agreement.start_date", given.start_date());
  const auto end = reader.Date("agreement.end_date", given.end_date());
  if (start && end && *start > *end) reader.Add("agreement.end_date", "lies before start_date");
  if (!Multiply(price, ceiling).ok()) {
    reader.Add("agreement.quantity_ceiling", "times unit_price is too large an amount");
  }
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  return Agreement{.agreement_id = id,
                   .alliance_id = alliance,
                   .supplier_id = supplier,
                   .item_id = item,
                   .unit_price = price,
                   .quantity_ceiling = ceiling,
                   .start_date = *start,
                   .end_date = *end,
                   .proposer_id = call.principal.user_id,
                   .created_at = TruncateToMicroseconds(call.received_at)};
}

absl::StatusOr<Requisition> ParseNewRequisition(const CallContext& call,
                                                const v1::CreateRequisitionRequest& request) {
  const v1::Requisition& given = request.requisition();
  FieldReader reader;
  Requisition requisition{
      .requisition_id = reader.NewId("requisition_id", request.requisition_id(), call.request_id),
      .department_id =
          reader.Id("requisition.department", "departments/{department}", given.department()),
      .requester_id = call.principal.user_id,
      .line_count = given.lines_size(),
      .created_at = TruncateToMicroseconds(call.received_at)};
  reader.CheckLineCount("requisition.lines", given.lines_size());
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  std::unordered_set<std::string> items;
  for (int i = 0; i < given.lines_size(); ++i) {
    RequisitionLine line = ReadRequisitionLine(given.lines(i), i, reader);
    if (!line.item_id.empty() && !items.insert(line.item_id).second) {
      reader.Add(fmt::format("requisition.lines[{}].item", i), "is asked for on an earlier line");
    }
    requisition.lines.push_back(std::move(line));
  }
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  return requisition;
}

absl::StatusOr<Order> ParseNewOrder(const CallContext& call,
                                    const v1::CreateOrderRequest& request) {
  const v1::Order& given = request.order();
  FieldReader reader;
  Order order{.order_id = reader.NewId("order_id", request.order_id(), call.request_id),
              .supplier_id = reader.Id("order.supplier", "suppliers/{supplier}", given.supplier()),
              .deliver_to_location_id =
                  reader.Id("order.deliver_to", "locations/{location}", given.deliver_to()),
              .orderer_id = call.principal.user_id,
              .orderer_for_id = call.principal.on_behalf_of,
              .line_count = given.lines_size(),
              .created_at = TruncateToMicroseconds(call.received_at)};
  reader.CheckLineCount("order.lines", given.lines_size());
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  std::set<std::pair<std::string, int>> asked;
  for (int i = 0; i < given.lines_size(); ++i) {
    OrderLine line = ReadOrderLine(given.lines(i), i, reader);
    if (!asked.emplace(line.requisition_id, line.requisition_line_number).second) {
      reader.Add(fmt::format("order.lines[{}].requisition_line_number", i),
                 "the requisition's line stands on an earlier line");
    }
    order.lines.push_back(std::move(line));
  }
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  return order;
}

absl::StatusOr<Despatch> ParseNewDespatch(const CallContext& call,
                                          const v1::CreateDespatchRequest& request) {
  const v1::Despatch& given = request.despatch();
  FieldReader reader;
  Despatch despatch{
      .despatch_id = reader.NewId("despatch_id", request.despatch_id(), call.request_id),
      .order_id = reader.Id("despatch.order", "orders/{order}", given.order()),
      .tracking_number =
          reader.Text("despatch.tracking_number", given.tracking_number(), kTrackingNumberMax),
      .line_count = given.lines_size(),
      .created_at = TruncateToMicroseconds(call.received_at)};
  reader.CheckLineCount("despatch.lines", given.lines_size());
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  size_t serial_count = 0;
  for (int i = 0; i < given.lines_size(); ++i) {
    despatch.lines.push_back(ReadDespatchLine(given.lines(i), i, reader));
    serial_count += despatch.lines.back().serials.size();
  }
  if (serial_count > kSerialsPerDespatchMax) {
    reader.Add("despatch.lines", fmt::format("hold more than {} serials; split the despatch",
                                             kSerialsPerDespatchMax));
  }
  QINGQU_RETURN_IF_ERROR(reader.ToStatus());
  return despatch;
}

}  // namespace qingqu::procurement
