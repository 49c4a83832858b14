#include "services/catalog/codes/code_import_handlers.h"

#include <string>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/import_session.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/codes/code_batch.h"
#include "services/catalog/codes/code_convert.h"
#include "services/catalog/codes/code_errors.h"
#include "services/catalog/codes/code_store.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kImportKind = "national_codes";
constexpr int kBatchRowsMax = 10'000;

absl::StatusOr<std::string> ImportId(const std::string& name) {
  return ParseName("code_import", "codeImports/{import}", name);
}

absl::StatusOr<ReleasePart> PartOf(const CallContext& call,
                                   const v1::CreateCodeImportRequest& request) {
  FieldViolations violations;
  violations.AddIfError("release_id", ValidateResourceId(request.release_id()));
  const auto date = CivilDate::Parse(request.effective_date());
  violations.AddIfError("effective_date", date.status());
  if (date.ok() && *date > BusinessDay(call.received_at).PlusDays(kReleaseDaysAheadMax)) {
    violations.Add("effective_date",
                   fmt::format("must be at most {} days ahead", kReleaseDaysAheadMax));
  }
  const auto list = CodeListOf(request.list());
  if (!list.ok()) violations.Add("list", "must be set");
  if (!violations.empty()) return violations.ToStatus();
  return ReleasePart{.release_id = request.release_id(), .effective_date = *date, .list = *list};
}

// Stages the rows of a request of an import of `list`.
template <typename Request>
absl::StatusOr<v1::AppendCodeRowsResponse> Append(db::ConnectionPool& pool, const CallContext& call,
                                                  const Request& request, CodeList list) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ImportId(request.code_import()));
  if (request.rows().empty() || request.rows_size() > kBatchRowsMax) {
    return InvalidField("rows", fmt::format("must be 1 to {}", kBatchRowsMax));
  }
  const db::ImportBatch batch{.kind = kImportKind,
                              .import_id = id,
                              .batch_number = request.batch_number(),
                              .row_count = request.rows_size(),
                              .request = &request};
  using Staged = db::StagedBatch<v1::AppendCodeRowsResponse>;
  return db::RunTransaction(
      pool, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::AppendCodeRowsResponse> {
        return db::AppendImportBatch<v1::AppendCodeRowsResponse>(
            tx, call, batch, [&](const db::ImportSession& session) -> absl::StatusOr<Staged> {
              const ReleasePart part = PartOfSource(session.source);
              if (part.list != list) return ImportOfOtherList(id, part.list);
              return StageCodeBatch(tx, session.number, list, RowsOf(request));
            });
      });
}

}  // namespace

absl::StatusOr<v1::CodeImport> CodeImportHandlers::CreateCodeImport(
    const CallContext& call, const v1::CreateCodeImportRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ReleasePart part, PartOf(call, request));
  return db::RunIdempotent<v1::CodeImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CodeImport> {
        QINGQU_RETURN_IF_ERROR(CheckReleaseOrder(tx, part));
        DeleteStagedCodes(tx, db::PurgeImports(tx, kImportKind));
        return ToProto(db::OpenImport(tx, call,
                                      {.kind = std::string(kImportKind),
                                       .source = ToSource(part),
                                       .all_or_nothing = request.all_or_nothing()}));
      });
}

absl::StatusOr<v1::AppendCodeRowsResponse> CodeImportHandlers::AppendSpecificationRows(
    const CallContext& call, const v1::AppendSpecificationRowsRequest& request) {
  return Append(*pool_, call, request, CodeList::kSpecifications);
}

absl::StatusOr<v1::AppendCodeRowsResponse> CodeImportHandlers::AppendWithdrawnCodes(
    const CallContext& call, const v1::AppendWithdrawnCodesRequest& request) {
  return Append(*pool_, call, request, CodeList::kWithdrawals);
}

absl::StatusOr<v1::AppendCodeRowsResponse> CodeImportHandlers::AppendTranscodings(
    const CallContext& call, const v1::AppendTranscodingsRequest& request) {
  return Append(*pool_, call, request, CodeList::kTranscodings);
}

absl::StatusOr<v1::CodeImport> CodeImportHandlers::FinishCodeImport(
    const CallContext& call, const v1::FinishCodeImportRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ImportId(request.code_import()));
  return db::RunIdempotent<v1::CodeImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CodeImport> {
        db::ImportEnd end{
            .kind = kImportKind,
            .import_id = id,
            .rejected_by_client_count = request.rejected_by_client_count(),
            .entry = {.event = "code_release.imported", .subjects = {CodeImportName(id)}}};
        QINGQU_ASSIGN_OR_RETURN(
            const db::ImportSession session,
            db::FinishImport(tx, call, end,
                             [&](const db::ImportSession& open) -> absl::StatusOr<db::ImportMerge> {
                               const ReleasePart part = PartOfSource(open.source);
                               // Only the import knows of which release it is; the entry is read
                               // afterwards.
                               end.entry.resource = CodeReleaseName(part.release_id);
                               return MergeStagedCodes(
                                   tx, call,
                                   {.import_number = open.number,
                                    .accepted_count = open.read_count - open.rejected_count,
                                    .part = part});
                             }));
        return ToProto(session);
      });
}

}  // namespace qingqu::catalog
