#include <charconv>
#include <map>

#include "fmt/format.h"

#include "common/db/idempotency.h"
#include "common/db/import_session.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/procurement/history.h"
#include "services/procurement/history_store.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/requests.h"

namespace qingqu::procurement {
namespace {

constexpr std::string_view kImportKind = "history";
constexpr std::string_view kImportPattern = "historyImports/{import}";
constexpr int kRowsMax = 10'000;
constexpr int kRowErrorsMax = 10'000;

using StagedResponse = db::StagedBatch<v1::AppendHistoryRowsResponse>;

absl::Status CheckSource(std::string_view source) {
  if (IsHistorySource(source)) return absl::OkStatus();
  return InvalidField("source", "must be 1 to 40 of a-z, 0-9, dash");
}

v1::HistoryImport ToProto(const db::ImportSession& session) {
  v1::HistoryImport message;
  message.set_name(fmt::format("historyImports/{}", session.id));
  message.set_source(session.source);
  message.set_all_or_nothing(session.all_or_nothing);
  message.set_finished(session.finished);
  message.set_read_count(session.read_count);
  message.set_imported_count(session.imported_count);
  message.set_unchanged_count(session.unchanged_count);
  message.set_rejected_count(session.rejected_count);
  return message;
}

// A line that stands in the import already, in this batch or an earlier one.
v1::HistoryRowError DuplicateError(int64_t line, const std::string& source_line_id) {
  v1::HistoryRowError error;
  error.set_line(line);
  error.set_column("source_line_id");
  error.set_value(source_line_id);
  error.set_reason("DUPLICATE_KEY");
  error.set_message("the import holds a line with this id already");
  return error;
}

struct CheckedRows {
  std::vector<StagedHistoryRow> rows;
  std::vector<int64_t> lines;  // of the file, for each of `rows`
  std::vector<v1::HistoryRowError> errors;
};

CheckedRows CheckRows(const v1::AppendHistoryRowsRequest& request) {
  CheckedRows checked;
  for (const v1::HistoryRow& row : request.rows()) {
    std::optional<StagedHistoryRow> staged = CheckHistoryRow(row, checked.errors);
    if (!staged) continue;
    checked.rows.push_back(*std::move(staged));
    checked.lines.push_back(row.line());
  }
  return checked;
}

// `row_count`: how many rows there were before the check.
StagedResponse StageRows(pqxx::transaction_base& tx, const db::ImportSession& session,
                         CheckedRows checked, int64_t row_count) {
  std::set<std::string> known = FindStagedLines(tx, session.number, checked.rows);
  std::vector<StagedHistoryRow> fresh;
  fresh.reserve(checked.rows.size());
  for (size_t i = 0; i < checked.rows.size(); ++i) {
    StagedHistoryRow& row = checked.rows[i];
    if (!known.insert(row.source_line_id).second) {
      checked.errors.push_back(DuplicateError(checked.lines[i], row.source_line_id));
      continue;
    }
    fresh.push_back(std::move(row));
  }
  StageHistory(tx, session.number, fresh);
  StagedResponse staged;
  staged.rejected_count = row_count - static_cast<int64_t>(fresh.size());
  for (v1::HistoryRowError& error : checked.errors) {
    if (staged.response.errors_size() == kRowErrorsMax) break;
    *staged.response.add_errors() = std::move(error);
  }
  return staged;
}

absl::StatusOr<int> ParseYear(const std::string& text) {
  int year = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, year);
  if (error != std::errc() || rest != end) {
    return WrongPageToken();
  }
  return year;
}

}  // namespace

absl::StatusOr<v1::HistoryImport> ProcurementHandlers::CreateHistoryImport(
    const CallContext& call, const v1::CreateHistoryImportRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSource(request.source()));
  return db::RunIdempotent<v1::HistoryImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::HistoryImport> {
        DeleteStagedHistory(tx, db::PurgeImports(tx, kImportKind));
        return ToProto(db::OpenImport(tx, call,
                                      {.kind = std::string(kImportKind),
                                       .source = request.source(),
                                       .all_or_nothing = request.all_or_nothing()}));
      });
}

absl::StatusOr<v1::AppendHistoryRowsResponse> ProcurementHandlers::AppendHistoryRows(
    const CallContext& call, const v1::AppendHistoryRowsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseId(kImportPattern, request.history_import(), "history_import"));
  if (request.rows_size() < 1 || request.rows_size() > kRowsMax) {
    return InvalidField("rows", fmt::format("must hold 1 to {} rows", kRowsMax));
  }
  const db::ImportBatch batch{.kind = kImportKind,
                              .import_id = id,
                              .batch_number = request.batch_number(),
                              .row_count = request.rows_size(),
                              .request = &request};
  return db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) {
    return db::AppendImportBatch<v1::AppendHistoryRowsResponse>(
        tx, call, batch, [&](const db::ImportSession& session) -> absl::StatusOr<StagedResponse> {
          return StageRows(tx, session, CheckRows(request), request.rows_size());
        });
  });
}

absl::StatusOr<v1::HistoryImport> ProcurementHandlers::FinishHistoryImport(
    const CallContext& call, const v1::FinishHistoryImportRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseId(kImportPattern, request.history_import(), "history_import"));
  const std::string& alliance_id = call.principal.alliance_id;
  const db::ImportEnd end{.kind = kImportKind,
                          .import_id = id,
                          .rejected_by_client_count = request.rejected_by_client_count(),
                          .validate_only = request.validate_only(),
                          .entry = [&](const db::ImportSession&) {
                            return db::JournalEntry{
                                .event = "history.imported",
                                .resource = fmt::format("historyImports/{}", id),
                                .alliance_id = alliance_id};
                          }};
  return db::RunIdempotent<v1::HistoryImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::HistoryImport> {
        QINGQU_ASSIGN_OR_RETURN(
            const db::ImportSession session,
            db::FinishImport(tx, call, end, [&](const db::ImportSession& open) {
              return absl::StatusOr<db::ImportMerge>(MergeHistory(
                  tx, open.number, {.alliance_id = alliance_id, .source = open.source}));
            }));
        return ToProto(session);
      });
}

absl::StatusOr<v1::ListHistorySummariesResponse> ProcurementHandlers::ListHistorySummaries(
    const CallContext& call, const v1::ListHistorySummariesRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSource(request.source()));
  QINGQU_ASSIGN_OR_RETURN(const int size, ParsePageSize(request.page_size()));
  const std::string filter = fmt::format("historySummaries {}", request.source());
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 3));
  HistorySummaryPage page{.source = request.source(), .limit = size + 1};
  if (!key.empty()) {
    page.after_vendor = key[0];
    QINGQU_ASSIGN_OR_RETURN(page.after_year, ParseYear(key[1]));
    page.after_currency = key[2];
  }
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListHistorySummariesResponse> {
        std::vector<v1::HistorySummary> summaries = procurement::ListHistorySummaries(tx, page);
        v1::ListHistorySummariesResponse response;
        if (summaries.size() > static_cast<size_t>(size)) {
          summaries.pop_back();
          const v1::HistorySummary& last = summaries.back();
          response.set_next_page_token(EncodePageToken(
              {last.vendor(), fmt::format("{}", last.year()), last.currency()}, filter));
        }
        for (v1::HistorySummary& summary : summaries) {
          *response.add_summaries() = std::move(summary);
        }
        return response;
      });
}

absl::StatusOr<v1::ListVendorPerformancesResponse> ProcurementHandlers::ListVendorPerformances(
    const CallContext& call, const v1::ListVendorPerformancesRequest& request) {
  QINGQU_RETURN_IF_ERROR(CheckSource(request.source()));
  QINGQU_ASSIGN_OR_RETURN(const int size, ParsePageSize(request.page_size()));
  const std::string filter = fmt::format("vendorPerformances {}", request.source());
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 1));
  const VendorPage page{
      .source = request.source(), .after_vendor = key.empty() ? "" : key[0], .limit = size + 1};
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListVendorPerformancesResponse> {
        std::vector<v1::VendorPerformance> vendors = procurement::ListVendorPerformances(tx, page);
        v1::ListVendorPerformancesResponse response;
        if (vendors.size() > static_cast<size_t>(size)) {
          vendors.pop_back();
          response.set_next_page_token(EncodePageToken({vendors.back().vendor()}, filter));
        }
        for (v1::VendorPerformance& vendor : vendors) {
          *response.add_vendor_performances() = std::move(vendor);
        }
        return response;
      });
}

}  // namespace qingqu::procurement
