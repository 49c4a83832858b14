#include "services/procurement/journal_entries.h"

#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

using Json = nlohmann::ordered_json;

std::string ItemName(const std::string& item_id) { return fmt::format("items/{}", item_id); }

db::JournalEntry AgreementEntry(std::string_view event, const Agreement& agreement) {
  const Json details = {{"agreement", fmt::format("agreements/{}", agreement.agreement_id)},
                        {"alliance", fmt::format("alliances/{}", agreement.alliance_id)},
                        {"supplier", fmt::format("suppliers/{}", agreement.supplier_id)},
                        {"item", ItemName(agreement.item_id)},
                        {"unit_price", agreement.unit_price.ToString()},
                        {"quantity_ceiling", agreement.quantity_ceiling.base_units()},
                        {"start_date", agreement.start_date.ToString()},
                        {"end_date", agreement.end_date.ToString()}};
  return {
      .event = std::string(event),
      .resource = fmt::format("agreements/{}", agreement.agreement_id),
      .subjects = {fmt::format("suppliers/{}", agreement.supplier_id),
                   fmt::format("alliances/{}", agreement.alliance_id), ItemName(agreement.item_id)},
      .alliance_id = agreement.alliance_id,
      .supplier_id = agreement.supplier_id,
      .details_json = details.dump()};
}

db::JournalEntry RequisitionEntry(std::string_view event, const Requisition& requisition) {
  Json lines = Json::array();
  db::JournalEntry entry{.event = std::string(event),
                         .resource = fmt::format("requisitions/{}", requisition.requisition_id),
                         .subjects = {fmt::format("departments/{}", requisition.department_id)},
                         .institution_id = requisition.institution_id,
                         .alliance_id = requisition.alliance_id,
                         .reason = requisition.rejection_reason};
  for (const RequisitionLine& line : requisition.lines) {
    Json described = {{"line_number", line.line_number},
                      {"item", ItemName(line.item_id)},
                      {"quantity", line.quantity_requested.base_units()}};
    if (requisition.state == RequisitionState::kApproved) {
      described["quantity_approved"] = line.quantity_approved.base_units();
    }
    lines.push_back(std::move(described));
    entry.subjects.push_back(ItemName(line.item_id));
  }
  const Json details = {{"requisition", entry.resource},
                        {"department", entry.subjects.front()},
                        {"state", StateName(requisition.state)},
                        {"lines", lines}};
  entry.details_json = details.dump();
  return entry;
}

db::JournalEntry OrderEntry(std::string_view event, const Order& order) {
  return {.event = std::string(event),
          .resource = fmt::format("orders/{}", order.order_id),
          .subjects = {fmt::format("suppliers/{}", order.supplier_id),
                       fmt::format("alliances/{}", order.alliance_id),
                       fmt::format("locations/{}", order.deliver_to_location_id)},
          .alliance_id = order.alliance_id,
          .supplier_id = order.supplier_id};
}

Json OrderDetails(const Order& order, Json lines) {
  return {{"order", fmt::format("orders/{}", order.order_id)},
          {"supplier", fmt::format("suppliers/{}", order.supplier_id)},
          {"deliver_to", fmt::format("locations/{}", order.deliver_to_location_id)},
          {"state", StateName(order.state)},
          {"total_amount", order.total_amount.ToString()},
          {"lines", std::move(lines)}};
}

Json DescribeLine(const DespatchLine& line) {
  Json described = {{"line_number", line.line_number},
                    {"order_line_number", line.order_line_number},
                    {"item", ItemName(line.item_id)},
                    {"quantity", line.quantity.base_units()},
                    {"lot", line.lot},
                    {"expiry_date", SqlDate(line.expiry_date)},
                    {"manufacture_date", SqlDate(line.manufacture_date)}};
  if (!line.serials.empty()) described["serials"] = line.serials;
  return described;
}

db::JournalEntry DespatchEntry(std::string_view event, const Despatch& despatch) {
  db::JournalEntry entry{.event = std::string(event),
                         .resource = fmt::format("despatches/{}", despatch.despatch_id),
                         .subjects = {fmt::format("orders/{}", despatch.order_id),
                                      fmt::format("suppliers/{}", despatch.supplier_id),
                                      fmt::format("locations/{}", despatch.deliver_to_location_id)},
                         .alliance_id = despatch.alliance_id,
                         .supplier_id = despatch.supplier_id,
                         .reason = despatch.withdrawal_reason};
  Json lines = Json::array();
  for (const DespatchLine& line : despatch.lines) {
    lines.push_back(DescribeLine(line));
    entry.subjects.push_back(ItemName(line.item_id));
    if (!line.lot.empty()) entry.subjects.push_back(db::LotSubject(line.item_id, line.lot));
  }
  const Json details = {
      {"despatch", entry.resource},
      {"order", entry.subjects.front()},
      {"supplier", fmt::format("suppliers/{}", despatch.supplier_id)},
      {"deliver_to", fmt::format("locations/{}", despatch.deliver_to_location_id)},
      {"tracking_number", despatch.tracking_number},
      {"lines", lines}};
  entry.details_json = details.dump();
  return entry;
}

}  // namespace

db::JournalEntry AgreementProposed(const Agreement& agreement) {
  return AgreementEntry("agreement.proposed", agreement);
}

db::JournalEntry AgreementApproved(const Agreement& agreement) {
  return AgreementEntry("agreement.approved", agreement);
}

db::JournalEntry RequisitionSubmitted(const Requisition& requisition) {
  return RequisitionEntry("requisition.submitted", requisition);
}

db::JournalEntry RequisitionDecided(const Requisition& requisition) {
  const bool approved = requisition.state == RequisitionState::kApproved;
  return RequisitionEntry(approved ? "requisition.approved" : "requisition.rejected", requisition);
}

db::JournalEntry OrderPlaced(const Order& order) {
  db::JournalEntry entry = OrderEntry("order.placed", order);
  Json lines = Json::array();
  for (const OrderLine& line : order.lines) {
    const std::string agreement = fmt::format("agreements/{}", line.agreement_id);
    lines.push_back({{"line_number", line.line_number},
                     {"item", ItemName(line.item_id)},
                     {"quantity", line.quantity_ordered.base_units()},
                     {"unit_price", line.unit_price.ToString()},
                     {"amount", line.amount.ToString()},
                     {"agreement", agreement}});
    entry.subjects.push_back(agreement);
    entry.subjects.push_back(ItemName(line.item_id));
  }
  entry.details_json = OrderDetails(order, std::move(lines)).dump();
  return entry;
}

db::JournalEntry OrderAnswered(const Order& order) {
  db::JournalEntry entry = OrderEntry("order.answered", order);
  Json lines = Json::array();
  for (const OrderLine& line : order.lines) {
    lines.push_back({{"line_number", line.line_number},
                     {"item", ItemName(line.item_id)},
                     {"quantity_ordered", line.quantity_ordered.base_units()},
                     {"quantity_accepted", line.quantity_accepted.base_units()},
                     {"reason", line.response_reason}});
    entry.subjects.push_back(ItemName(line.item_id));
  }
  entry.details_json = OrderDetails(order, std::move(lines)).dump();
  return entry;
}

db::JournalEntry DespatchAnnounced(const Despatch& despatch) {
  return DespatchEntry("despatch.announced", despatch);
}

db::JournalEntry DespatchWithdrawn(const Despatch& despatch) {
  return DespatchEntry("despatch.withdrawn", despatch);
}

db::JournalEntry OrderProgressed(const Order& order, const std::vector<ReceivedLine>& lines,
                                 const std::string& receipt) {
  const bool complete = order.state == OrderState::kCompleted;
  db::JournalEntry entry = OrderEntry(complete ? "order.completed" : "order.received", order);
  entry.subjects.push_back(receipt);
  Json described = Json::array();
  for (const ReceivedLine& line : lines) {
    described.push_back({{"line_number", line.line_number},
                         {"quantity_received", line.quantity_received.base_units()},
                         {"quantity_rejected", line.quantity_rejected.base_units()}});
  }
  Json details = OrderDetails(order, std::move(described));
  details["receipt"] = receipt;
  entry.details_json = details.dump();
  return entry;
}

}  // namespace qingqu::procurement
