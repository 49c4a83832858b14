#include <cstdint>
#include <ostream>
#include <set>
#include <vector>

#include "google/protobuf/struct.pb.h"

#include "common/status/status_macros.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/message_view.h"
#include "services/cli/method_lookup.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr int kTracePageSize = 1000;
constexpr std::string_view kItemPrefix = "items/";

using google::protobuf::Struct;
using google::protobuf::Value;

std::string TextOf(const Struct& object, const std::string& key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? "" : found->second.string_value();
}

// int64 is a string in proto3 JSON, and a number in JSON that people write.
std::string NumberText(const Value& value) {
  if (value.kind_case() == Value::kStringValue) return value.string_value();
  if (value.kind_case() != Value::kNumberValue) return "";
  return fmt::format("{:.0f}", value.number_value());
}

// The quantities of the lines about the lot, as "120" or "60 + 60"; and what they were measured as.
std::string Quantities(const Struct& details, const supervision::v1::TraceLotRequest& asked) {
  const auto lines = details.fields().find("lines");
  if (lines == details.fields().end()) return "";
  std::string text;
  for (const Value& value : lines->second.list_value().values()) {
    const Struct& line = value.struct_value();
    const bool other_item = line.fields().contains("item") && TextOf(line, "item") != asked.item();
    const bool other_lot = line.fields().contains("lot") && TextOf(line, "lot") != asked.lot();
    if (other_item || other_lot) continue;
    for (const char* key : {"quantity", "acceptedQuantity", "accepted_quantity", "sentQuantity"}) {
      const auto quantity = line.fields().find(key);
      if (quantity == line.fields().end()) continue;
      const std::string number = NumberText(quantity->second);
      if (!number.empty()) text += (text.empty() ? "" : " + ") + number;
      break;
    }
  }
  return text;
}

std::string Who(const supervision::v1::Entry& entry) {
  if (entry.actor_institution().empty()) return entry.actor();
  return fmt::format("{} ({})", entry.actor(), entry.actor_institution());
}

std::vector<std::string> EntryRow(const supervision::v1::Entry& entry,
                                  const supervision::v1::TraceLotRequest& asked) {
  return {LocalTime(entry.entry_time().seconds()), entry.event(), Who(entry), entry.resource(),
          Quantities(entry.details(), asked),      entry.reason()};
}

absl::StatusOr<std::vector<supervision::v1::Entry>> AllEntries(
    const CommandContext& context, supervision::v1::TraceLotRequest request) {
  QINGQU_ASSIGN_OR_RETURN(const auto connection, context.Connect());
  QINGQU_ASSIGN_OR_RETURN(const auto* method,
                          FindMethod("SupervisionService/TraceLot", context.catalogue));
  std::vector<supervision::v1::Entry> entries;
  while (true) {
    QINGQU_ASSIGN_OR_RETURN(const auto answer,
                            connection->caller.Call(*method, request, context.Policy()));
    supervision::v1::TraceLotResponse page;
    page.CopyFrom(*answer);
    for (supervision::v1::Entry& entry : *page.mutable_entries()) {
      entries.push_back(std::move(entry));
    }
    if (page.next_page_token().empty()) return entries;
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace

ExitCode RunLedgerCheck(CommandContext& context) {
  const auto connection = context.Connect();
  if (!connection.ok()) return context.Fail(connection.status());
  const auto method = FindMethod("DistributionService/CheckLedger", context.catalogue);
  if (!method.ok()) return context.Fail(method.status());
  const auto answer =
      (*connection)
          ->caller.Call(**method, distribution::v1::CheckLedgerRequest(), context.Policy());
  if (!answer.ok()) return context.Fail(answer.status());
  distribution::v1::CheckLedgerResponse response;
  response.CopyFrom(**answer);
  std::ostream& output = context.environment.output;
  if (context.json) {
    output << MessageAsJson(response) << '\n';
  } else if (response.findings().empty()) {
    output << context.catalogue.Format(Message::kLedgerFine, response.account_count(),
                                       response.movement_count())
           << '\n';
  } else {
    output << context.catalogue.Format(Message::kLedgerFindings, response.findings_size(),
                                       response.account_count(), response.movement_count())
           << '\n';
    for (const std::string& finding : response.findings()) {
      output << "  " << ForTerminal(finding) << '\n';
    }
  }
  return response.findings().empty() ? ExitCode::kOk : ExitCode::kNegative;
}

ExitCode RunTrace(CommandContext& context) {
  supervision::v1::TraceLotRequest request;
  const std::string& item = context.arguments.positionals[0];
  request.set_item(item.starts_with(kItemPrefix) ? item : fmt::format("{}{}", kItemPrefix, item));
  request.set_lot(context.arguments.positionals[1]);
  request.set_page_size(kTracePageSize);
  const auto entries = AllEntries(context, request);
  if (!entries.ok()) return context.Fail(entries.status());
  std::vector<std::vector<std::string>> rows;
  for (const supervision::v1::Entry& entry : *entries) {
    if (context.json) context.environment.output << MessageAsJson(entry) << '\n';
    rows.push_back(EntryRow(entry, request));
  }
  if (context.json) return ExitCode::kOk;
  const auto column = [&context](Message heading, bool right_aligned) {
    return TableColumn{.heading = std::string(context.catalogue.Text(heading)),
                       .right_aligned = right_aligned};
  };
  context.environment.output << RenderTable(
      {column(Message::kTimeHeading, false), column(Message::kEventHeading, false),
       column(Message::kWhoHeading, false), column(Message::kDocumentHeading, false),
       column(Message::kQuantityHeading, true), column(Message::kDetailsHeading, false)},
      rows);
  return ExitCode::kOk;
}

}  // namespace qingqu::cli
