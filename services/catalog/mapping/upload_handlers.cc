#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/status/status_macros.h"
#include "services/catalog/mapping/mapping_convert.h"
#include "services/catalog/mapping/mapping_handlers.h"

namespace qingqu::catalog {
namespace {

constexpr int kRowsMax = 10'000;
constexpr int kErrorsMax = 1'000;

void AddError(const v1::LocalRow& message, const RowFault& fault,
              v1::UploadLocalRowsResponse& response) {
  if (response.errors_size() == kErrorsMax) return;
  v1::RowError& error = *response.add_errors();
  error.set_line(message.line());
  error.set_column(std::string(fault.column));
  error.set_value(fault.value);
  error.set_reason(std::string(fault.reason));
  error.set_message(fault.message);
}

// The sound rows, each local code once; the others are told of in `response`.
std::vector<UploadedRow> ReadRows(const v1::UploadLocalRowsRequest& request,
                                  v1::UploadLocalRowsResponse& response) {
  std::vector<UploadedRow> rows;
  std::set<std::string> seen;
  for (const v1::LocalRow& message : request.rows()) {
    std::vector<RowFault> faults;
    std::optional<UploadedRow> row = ReadUploadedRow(DraftOf(message), faults);
    if (row.has_value() && !seen.insert(row->local_code).second) {
      faults.push_back({"local_code", row->local_code, "LOCAL_CODE_TWICE",
                        "stands twice in this upload; the first row was taken"});
      row.reset();
    }
    for (const RowFault& fault : faults) AddError(message, fault, response);
    if (row.has_value()) {
      rows.push_back(*std::move(row));
    } else {
      response.set_rejected_count(response.rejected_count() + 1);
    }
  }
  return rows;
}

// Which of the rows make a new version of their local code, and counts them.
std::vector<NewRow> NewVersions(const std::vector<UploadedRow>& rows, const LocalCodes& present,
                                v1::UploadLocalRowsResponse& response) {
  std::vector<NewRow> versions;
  for (const UploadedRow& row : rows) {
    const LocalCode& code = present.at(row.local_code);
    if (code.row_version == 0) {
      response.set_new_count(response.new_count() + 1);
      versions.push_back({.row = row, .version = 1, .awaits = true});
      continue;
    }
    const RowDifference difference = Compare(code.row, row);
    if (difference == RowDifference::kNone) {
      response.set_unchanged_count(response.unchanged_count() + 1);
      continue;
    }
    response.set_changed_count(response.changed_count() + 1);
    versions.push_back({.row = row,
                        .version = code.row_version + 1,
                        .awaits = difference == RowDifference::kContent});
  }
  return versions;
}

void Record(pqxx::transaction_base& tx, const CallContext& call, const Institution& institution,
            const v1::UploadLocalRowsResponse& response) {
  db::AppendJournal(
      tx, call,
      {.event = "local_list.uploaded",
       .resource = fmt::format("institutions/{}", institution.id),
       .institution_id = institution.id,
       .alliance_id = institution.alliance_id,
       .details_json = fmt::format(R"({{"new":{},"changed":{},"unchanged":{},"rejected":{}}})",
                                   response.new_count(), response.changed_count(),
                                   response.unchanged_count(), response.rejected_count())});
}

}  // namespace

absl::StatusOr<v1::UploadLocalRowsResponse> MappingHandlers::UploadLocalRows(
    const CallContext& call, const v1::UploadLocalRowsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  if (request.rows().empty() || request.rows_size() > kRowsMax) {
    return InvalidField("rows", fmt::format("must be 1 to {}", kRowsMax));
  }
  v1::UploadLocalRowsResponse read;
  const std::vector<UploadedRow> rows = ReadRows(request, read);
  std::vector<std::string> codes;
  codes.reserve(rows.size());
  for (const UploadedRow& row : rows) codes.push_back(row.local_code);
  return db::RunIdempotent<v1::UploadLocalRowsResponse>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::UploadLocalRowsResponse> {
        QINGQU_ASSIGN_OR_RETURN(const Institution institution, FindInstitution(tx, id));
        v1::UploadLocalRowsResponse response = read;
        if (!codes.empty()) {
          InsertLocalCodes(tx, institution, codes);
          const LocalCodes present = LockLocalCodes(tx, id, codes);
          InsertRows(tx, institution,
                     {.uploader_id = call.principal.user_id, .uploaded_at = call.received_at},
                     NewVersions(rows, present, response));
        }
        Record(tx, call, institution, response);
        return response;
      });
}

}  // namespace qingqu::catalog
