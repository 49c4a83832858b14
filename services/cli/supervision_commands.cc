#include <ostream>
#include <vector>

#include "common/status/status_macros.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/message_view.h"
#include "services/cli/method_lookup.h"
#include "services/cli/table.h"
#include "services/cli/trace_view.h"

namespace qingqu::cli {
namespace {

constexpr int kTracePageSize = 1000;
// It walks through the whole ledger; the services give no call more.
constexpr absl::Duration kLedgerTimeout = absl::Minutes(2);
constexpr std::string_view kItemPrefix = "items/";

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
  CallPolicy policy = context.Policy();
  if (!context.arguments.Has("timeout")) policy.timeout = kLedgerTimeout;
  distribution::v1::CheckLedgerRequest request;
  distribution::v1::CheckLedgerResponse response;
  do {
    const auto answer = (*connection)->caller.Call(**method, request, policy);
    if (!answer.ok()) return context.Fail(answer.status());
    distribution::v1::CheckLedgerResponse part;
    part.CopyFrom(**answer);
    request.set_page_token(part.next_page_token());
    part.clear_next_page_token();
    part.set_account_count(part.account_count() + response.account_count());
    part.set_movement_count(part.movement_count() + response.movement_count());
    response.MergeFrom(part);
  } while (!request.page_token().empty());
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
  // The platform says whether the caller has to state one.
  request.set_purpose(context.arguments.Get("purpose"));
  const auto entries = AllEntries(context, request);
  if (!entries.ok()) return context.Fail(entries.status());
  const TracedLot traced{.item = request.item(), .lot = request.lot()};
  std::vector<std::vector<std::string>> rows;
  for (const supervision::v1::Entry& entry : *entries) {
    if (context.json) context.environment.output << MessageAsJson(entry) << '\n';
    rows.push_back(TraceRow(entry, traced, context.catalogue));
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
