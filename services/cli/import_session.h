#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "common/base/clock.h"
#include "common/tabular/cell_error.h"
#include "services/cli/caller.h"

namespace qingqu::cli {

// One of the platform's imports in batches: Create<message> opens it, `append` stages rows,
// Finish<message> makes them take effect together. All have the same shape.
struct ImportKind {
  std::string_view service;  // "ProcurementService"
  std::string_view message;  // what the first and the last answer with: "HistoryImport"
  std::string_view field;    // names the import in the requests that follow: "history_import"
  std::string_view append;   // "AppendHistoryRows"
  bool device_xml = false;   // of files of the device database (common/udid), not of tables
};

inline constexpr ImportKind kClassesImport = {.service = "CatalogService",
                                              .message = "ClassImport",
                                              .field = "class_import",
                                              .append = "AppendClassRows"};
inline constexpr ImportKind kItemsImport = {.service = "ItemImportService",
                                            .message = "ItemImport",
                                            .field = "item_import",
                                            .append = "AppendItemRows"};
inline constexpr ImportKind kDevicesImport = {.service = "DeviceRecordService",
                                              .message = "DeviceImport",
                                              .field = "device_import",
                                              .append = "AppendDeviceRecords",
                                              .device_xml = true};
inline constexpr ImportKind kHistoryImport = {.service = "ProcurementService",
                                              .message = "HistoryImport",
                                              .field = "history_import",
                                              .append = "AppendHistoryRows"};

// Each list of a release of national codes has rows of its own.
constexpr ImportKind ImportOfCodes(std::string_view append) {
  return {.service = "CodeReleaseService",
          .message = "CodeImport",
          .field = "code_import",
          .append = append};
}
inline constexpr ImportKind kCodesImport = ImportOfCodes("AppendSpecificationRows");
inline constexpr ImportKind kWithdrawnCodesImport = ImportOfCodes("AppendWithdrawnCodes");
inline constexpr ImportKind kTranscodedCodesImport = ImportOfCodes("AppendTranscodings");

struct ImportStart {
  // What the rpc that opens the import takes besides, by the names of its fields: texts, or names
  // of enumerators.
  std::vector<std::pair<std::string, std::string>> fields;
  bool all_or_nothing = true;
};

// What the server counted.
struct ImportCounts {
  int64_t read = 0;
  int64_t imported = 0;
  int64_t unchanged = 0;
  int64_t rejected = 0;
};

// One import at the server. Every call may be repeated: the import has its request ids and each
// batch its number, so nothing is counted twice. Not thread-safe.
class ImportSession {
 public:
  ImportSession(Caller& caller, const ImportKind& kind, CallPolicy policy, const Clock& clock,
                const Catalogue& catalogue)
      : caller_(caller),
        kind_(kind),
        policy_(std::move(policy)),
        clock_(clock),
        catalogue_(catalogue) {}

  absl::Status Begin(const ImportStart& start);
  // An empty request of the append rpc, to be filled with rows.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> NewBatch() const;
  // Stages a batch and returns the cells that the server refused; their rows are not staged.
  absl::StatusOr<std::vector<tabular::CellError>> Append(google::protobuf::Message& batch);
  // `rejected_by_client`: rows that were read and not sent because they are bad.
  absl::StatusOr<ImportCounts> Finish(int64_t rejected_by_client);
  // What Finish would answer; nothing is changed, and Finish may follow.
  absl::StatusOr<ImportCounts> Validate(int64_t rejected_by_client);

 private:
  absl::StatusOr<const google::protobuf::MethodDescriptor*> Method(std::string_view name) const;
  absl::StatusOr<ImportCounts> End(int64_t rejected_by_client, bool validate_only);

  Caller& caller_;
  const ImportKind& kind_;
  const CallPolicy policy_;
  const Clock& clock_;
  const Catalogue catalogue_;
  std::string import_;
  int64_t batch_number_ = 0;
};

// True for the errors of a server that no longer holds what was sent to it.
bool LostItsRows(const absl::Status& status);

}  // namespace qingqu::cli
