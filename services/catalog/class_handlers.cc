#include "services/catalog/class_handlers.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "fmt/format.h"

#include "common/db/idempotency.h"
#include "common/db/import_session.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/class_batch.h"
#include "services/catalog/class_store.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/national_code.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kImportKind = "class";
constexpr int kBatchRowsMax = 10'000;

std::string ClassName(std::string_view code) { return fmt::format("classes/c{}", code.substr(1)); }

// The code of a class that may have classes below it; empty for an empty name.
absl::StatusOr<std::string> ParentCode(const std::string& name) {
  if (name.empty()) return "";
  QINGQU_ASSIGN_OR_RETURN(std::string code, ParseName("parent", "classes/{class}", name));
  if (code[0] == 'c') code[0] = 'C';
  if (!IsCodePrefix(code) || LevelOfCodeLength(code.size()) == 0) {
    return InvalidField("parent", "must be a class, such as classes/c0305");
  }
  return code;
}

std::string ImportName(std::string_view id) { return fmt::format("classImports/{}", id); }

v1::ClassImport ToProto(const db::ImportSession& session) {
  v1::ClassImport message;
  message.set_name(ImportName(session.id));
  message.set_all_or_nothing(session.all_or_nothing);
  message.set_finished(session.finished);
  message.set_read_count(session.read_count);
  message.set_imported_count(session.imported_count);
  message.set_unchanged_count(session.unchanged_count);
  message.set_rejected_count(session.rejected_count);
  return message;
}

}  // namespace

absl::StatusOr<v1::ListClassesResponse> ClassHandlers::ListClasses(
    const CallContext& call, const v1::ListClassesRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::string parent_code, ParentCode(request.parent()));
  const std::string filter = fmt::format("classes parent={}", parent_code);
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const ClassListOptions options{
      .level = parent_code.empty() ? 1 : LevelOfCodeLength(parent_code.size()) + 1,
      .parent_code = parent_code,
      .after_code = key.empty() ? "" : key[0],
      .limit = page_size + 1};
  return db::RunTransaction(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListClassesResponse> {
        v1::ListClassesResponse response;
        std::string last_code;
        for (const Class& listed : catalog::ListClasses(tx, options)) {
          if (response.classes_size() == page_size) {
            response.set_next_page_token(EncodePageToken({last_code}, filter));
            break;
          }
          v1::Class& added = *response.add_classes();
          added.set_name(ClassName(listed.code));
          added.set_code(listed.code);
          added.set_level(listed.level);
          added.set_display_name(listed.display_name);
          added.set_monitored_group(listed.monitored_group);
          last_code = listed.code;
        }
        const bool may_be_missing = response.classes_size() == 0 && !parent_code.empty();
        if (may_be_missing && !ClassExists(tx, parent_code)) return ClassNotFound(request.parent());
        return response;
      });
}

absl::StatusOr<v1::ClassStatistics> ClassHandlers::GetClassStatistics(
    const CallContext& call, const v1::GetClassStatisticsRequest& /*request*/) {
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ClassStatistics> {
                       const ClassCounts counts = CountClasses(tx);
                       v1::ClassStatistics statistics;
                       statistics.set_first_level(counts.first_level);
                       statistics.set_second_level(counts.second_level);
                       statistics.set_third_level(counts.third_level);
                       statistics.set_generic_names(counts.generic_names);
                       statistics.set_materials(counts.materials);
                       statistics.set_class_codes(counts.class_codes);
                       statistics.set_monitored_groups(counts.monitored_groups);
                       return statistics;
                     });
}

absl::StatusOr<v1::ClassImport> ClassHandlers::CreateClassImport(
    const CallContext& call, const v1::CreateClassImportRequest& request) {
  return db::RunIdempotent<v1::ClassImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ClassImport> {
        DeleteStagedClasses(tx, db::PurgeImports(tx, kImportKind));
        return ToProto(db::OpenImport(
            tx, call,
            {.kind = std::string(kImportKind), .all_or_nothing = request.all_or_nothing()}));
      });
}

absl::StatusOr<v1::AppendClassRowsResponse> ClassHandlers::AppendClassRows(
    const CallContext& call, const v1::AppendClassRowsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("class_import", "classImports/{import}",
                                                          request.class_import()));
  if (request.rows().empty() || request.rows_size() > kBatchRowsMax) {
    return InvalidField("rows", fmt::format("must be 1 to {}", kBatchRowsMax));
  }
  const db::ImportBatch batch{.kind = kImportKind,
                              .import_id = id,
                              .batch_number = request.batch_number(),
                              .row_count = request.rows_size(),
                              .request = &request};
  return db::RunTransaction(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::AppendClassRowsResponse> {
        using Staged = db::StagedBatch<v1::AppendClassRowsResponse>;
        return db::AppendImportBatch<v1::AppendClassRowsResponse>(
            tx, call, batch, [&](const db::ImportSession& session) -> absl::StatusOr<Staged> {
              return StageClassBatch(tx, session.number, request);
            });
      });
}

absl::StatusOr<v1::ClassImport> ClassHandlers::FinishClassImport(
    const CallContext& call, const v1::FinishClassImportRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("class_import", "classImports/{import}",
                                                          request.class_import()));
  const db::ImportEnd end{.kind = kImportKind,
                          .import_id = id,
                          .rejected_by_client_count = request.rejected_by_client_count(),
                          .entry = {.event = "class.imported", .resource = ImportName(id)}};
  return db::RunIdempotent<v1::ClassImport>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ClassImport> {
        QINGQU_ASSIGN_OR_RETURN(
            const db::ImportSession session,
            db::FinishImport(tx, call, end,
                             [&](const db::ImportSession& open) -> absl::StatusOr<db::ImportMerge> {
                               return MergeStagedClasses(tx, open.number,
                                                         open.read_count - open.rejected_count);
                             }));
        return ToProto(session);
      });
}

}  // namespace qingqu::catalog
