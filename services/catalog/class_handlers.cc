#include "services/catalog/class_handlers.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "fmt/format.h"

#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/class_batch.h"
#include "services/catalog/class_store.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/import_rpcs.h"
#include "services/catalog/national_code.h"

namespace qingqu::catalog {
namespace {

constexpr ImportRpcs<v1::ClassImport> kImport{.kind = "class",
                                              .field = "class_import",
                                              .collection = "classImports",
                                              .event = "class.imported",
                                              .forget = DeleteStagedClasses};

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
  return CreateImport(*pool_, call, kImport, request);
}

absl::StatusOr<v1::AppendClassRowsResponse> ClassHandlers::AppendClassRows(
    const CallContext& call, const v1::AppendClassRowsRequest& request) {
  return AppendToImport<v1::AppendClassRowsResponse>(
      *pool_, call, kImport, request.class_import(), request,
      [&](pqxx::transaction_base& tx, const db::ImportSession& session) {
        return StageClassBatch(tx, session.number, request);
      });
}

absl::StatusOr<v1::ClassImport> ClassHandlers::FinishClassImport(
    const CallContext& call, const v1::FinishClassImportRequest& request) {
  return FinishImport(*pool_, call, kImport, request.class_import(), request,
                      [](pqxx::transaction_base& tx, const db::ImportSession& open) {
                        return MergeStagedClasses(tx, open.number,
                                                  open.read_count - open.rejected_count);
                      });
}

}  // namespace qingqu::catalog
