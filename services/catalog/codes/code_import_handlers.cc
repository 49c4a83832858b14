#include "services/catalog/codes/code_import_handlers.h"

#include <string>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/codes/code_batch.h"
#include "services/catalog/codes/code_convert.h"
#include "services/catalog/codes/code_errors.h"
#include "services/catalog/codes/code_store.h"
#include "services/catalog/import_rpcs.h"

namespace qingqu::catalog {
namespace {

constexpr ImportRpcs<v1::CodeImport> kImport{
    .kind = "national_codes",
    .field = "code_import",
    .collection = "codeImports",
    .event = "code_release.imported",
    .forget = DeleteStagedCodes,
    .tell_source = [](const std::string& source,
                      v1::CodeImport& message) { SetPart(PartOfSource(source), message); },
    .resource_of =
        [](const std::string& source) { return CodeReleaseName(PartOfSource(source).release_id); }};

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
  using Staged = db::StagedBatch<v1::AppendCodeRowsResponse>;
  return AppendToImport<v1::AppendCodeRowsResponse>(
      pool, call, kImport, request.code_import(), request,
      [&](pqxx::transaction_base& tx, const db::ImportSession& session) -> absl::StatusOr<Staged> {
        const ReleasePart part = PartOfSource(session.source);
        if (part.list != list) return ImportOfOtherList(session.id, part.list);
        return StageCodeBatch(tx, session.number, list, RowsOf(request));
      });
}

}  // namespace

absl::StatusOr<v1::CodeImport> CodeImportHandlers::CreateCodeImport(
    const CallContext& call, const v1::CreateCodeImportRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const ReleasePart part, PartOf(call, request));
  return CreateImport(*pool_, call, kImport, request,
                      [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
                        QINGQU_RETURN_IF_ERROR(CheckReleaseOrder(tx, part));
                        return ToSource(part);
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
  return FinishImport(*pool_, call, kImport, request.code_import(), request,
                      [&](pqxx::transaction_base& tx, const db::ImportSession& open) {
                        return MergeStagedCodes(
                            tx, call,
                            {.import_number = open.number,
                             .accepted_count = open.read_count - open.rejected_count,
                             .part = PartOfSource(open.source)});
                      });
}

}  // namespace qingqu::catalog
